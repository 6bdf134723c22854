"""The compiled table says what scikit-learn's TF-IDF and linear models say, on mail of every kind."""

import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import vstack

from data import corpus, public_datasets
from data.schema import Email
from data.settings import ROOT
from model.confidence.calibration import softmax
from model.confidence.novelty import known_word_share
from model.text.n_grams import tfidf_union
from model.text.normalize import tokens
from model.training.linear_models import compile_table, fit_linear_models
from model.training.ngram_counts import count_ngrams

BATCH = 2_000
HOSTILE = {
    "empty": "",
    "blanks only": " \t\n \u00a0\u2003 ",
    "no blank": "a" * 20_000,
    "no blank, many n-grams": "refundparcelinvoice" * 1_000,
    "many n-grams": " ".join(f"refund{i}th parcel-{i}" for i in range(1_500)),
    "emoji": "😀😀 👩‍👩‍👧 my parcel 📦 is late 😡",
    "digits and other numbers": "order ٣٤٥ and २० and ①② and ½½ and 三百 and 12 and x2",
    "dotted capital İ": "İSTANBUL İ İİ ISTANBUL ı parcel",
    "sigmas": "ΟΔΟΣ ΑΣ Σ İ ΟΔΟΣ ΑΣ Σ",
    "apostrophes": "'don't' '' ''' it's 'n' rock'n'roll ’tis don’t",
    "underscores": "___ _a_ a_b _ __init__ refund_refund",
    "non-breaking spaces": "my\u00a0parcel\u00a0\u00a0is\u2003late\u2028now\x85here\x1cthere\x0bup\u200bdown\ufeff",
    "other scripts": "東京 に 荷物 Где моя посылка أين طردي ไม่มีช่องว่าง",
    "combining marks": "e\u0301te\u0301 nai\u0308ve ﬁne ŉ ß ẞ ǰ",
    "one-letter words": "a b c d e x 1 2 i u",
    "one letter": "x",
    "around the cache": f"{'a' * 31} {'b' * 32} {'c' * 33} {'refund' * 6}",
}


@pytest.fixture(scope="module")
def reference(classifier):
    """Scikit-learn's TF-IDF and linear models fitted on every third email of our corpus."""
    examples = corpus.read_corpus()[::3]
    tfidf = tfidf_union().fit([classifier.calm(example.text) for example in examples])
    x = tfidf.transform([classifier.calm(example.text) for example in examples])
    category, *levels = (np.array([getattr(e, name) for e in examples]) for name in ("category", "impact", "urgency"))
    return tfidf, fit_linear_models(vstack([x, x]), category, np.column_stack(levels), np.ones(len(examples)))


@pytest.fixture(scope="module")
def compiled(classifier, reference):
    """A classifier of the same linear models, compiled from what training counts."""
    texts = [classifier.calm(example.text) for example in corpus.read_corpus()[::3]]
    return replace(classifier, table=compile_table(count_ngrams(texts).learned(np.arange(len(texts))), reference[1]))


@pytest.fixture(scope="module")
def agree(compiled, reference):
    """Asserts that both say the same of texts."""
    tfidf, models = reference
    vocabulary = set(dict(tfidf.transformer_list)["word"].vocabulary_)

    def check(texts):
        for start in range(0, len(texts), BATCH):
            part = texts[start : start + BATCH]
            calm = [compiled.calm(text) for text in part]
            x = tfidf.transform(calm)
            ours, theirs = compiled.table.outputs(calm), np.hstack([model.outputs(x) for model in models])
            category, *levels = zip(*map(compiled.outputs.split, (ours, theirs)), strict=True)
            got, wanted = (softmax(compiled.calibration.apply(logits)) for logits in category)
            assert np.abs(got - wanted).max() <= 1e-6
            assert all(np.abs(got - wanted).max() <= 1e-5 for got, wanted in levels)
            known = [reading.known for reading in compiled.read(part)]
            assert known == pytest.approx([known_word_share(tokens(text), vocabulary) for text in calm], abs=1e-12)

    return check


@pytest.fixture(scope="module")
def sample():
    return [example.text for example in corpus.read_corpus()[::8]]


def test_on_our_corpus(agree, sample):
    agree(sample)


@pytest.mark.parametrize("name", HOSTILE)
def test_on_hostile_text(agree, name):
    agree([HOSTILE[name]])


@pytest.mark.parametrize("read", [public_datasets.read_banking77, public_datasets.read_clinc150])
def test_on_requests_of_others(agree, shared, read):
    agree([text for texts, _ in read(shared) for text in texts])


def test_on_mail_of_others(agree, shared):
    agree([example.text for example in public_datasets.read_dev_mail(shared)])


def test_on_raw_mail(agree, shared):
    with zipfile.ZipFile(shared / "spamassassin" / "mails.zip") as archive:
        raw = [archive.read(name).decode("latin-1") for name in archive.namelist() if name.endswith(".eml")]
    agree([Email(body=text[:250_000] or "?").text for text in raw])


def test_one_by_one_and_together_are_equal(classifier, sample):
    calm = [classifier.calm(text) for text in [*sample[::4], *HOSTILE.values()]]
    outputs, readings = classifier.table.outputs(calm), classifier.read(calm)
    for i, text in enumerate(calm):
        [alone] = classifier.table.outputs([text])
        assert np.array_equal(alone, outputs[i])
        assert classifier.read([text])[0].known == readings[i].known


def test_a_word_is_known_where_it_is_in_the_vocabulary(classifier):
    text = "parcel qwertzuiop 4471 parcel a"
    assert classifier.read([text])[0].known == pytest.approx(2 / 3), "neither numbers nor letters are words"


def test_loading_and_predicting_import_nothing_heavy(model_dir):
    code = (
        "import sys; from pathlib import Path; from data import taxonomy; from data.schema import Email;"
        "from model.serving.artifact import load_model;"
        "loaded, _ = load_model(Path(sys.argv[1]), taxonomy.read_taxonomy());"
        "[made] = loaded.predict([Email(body='My parcel has not arrived. Where is it?')]);"
        "print(made.category, {'sklearn', 'scipy', 'joblib', 'pandas'} & sys.modules.keys())"
    )
    command = [sys.executable, "-c", code, str(model_dir)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "delivery set()"
