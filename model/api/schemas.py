"""The API's request and response bodies, with an example of each request."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from data.schema import BATCH_LIMIT

Share = Annotated[float, Field(ge=0, le=1)]


class Reason(BaseModel):
    """A word that spoke for the category, and by how much (logit)."""

    word: str
    weight: float


class ModelUsed(BaseModel):
    """Which model decided; `trained_at` is empty for keyword rules."""

    version: str
    trained_at: datetime | None


class Decision(BaseModel):
    """What was decided on one email. `action` is "route", or "ask": then a person chooses from the shortlist.

    `notes` are sentences on what of a raw message could not be read.
    """

    id: str
    category: str
    team: str
    confidence: Share
    scores: dict[str, float]
    shortlist: list[str]
    decided_by: str
    action: Annotated[str, Field(pattern="^(route|ask)$")]
    cause: Annotated[str, Field(pattern="^(confident|automatic|unsure|unfamiliar|too_short|unread)$")]
    reason: str
    impact: str
    urgency: str
    priority: str
    priority_reason: str
    respond_by: datetime
    why: list[Reason]
    known: Share
    novelty: Share
    model: ModelUsed
    notes: list[str] = []


class Fault(BaseModel):
    """One thing that is wrong: the field, its value, and the way out."""

    field: str
    value: str
    message: str


class Problem(BaseModel):
    """An error (RFC 9457). `request` is the number under which the log has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] = []
    request: str = ""


class BatchRequest(BaseModel):
    """Emails as in /v1/predict. Each is checked by itself, and a bad one does not spoil the rest."""

    model_config = ConfigDict(extra="forbid")

    emails: Annotated[
        list[Any],
        Field(
            min_length=1,
            max_length=BATCH_LIMIT,
            examples=[[{"subject": "", "body": "Where is my parcel?"}, {"body": "Please cancel my plan."}]],
        ),
    ]


class BatchItem(BaseModel):
    """One email's decision, or the problem with it."""

    index: int
    decision: Decision | None = None
    problem: Problem | None = None


class Feedback(BaseModel):
    """What was right for a decision."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(max_length=64, description="the id that /v1/predict answered", examples=["0f3c…"])]
    category: Annotated[str, Field(max_length=100, description="the category that is right", examples=["refund"])]
    by: Annotated[str, Field(min_length=1, max_length=100, description="who says so", examples=["ana"])] = "api"


class FeedbackKept(BaseModel):
    """The label that was kept."""

    id: str
    category: str
    at: datetime


PROBLEM = {"model": Problem, "content": {"application/problem+json": {}}}

EXAMPLES = {
    "charged twice": {
        "summary": "A double charge",
        "value": {"subject": "Charged twice for March", "body": "My card was charged twice. Please check."},
    },
    "outage": {
        "summary": "An outage that affects many",
        "value": {
            "subject": "",
            "body": "None of us can reach the booking system since six this morning.",
            "sender": "desk@example.com",
            "customers_affected": 40,
        },
    },
}
