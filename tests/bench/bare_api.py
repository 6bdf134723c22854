"""The same model in a bare FastAPI app, to measure against: nothing is kept, checked or explained."""

from pathlib import Path

from fastapi import FastAPI

from data import taxonomy
from data.schema import Email
from data.settings import Settings
from model.confidence.limits import Limits
from model.serving import artifact

loaded, _ = artifact.load_model(Path(Settings().model_dir), taxonomy.read_taxonomy())
classifier = loaded.put_to_use(Limits(), "the trained model")
app = FastAPI()


@app.get("/api/v1/health")
def health():
    return {"status": "ok"}


@app.post("/api/v1/predict")
def predict(email: Email):
    [made] = classifier.predict([email])
    return {"category": made.category, "scores": made.scores}
