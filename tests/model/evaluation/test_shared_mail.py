"""On mail that nobody here wrote: read where it lies, never copied."""

import csv
import gzip
import zipfile

import numpy as np
import pytest

from data import corpus, public_datasets
from data.corpus import NO_CATEGORY
from data.schema import Email
from tests.support.look_alikes import look_alikes


@pytest.fixture(scope="module")
def mail(shared):
    """What fits one of our categories."""
    return [example for example in public_datasets.read_dev_mail(shared) if example.category != NO_CATEGORY]


def test_the_score_on_somebody_elses_mail_does_not_fall(classifier, mail):
    made = classifier.predict([Email(subject=one.subject, body=one.body) for one in mail])
    right = np.array([m.category in {one.category, *one.also} for m, one in zip(made, mail, strict=True)])
    surest = np.argsort([-m.confidence for m in made])[: int(0.6 * len(made))]
    assert right.mean() > 0.74
    assert right[surest].mean() > 0.88


def test_novelty_tells_requests_that_fit_nothing_from_mail(classifier, mail, shared):
    from sklearn.metrics import roc_auc_score

    requests = [one for part in public_datasets.read_clinc150(shared) for one in zip(*part, strict=True)]
    strange = [text for text, intent in requests if intent == "oos"]
    made = classifier.predict([Email(body=text) for text in [*(one.body for one in mail), *strange]])
    assert roc_auc_score([0] * len(mail) + [1] * len(strange), [one.novelty for one in made]) > 0.78


def banking77(shared):
    return [text for texts, _ in public_datasets.read_banking77(shared) for text in texts]


def clinc150(shared):
    """Its part for validation too, which is of no other use here."""
    with gzip.open(shared / "clinc150" / "clinc150.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def dev_mail(shared):
    return [example.text for example in public_datasets.read_dev_mail(shared)]


@pytest.mark.parametrize("read", [banking77, clinc150, dev_mail], ids=lambda read: read.__name__)
def test_the_corpus_holds_nothing_of_the_public_data(shared, read):
    ours = [" ".join(example.text.lower().split()) for example in corpus.read_corpus()]
    theirs = list(dict.fromkeys(" ".join(text.lower().split()) for text in read(shared)))
    assert not [(ours[i], theirs[j]) for i, j in look_alikes(ours, theirs, 0.6)]


def test_every_raw_mail_can_be_sorted_as_it_is(classifier, shared):
    """Reading raw mail is for the intake to come; thrown in whole, none of it may break anything."""
    with zipfile.ZipFile(shared / "spamassassin" / "mails.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".eml")]
        emails = [Email(body=archive.read(name).decode("latin-1")[:250_000] or "?") for name in names]
    assert len(classifier.predict(emails)) == len(emails) == 600
