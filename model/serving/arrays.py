"""A classifier and its held-out predictions as plain arrays of numbers and text, so that nothing is unpickled."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np

from data.corpus import LABELLED_ID_PREFIX, Example
from data.taxonomy import Taxonomy
from model.classify.classifier import Classifier, OutputColumns, TrainingMailStats
from model.classify.linear_table import build_table
from model.classify.second_opinion import SecondOpinion
from model.confidence.calibration import TemperatureScaling
from model.evaluation.held_out import HeldOutPredictions, correct_matrix

Arrays = Mapping[str, np.ndarray]


def pack(classifier: Classifier) -> Arrays:
    """A classifier: its n-grams one a line in the order of their rows, the rest as numbers and JSON."""
    table, usual, second = classifier.table, classifier.usual, classifier.second_opinion
    facts = {
        "outputs": asdict(classifier.outputs),
        "temperature": classifier.calibration.temperature,
        "least_share": classifier.least_share,
        "second": second and {"temperature": second.calibration.temperature, "least_share": second.least_share},
    }
    return {
        "facts": _text_bytes(json.dumps(facts)),
        "word": _text_bytes("\n".join(table.word)),
        "char": _text_bytes("\n".join(table.char)),
        "rows": table.rows,
        "bias": table.bias,
        "length": usual.length,
        "known": usual.known,
        "novelty": usual.novelty,
        **({"second_weights": second.weights, "second_bias": second.bias} if second else {}),
    }


def unpack(arrays: Arrays, taxonomy: Taxonomy, version: str) -> Classifier:
    """The classifier of these arrays. Raises KeyError, ValueError or TypeError where something is missing or wrong."""
    facts = json.loads(arrays["facts"].tobytes())
    columns = {name: tuple(v) if isinstance(v, list) else v for name, v in facts["outputs"].items()}
    word, char = (arrays[kind].tobytes().decode().split("\n") for kind in ("word", "char"))
    return Classifier(
        table=build_table(word, char, arrays["rows"], arrays["bias"]),
        outputs=OutputColumns(**columns),
        calibration=TemperatureScaling(facts["temperature"]),
        least_share=facts["least_share"],
        usual=TrainingMailStats(arrays["length"], arrays["known"], arrays["novelty"]),
        taxonomy=taxonomy,
        second_opinion=_unpack_second_opinion(arrays, facts["second"]) if facts["second"] else None,
        version=version,
    )


def pack_evidence(evidence: HeldOutPredictions) -> Arrays:
    """Predictions: emails as JSON, the rest as numbers; without the text of labelled mail, which may be erased."""
    return {
        "examples": _text_bytes(json.dumps([asdict(_without_labelled_text(one)) for one in evidence.examples])),
        "scores": evidence.scores,
        "novelty": evidence.novelty,
        "group": evidence.group,
    }


def unpack_evidence(arrays: Arrays, categories: tuple[str, ...]) -> HeldOutPredictions:
    """The predictions of these arrays. Raises KeyError, ValueError or TypeError where something is missing or wrong."""
    rows = json.loads(arrays["examples"].tobytes())
    examples = tuple(Example(**{**row, "also": tuple(row["also"])}) for row in rows)
    right = correct_matrix(examples, categories)
    return HeldOutPredictions(examples, categories, arrays["scores"], right, arrays["novelty"], arrays["group"])


def _unpack_second_opinion(arrays: Arrays, facts: Mapping[str, float]) -> SecondOpinion:
    weights, bias = arrays["second_weights"], arrays["second_bias"]
    return SecondOpinion(weights, bias, TemperatureScaling(facts["temperature"]), facts["least_share"])


def _without_labelled_text(example: Example) -> Example:
    labelled = example.id.startswith(LABELLED_ID_PREFIX)
    return replace(example, subject="", body="", family="") if labelled else example


def _text_bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)
