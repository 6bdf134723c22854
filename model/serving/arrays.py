"""A classifier and its evidence as plain arrays of numbers and text, which nothing has to be unpickled for."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np

from data.corpus import LABELLED_ID_PREFIX, Example
from data.taxonomy import Taxonomy
from model.classify.classifier import Classifier, OutputColumns, TrainingMailStats
from model.classify.linear_table import LinearTable
from model.classify.second_opinion import SecondOpinion
from model.confidence.calibration import TemperatureScaling
from model.evaluation.held_out import HeldOutPredictions, correct_matrix

Arrays = Mapping[str, np.ndarray]


def pack(classifier: Classifier) -> Arrays:
    """A classifier: its n-grams as lines in the order of their rows, the rest as numbers and JSON."""
    table, usual, second = classifier.table, classifier.usual, classifier.second
    facts = {
        "outputs": asdict(classifier.outputs),
        "temperature": classifier.calibration.temperature,
        "least_share": classifier.least_share,
        "second": second and {"temperature": second.calibration.temperature, "least_share": second.least_share},
    }
    return {
        "facts": _text(json.dumps(facts)),
        "word": _text("\n".join(sorted(table.word, key=table.word.__getitem__))),
        "char": _text("\n".join(sorted(table.char, key=table.char.__getitem__))),
        "rows": table.rows,
        "bias": table.bias,
        "length": usual.length,
        "known": usual.known,
        "novelty": usual.novelty,
        **({"second_weights": second.weights, "second_bias": second.bias} if second else {}),
    }


def unpack(arrays: Arrays, taxonomy: Taxonomy, version: str) -> Classifier:
    """What `pack` packed. Raises KeyError, ValueError or TypeError where something is missing or wrong."""
    facts = json.loads(arrays["facts"].tobytes())
    columns = {name: tuple(v) if isinstance(v, list) else v for name, v in facts["outputs"].items()}
    word, char = (arrays[kind].tobytes().decode().split("\n") for kind in ("word", "char"))
    table = LinearTable(
        word={gram: i for i, gram in enumerate(word)},
        char={gram: i for i, gram in enumerate(char, start=len(word))},
        rows=arrays["rows"],
        bias=arrays["bias"],
    )
    second = None
    if facts["second"]:
        calibration = TemperatureScaling(facts["second"]["temperature"])
        weights, bias = arrays["second_weights"], arrays["second_bias"]
        second = SecondOpinion(weights, bias, calibration, facts["second"]["least_share"])
    return Classifier(
        table=table,
        outputs=OutputColumns(**columns),
        calibration=TemperatureScaling(facts["temperature"]),
        least_share=facts["least_share"],
        usual=TrainingMailStats(arrays["length"], arrays["known"], arrays["novelty"]),
        taxonomy=taxonomy,
        second=second,
        version=version,
    )


def pack_evidence(evidence: HeldOutPredictions) -> Arrays:
    """Evidence: the emails as JSON, the rest as numbers; no text of labelled mail, which may have to be forgotten."""
    return {
        "examples": _text(json.dumps([asdict(_kept(example)) for example in evidence.examples])),
        "scores": evidence.scores,
        "novelty": evidence.novelty,
        "group": evidence.group,
    }


def unpack_evidence(arrays: Arrays, categories: tuple[str, ...]) -> HeldOutPredictions:
    """What `pack_evidence` packed. Raises KeyError, ValueError or TypeError where something is missing or wrong."""
    rows = json.loads(arrays["examples"].tobytes())
    examples = tuple(Example(**{**row, "also": tuple(row["also"])}) for row in rows)
    right = correct_matrix(examples, categories)
    return HeldOutPredictions(examples, categories, arrays["scores"], right, arrays["novelty"], arrays["group"])


def _kept(example: Example) -> Example:
    own = example.id.startswith(LABELLED_ID_PREFIX)
    return replace(example, subject="", body="", family="") if own else example


def _text(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)
