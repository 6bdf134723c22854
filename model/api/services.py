"""The work behind the API's routes: decide on emails, keep decisions and feedback, describe the model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from pydantic import ValidationError

from data.intake.message import read_message
from data.mail import IntakeItem, as_items
from data.provenance import API, API_RAW
from data.schema import Email, Prediction, Triaged
from data.settings import Settings
from data.store import Store
from data.taxonomy import Taxonomy
from data.validation_errors import field_errors
from model.api.errors import FieldProblem, problem
from model.api.micro_batch import MicroBatcher
from model.api.schemas import BatchItem, Decision, Feedback, FeedbackKept, ModelUsed, Problem, Reason
from model.classify import explain
from model.evaluation import scores_file
from model.inbox.watcher_status import watcher_status
from model.labelling.feedback import keep_label
from model.serving.fallback import FallbackClassifier
from model.serving.manifest import CORPUS_SOURCE
from model.triage import triage

IN_TROUBLE = "in trouble: the Inbox page says why"
PUBLIC_MANIFEST = {"version", "trained_at", "source", "examples", "categories", "report", "second_opinion"}

MAX_MICRO_BATCH = 64
"""Most single emails that share one pass of the model and one commit."""

MAX_WORKERS = 4
"""Requests worked on at once, in threads of their own, so that slow ones never hold up the pages."""


@dataclass(frozen=True)
class Services:
    """What the routes work with; the store is asked for at each use."""

    classifier: FallbackClassifier
    store: Callable[[], Store]
    taxonomy: Taxonomy
    settings: Settings
    workers: CapacityLimiter = field(default_factory=partial(CapacityLimiter, MAX_WORKERS))

    async def in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a blocking function in a worker thread; a client that goes away does not wait for it."""
        return await to_thread.run_sync(function, *arguments, limiter=self.workers, abandon_on_cancel=True)

    @cached_property
    def micro_batcher(self) -> MicroBatcher[Email, Decision]:
        """Decides on the single emails that arrive at the same time."""
        return MicroBatcher(partial(decide_emails, self, with_reasons=True), MAX_MICRO_BATCH)


def decide_emails(services: Services, emails: list[Email], with_reasons: bool) -> list[Decision]:
    """Decide on valid emails and keep the decisions, in order."""
    kept = triage(as_items(emails), services.classifier, services.store(), API)
    return [decision_response(one.triaged, services, with_reasons) for one in kept]


def decide_message(services: Services, raw: bytes) -> Decision:
    """Decide on a raw message and keep it with what was read of it. Raises FieldProblem where it is empty."""
    if not raw.strip():
        raise FieldProblem(422, "message", "", "is no message: send one as it came over the wire.")
    mail = read_message(raw, own_lists=services.settings.mailbox_own_lists)
    [kept] = triage([IntakeItem("api", "", mail)], services.classifier, services.store(), API_RAW)
    return decision_response(kept.triaged, services, with_reasons=True, notes=kept.mail.notes)


def decide_batch(services: Services, items: list[Any], with_reasons: bool) -> list[BatchItem]:
    """Decide on the items that are valid emails; an item for each, in order."""
    checked = [validate_email(item) for item in items]
    emails = [email for email in checked if isinstance(email, Email)]
    made = iter(decide_emails(services, emails, with_reasons))
    return [
        BatchItem(index=i, problem=item) if isinstance(item, Problem) else BatchItem(index=i, decision=next(made))
        for i, item in enumerate(checked)
    ]


def validate_email(item: Any) -> Email | Problem:
    """The email that an item of a batch holds, or the problem with it."""
    try:
        return Email.model_validate(item)
    except ValidationError as error:
        return problem(422, field_errors(error.errors()))


def keep_feedback(services: Services, given: Feedback) -> FeedbackKept:
    """Keep feedback as a label. Raises FieldProblem for an unknown decision or category."""
    try:
        label = keep_label(given.id, given.category, given.by, services.store(), services.taxonomy, via="api")
    except LookupError as error:
        raise FieldProblem(404, "id", given.id, str(error)) from error
    except ValueError as error:
        raise FieldProblem(422, "category", given.category, str(error)) from error
    return FeedbackKept(id=label.email_id, category=label.category, at=label.at)


def mailbox_status(services: Services) -> str:
    """Whether the mailbox is watched; "" where none is to be. Raises StoreUnavailable."""
    store = services.store()
    store.check()
    healthy = [well for well, _ in watcher_status(store, services.settings)]
    return ("watched" if all(healthy) else IN_TROUBLE) if healthy else ""


def describe_model(classifier: FallbackClassifier) -> dict[str, Any]:
    """What is public of the model in use."""
    manifest = classifier.manifest
    if manifest is None:
        return {"version": "rules", "decided_by": classifier.name, "note": classifier.why}
    scores = scores_file.read_scores() if manifest.source == CORPUS_SOURCE else None
    return {
        **manifest.model_dump(include=PUBLIC_MANIFEST),
        "decided_by": classifier.name,
        "scores": scores and scores.model_dump(mode="json", exclude={"elsewhere_answers"}),
    }


def decision_response(
    triaged: Triaged, services: Services, with_reasons: bool, notes: tuple[str, ...] = ()
) -> Decision:
    """The response body for a decision that was kept."""
    made, manifest = triaged.prediction, services.classifier.manifest
    return Decision(
        id=triaged.id,
        category=made.category,
        team=services.taxonomy.category(made.category).team,
        confidence=made.confidence,
        scores=made.scores,
        shortlist=list(made.shortlist),
        decided_by=made.decided_by,
        action=made.action,
        cause=made.cause,
        reason=made.reason,
        impact=made.impact,
        urgency=made.urgency,
        priority=made.priority,
        priority_reason=made.priority_reason,
        respond_by=triaged.respond_by,
        why=top_reasons(triaged.email.text, made, services.classifier) if with_reasons else [],
        known=made.known,
        novelty=made.novelty,
        model=ModelUsed(version=made.model_version, trained_at=manifest and manifest.trained_at),
        notes=list(notes),
    )


def top_reasons(text: str, prediction: Prediction, classifier: FallbackClassifier) -> list[Reason]:
    """The words that spoke for the category; none where its classifier is not in use any more."""
    model = classifier.model_of(prediction)
    if not model:
        return []
    weights = explain.word_weights(text, prediction.category, model)
    return [Reason(word=word, weight=round(weight, 3)) for word, weight in explain.top_words(text, weights)]
