"""What is packed into plain arrays comes out equal."""

import io
from dataclasses import asdict, replace

import numpy as np
import pytest

from data.corpus import NO_CATEGORY
from model.classify.second_opinion import SecondOpinion
from model.confidence.calibration import TemperatureScaling
from model.serving.arrays import pack, pack_evidence, unpack, unpack_evidence

TEXTS = ["the scarlet hallway", "a cobalt balcony, and a ruby one", "an olive attic", "東京", ""]


@pytest.fixture(scope="module")
def seconded(tiny):
    random = np.random.default_rng(0)
    weights, bias = random.normal(size=(3, 5)), random.normal(size=3)
    return replace(tiny.classifier, second_opinion=SecondOpinion(weights, bias, TemperatureScaling(1.25), 0.3))


def through_a_file(arrays):
    """The arrays as they come back from a file that cannot run anything."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as kept:
        return dict(kept)


def test_a_classifier_comes_out_equal(seconded, taxonomy):
    again = unpack(through_a_file(pack(seconded)), taxonomy, "v1")
    assert again.version == "v1"
    for name in ("outputs", "calibration", "least_share", "taxonomy", "limits"):
        assert getattr(again, name) == getattr(seconded, name)
    assert (again.table.word, again.table.char) == (seconded.table.word, seconded.table.char)
    assert not set(again.table.word.values()) & set(again.table.char.values())
    for name in ("table", "usual", "second_opinion"):
        was, now = getattr(seconded, name), getattr(again, name)
        for field in set(type(was).__dataclass_fields__) - {"word", "char"}:
            assert np.array_equal(getattr(now, field), getattr(was, field)), f"{name}.{field}"
    assert again.read(TEXTS) == seconded.read(TEXTS)


def test_without_a_second_opinion_there_is_none_afterwards(tiny, taxonomy):
    again = unpack(through_a_file(pack(tiny.classifier)), taxonomy, "v1")
    assert again.second_opinion is None
    assert again.read(TEXTS) == tiny.classifier.read(TEXTS)


def test_the_trained_model_packed_anew_is_the_same(classifier, taxonomy):
    before = pack(classifier)
    after = pack(unpack(before, taxonomy, "v1"))
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_evidence_comes_out_equal(tiny):
    evidence = tiny.held_out(tiny.by_industry)
    assert NO_CATEGORY in {example.category for example in evidence.examples}
    changed = (replace(evidence.examples[0], also=("red", "blue"), subject="Ü“”\n", industry="shop"),)
    evidence = replace(evidence, examples=changed + evidence.examples[1:])
    evidence = replace(evidence, right=np.vstack([[True, True], evidence.right[1:]]))
    again = unpack_evidence(through_a_file(pack_evidence(evidence)), evidence.categories)
    assert [asdict(example) for example in again.examples] == [asdict(example) for example in evidence.examples]
    assert again.examples == evidence.examples
    for name in ("scores", "right", "novelty", "group"):
        assert np.array_equal(getattr(again, name), getattr(evidence, name)), name


@pytest.mark.parametrize("missing", ["facts", "word", "char", "rows", "bias", "length", "second_weights"])
def test_a_missing_array_is_said(seconded, taxonomy, missing):
    arrays = {name: array for name, array in pack(seconded).items() if name != missing}
    with pytest.raises(KeyError, match=missing):
        unpack(arrays, taxonomy, "v1")


@pytest.mark.parametrize("facts", [b"", b"{", b"\xff", b"[]", b'{"outputs": {"colours": []}}'])
def test_broken_facts_are_an_error_that_can_be_told(seconded, taxonomy, facts):
    arrays = {**pack(seconded), "facts": np.frombuffer(facts, np.uint8)}
    with pytest.raises((KeyError, ValueError, TypeError)):
        unpack(arrays, taxonomy, "v1")
