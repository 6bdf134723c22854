"""The model in scikit-learn's own form: anybody can load it, and it says what the compiled table says."""

import subprocess
import sys

import numpy as np
import pytest

from data.schema import Email
from model.training.linear_models import LinearModel
from model.training.reference import as_linear_svc, write_reference

EMAILS = [Email(body="the scarlet hallway"), Email(body="a COBALT attic, a cobalt one"), Email(body="moss")]
LOADED = """
import sys, joblib, numpy
pipelines = joblib.load(sys.argv[1])
texts = sys.argv[3:]
outputs = {name: pipeline.decision_function(texts) for name, pipeline in pipelines.items()}
numpy.savez(sys.argv[2], guess=pipelines["category"].predict(texts), **outputs)
print({name.split(".")[0] for name in sys.modules} & {"model", "data"})
"""


def test_anybody_can_load_it_and_it_says_what_the_compiled_table_says(tiny, tmp_path):
    write_reference(tiny, tmp_path / "reference.joblib")
    texts = [tiny.classifier.calm(email.text) for email in EMAILS]
    command = [sys.executable, "-I", "-c", LOADED, tmp_path / "reference.joblib", tmp_path / "outputs.npz", *texts]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()", "none of our code is needed"
    theirs = np.load(tmp_path / "outputs.npz")
    category, impact, urgency = tiny.classifier.outputs.split(tiny.classifier.table.outputs(texts))
    assert theirs["guess"].tolist()[:2] == ["red", "blue"]
    assert category == pytest.approx(theirs["category"], abs=1e-5)
    for ours, name in ((impact, "impact"), (urgency, "urgency")):
        assert ours[:, 1] - ours[:, 0] == pytest.approx(theirs[name], abs=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_any_number_of_classes_is_guessed_alike(count):
    random = np.random.default_rng(0)
    classes = tuple("abc"[:count])
    scale = float(count > 1)  # a single class has no weights
    model = LinearModel(classes, scale * random.normal(size=(count, 4)), scale * random.normal(size=count))
    x = random.normal(size=(50, 4))
    guess = np.array(classes)[model.outputs(x).argmax(axis=1)]
    assert (as_linear_svc(model).predict(x) == guess).all()
