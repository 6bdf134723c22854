"""The trained classifier: shape and range, behaviour, a floor under its score."""

import numpy as np
import pytest

from data.schema import Email
from model.serving.manifest import read_manifest

EVERYDAY = [
    ("billing", "You charged my card twice for the October invoice, please check the second payment."),
    ("refund", "I sent the shoes back three weeks ago and still have no refund. When do I get my money back?"),
    ("delivery", "My parcel was due on Monday and the tracking has not moved since. Where is it?"),
    ("cancellation", "Please cancel my subscription at the end of the month."),
    ("account_access", "I forgot my password and the reset email never arrives, so I can't log in."),
    ("technical_problem", "Since the update the app crashes with an error whenever I open a photo."),
    ("how_to", "How do I export my contacts to a spreadsheet? I could not find it in the settings."),
    ("sales", "Could you send us a quote for 40 licences? We would like to buy before Christmas."),
    ("feature_request", "It would be great if you could add a dark mode to the app."),
    ("complaint", "Your staff was rude to me on the phone and hung up. I have never been treated so badly."),
    ("praise", "Thank you so much, wonderful service, your team was brilliant."),
    ("security_privacy", "Somebody hacked my account and changed my address. Please block it."),
    ("job_application", "Please find attached my CV, I'd like to apply for the vacancy in your warehouse."),
    ("spam_or_automatic", "I am out of the office until Monday. This is an automatic reply."),
]
SIGNATURES = [
    "\n\n-- \nMara Lindt\nHead of Purchasing\nExample Ltd, 1 High Street",
    "\n\nKind regards\nMara",
    "\n\nThanks a lot\n\nM. Lindt",
]


def test_scores_are_probabilities_and_the_rest_is_in_range(classifier, taxonomy):
    for made in classifier.predict([Email(body=body) for _, body in EVERYDAY]):
        values = list(made.scores.values())
        assert set(made.scores) == set(taxonomy.categories)
        assert sum(values) == pytest.approx(1)
        assert values == sorted(values, reverse=True)
        assert made.confidence == values[0]
        assert 0 <= made.known <= 1
        assert 0 <= made.novelty <= 1
        assert (made.decided_by, made.model_version) == (classifier.name, classifier.version)


@pytest.mark.parametrize(("category", "body"), EVERYDAY)
def test_the_everyday_need_said_outright_goes_where_it_belongs(classifier, category, body):
    [made] = classifier.predict([Email(body=body)])
    assert (made.category, made.action) == (category, "route")


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_does_not_move_the_decision(classifier, signature):
    plain = classifier.predict([Email(body=body) for _, body in EVERYDAY])
    signed = classifier.predict([Email(body=body + signature) for _, body in EVERYDAY])
    assert [made.category for made in signed] == [made.category for made in plain]


def test_asking_for_money_back_raises_refund(classifier):
    before, after = classifier.predict(
        [Email(body="The lamp arrived."), Email(body="The lamp arrived. I want my money back.")]
    )
    assert after.scores["refund"] > before.scores["refund"] + 0.3


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("", "too_short"),
        ("😀😀😀", "too_short"),
        ("a" * 200_000, "unfamiliar"),
        ("Guten Tag, wann kommt denn endlich mein Paket bei mir an?", "unfamiliar"),
        ("Bonjour, je voudrais savoir quand ma commande sera livrée", "unfamiliar"),
        ("qwer asdf zxcv poiu lkjh", "unfamiliar"),
        ("my parcel", "too_short"),
        ("Shall we all meet at grandma's on Sunday? I'll bring the cake and Tom brings the wine.", "unfamiliar"),
        ("Play some jazz and turn the lights down in the living room.", "unfamiliar"),
    ],
)
def test_it_asks_a_person_where_it_does_not_know(classifier, body, cause):
    [made] = classifier.predict([Email(subject="" if body else "?", body=body)])
    assert made.action == "ask"
    assert made.cause == cause
    assert len(made.shortlist) > 1


UNCLEAR = [
    "Is it cheaper if I leave?",
    "I opened it and it is not what I thought it would be.",
    "Your form does not let me change the card and I want to leave.",
]


def test_the_shortlist_holds_all_that_is_likely_enough_the_likeliest_first(classifier):
    made = classifier.predict([Email(body=body) for body in [*UNCLEAR, *(body for _, body in EVERYDAY)]])
    for one in made:
        likely = [share for share in one.scores.values() if share >= classifier.least_share]
        assert one.shortlist == tuple(one.scores)[: max(len(likely), 1 if one.decided else 2)]
    assert min(len(one.shortlist) for one in made) == 1
    assert max(len(one.shortlist) for one in made) > 2


def test_one_by_one_or_together_is_the_same(classifier):
    emails = [Email(body=body) for _, body in EVERYDAY]
    together = classifier.predict(emails)
    for email, made in zip(emails, together, strict=True):
        assert classifier.predict([email])[0].scores == pytest.approx(made.scores, abs=1e-6)
    assert classifier.predict([]) == []


def test_the_honest_scores_do_not_fall(model_dir):
    report = read_manifest(model_dir).report
    for scores, right, surest, f1 in ((report.grouped, 0.82, 0.95, 0.80), (report.away, 0.78, 0.92, 0.76)):
        assert scores.accuracy.value > right
        assert scores.surest.value > surest
        assert scores.macro_f1.value > f1
        assert scores.calibration_error.value < 0.05
    assert report.right_when_decided > 0.91
    assert report.impact_right > 0.81
    assert report.urgency_right > 0.88


def test_the_shortlist_holds_what_it_promises_and_is_short(model_dir):
    shortlist = read_manifest(model_dir).report.shortlist
    assert shortlist.held.low < shortlist.promised < shortlist.held.high
    assert shortlist.length < 1.6


def test_a_tiny_model_learns_category_and_stakes(tiny):
    made = tiny.classifier.predict([Email(body="the scarlet hallway"), Email(body="the cobalt hallway")])
    assert [(one.category, one.impact, one.urgency) for one in made] == [
        ("red", "low", "low"),
        ("blue", "high", "high"),
    ]


def test_what_fits_nothing_is_no_category_and_makes_a_text_novel(tiny):
    assert tiny.classifier.categories == ["blue", "red"]
    red, green = tiny.classifier.predict([Email(body="the scarlet hallway"), Email(body="the jade hallway")])
    assert green.known == red.known
    assert green.novelty > 0.5 > red.novelty


def test_every_email_has_an_honest_answer_and_families_stay_together(tiny):
    for answers in (tiny.by_group, tiny.by_industry):
        found = tiny.held_out(answers)
        assert found.scores.shape == (90, 2)
        assert found.scores.sum(axis=1) == pytest.approx(np.ones(90))
    groups = {(example.family, group) for example, group in zip(tiny.data.examples, tiny.data.group, strict=True)}
    assert len(groups) == len({example.family for example in tiny.data.examples}) == 45
