"""A second opinion is asked where the first is unsure, counts half, and may be away."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from data import corpus
from data.corpus import NO_CATEGORY
from data.schema import Email
from model.classify import encoder
from model.classify.encoder import ENCODER_SIZE, Encoder, EncoderUnavailable
from model.classify.second_opinion import ASK_BELOW, SecondOpinion, needs_second_opinion, pool_opinions
from model.confidence.calibration import TemperatureScaling, softmax
from model.confidence.limits import Limits
from model.serving import artifact
from model.training.fit import fit_model
from model.training.train import training_report

SURE = ["the scarlet hallway", "a teal cellar"]
UNSURE = ["the scarlet cobalt hallway", "hallway"]
SHOUTED = "The SCARLET cobalt hallway, asap!!"


class Counting:
    """Stands in for an encoder: it means "blue" by everything, and notes what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, texts):
        self.asked += texts
        return np.tile([1.0, 0.0], (len(texts), 1))


@pytest.fixture
def first(tiny):
    """The first opinion alone, on blue, red and none."""
    return tiny.classifier.put_to_use(Limits(), "first")


@pytest.fixture
def both(first):
    """With a second opinion that has no encoder yet."""
    weights = np.array([[4.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    return replace(first, second_opinion=SecondOpinion(weights, np.zeros(3), TemperatureScaling(2.0), least_share=0.1))


def test_the_blend_is_the_geometric_mean_of_both():
    one, other = np.array([[0.8, 0.1, 0.1]]), np.array([[0.2, 0.4, 0.4]])
    wanted = np.sqrt(one * other) / np.sqrt(one * other).sum()
    assert softmax(pool_opinions(np.log(one), np.log(other))) == pytest.approx(wanted)
    assert softmax(pool_opinions(np.log(one) + 7, 3 + np.log(other))) == pytest.approx(wanted), "logits may be shifted"


def test_two_equal_opinions_are_one():
    logits = np.random.default_rng(0).normal(size=(5, 4))
    assert softmax(pool_opinions(logits, logits)) == pytest.approx(softmax(logits))


def test_both_together_by_hand():
    weights, bias = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0.5, 0.0])
    second = SecondOpinion(weights, bias, TemperatureScaling(2.0), 0.0, lambda texts: np.eye(2))
    first = np.array([[0.0, 1.0], [0.0, 1.0]])
    wanted = pool_opinions(first, np.array([[1.5, 0.0], [0.5, 2.0]])) / 2
    assert second.pooled_logits(first, ["one", "other"]) == pytest.approx(wanted)


def test_unsure_is_below_a_confidence_among_the_categories_alone():
    shares = np.array([[0.96, 0.04], [ASK_BELOW + 1e-9, 1 - ASK_BELOW], [0.94, 0.06], [0.5, 0.5]])
    nowhere = np.full((4, 1), 5.0)
    assert needs_second_opinion(np.hstack([np.log(shares), nowhere]), 2).tolist() == [False, False, True, True]


def test_the_encoder_is_asked_only_where_unsure_and_about_calm_text(both):
    encode = Counting()
    readings = both.put_to_use(Limits(), "both", encode).read([SURE[0], UNSURE[0], SURE[1], UNSURE[1], SHOUTED])
    assert [reading.asked for reading in readings] == [False, True, False, True, True]
    assert encode.asked == [*UNSURE, both.calm(SHOUTED)]


def test_where_nobody_is_unsure_nobody_is_asked(both):
    encode = Counting()
    both.put_to_use(Limits(), "both", encode).read(SURE)
    assert encode.asked == []


def test_a_second_opinion_moves_what_is_unsure_and_nothing_else(first, both):
    used = both.put_to_use(Limits(), "both", Counting())
    for text in SURE:
        assert used.read([text])[0].scores == first.read([text])[0].scores
    for text in UNSURE:
        [before], [after] = first.read([text]), used.read([text])
        blue, red = before.scores["blue"], before.scores["red"]
        odds = ((blue / red) * np.exp(4)) ** (1 / 2 / 2)  # half of each opinion, over a temperature of 2
        assert after.scores["blue"] / after.scores["red"] == pytest.approx(odds)
        assert (after.impact, after.urgency, after.known) == (before.impact, before.urgency, before.known)
        assert after.scores != before.scores


def test_one_by_one_and_together_are_equal(both):
    used = both.put_to_use(Limits(), "both", Counting())
    texts = [*SURE, *UNSURE, SHOUTED]
    assert used.read(texts) == [used.read([text])[0] for text in texts]


def test_who_decided_is_told(both):
    sure, asked = both.put_to_use(Limits(), "both", Counting()).predict([Email(body=SURE[0]), Email(body=UNSURE[0])])
    assert (sure.decided_by, asked.decided_by) == ("both", "both and its second opinion")


def test_without_an_encoder_it_answers_as_the_first_opinion_alone(first, both):
    assert both.read([*SURE, *UNSURE]) == first.read([*SURE, *UNSURE])
    emails = [Email(body=text) for text in [*SURE, *UNSURE]]
    assert both.put_to_use(Limits(), "first").predict(emails) == first.predict(emails)


def test_an_encoder_alone_is_no_second_opinion(first):
    encode = Counting()
    assert first.put_to_use(Limits(), "first", encode).read(UNSURE) == first.read(UNSURE)
    assert encode.asked == []


@pytest.mark.parametrize(
    ("package", "path", "says"),
    [
        ("no_such_package", "model.onnx", r"^no_such_package is not installed: run make run WITH=embeddings\.$"),
        ("weights_here", "model.onnx", r"model\.onnx is not the file it should be .*: install weights_here anew\.$"),
        ("weights_here", "gone.onnx", r"gone\.onnx cannot be read \(No such file.*\): install weights_here anew\.$"),
    ],
)
def test_an_encoder_that_cannot_be_had_is_said_in_a_sentence(tmp_path, monkeypatch, package, path, says):
    folder = tmp_path / "weights_here"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise SystemExit('none of its code is imported')")
    (folder / "model.onnx").write_bytes(b"something else")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(encoder, "WEIGHTS", (package, path, "0" * 64))
    with pytest.raises(EncoderUnavailable, match=says):
        Encoder()


def test_a_package_that_is_missing_is_not_installed(monkeypatch):
    monkeypatch.setattr(encoder, "WEIGHTS", ("no_such_package", "model.onnx", "0" * 64))
    assert not encoder.encoder_installed()


@pytest.fixture(scope="module")
def encode():
    if not encoder.encoder_installed():
        pytest.skip("the encoder is not installed: make run WITH=embeddings")
    return Encoder()


@pytest.fixture(scope="module")
def part():
    """60 emails each of three categories, and of none."""
    examples = corpus.read_corpus()
    kinds = ("billing", "delivery", "praise", NO_CATEGORY)
    return [one for kind in kinds for one in [e for e in examples if e.category == kind][:60]]


def test_texts_become_unit_vectors(encode, part):
    vectors = encode(["", "😀", "東京", "word " * 2_000, *(example.text for example in part[::8])])
    assert vectors.shape == (34, ENCODER_SIZE)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(34), abs=1e-5)
    assert encode([]).shape == (0, ENCODER_SIZE)


def test_together_they_are_encoded_as_one_by_one(encode, part):
    texts = [example.text for example in part[::4]]
    together, alone = encode(texts), np.vstack([encode([text]) for text in texts])
    assert (1 - (together * alone).sum(axis=1)).max() < 1e-2


def test_it_is_the_meaning_that_is_encoded(encode):
    lost, same, other = encode(["my parcel never came", "the package was not delivered", "how do I change the colour"])
    assert lost @ same > lost @ other + 0.2


def test_fitted_saved_and_loaded_it_predicts_the_same(encode, part, taxonomy, tmp_path):
    fitted = fit_model(part, taxonomy, encode=encode)
    report = training_report(fitted, Limits())
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert artifact.save_model(
        fitted.classifier,
        fitted.held_out(fitted.by_industry),
        tmp_path,
        source="part",
        data_sha256="0",
        report=report,
        now=now,
    ).second_opinion
    loaded, manifest = artifact.load_model(tmp_path, taxonomy)
    emails = [Email(body=example.text) for example in corpus.read_corpus()[::200]]
    before, after = (
        replace(one, version=manifest.version).put_to_use(Limits(), "both", encode).predict(emails)
        for one in (fitted.classifier, loaded)
    )
    assert after == before
    assert {made.decided_by for made in after} == {"both", "both and its second opinion"}
