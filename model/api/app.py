"""The REST door: `create_api(...)` -> FastAPI, mounted at /api by the app and by `standalone`."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache, partial
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from data import logging_setup, settings, taxonomy
from data.access import SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH
from data.intake.message import read_message
from data.mail import IntakeItem
from data.schema import Email, Triaged
from data.settings import Settings
from data.store import Store
from data.taxonomy import Taxonomy
from data.validation_errors import field_errors
from model.access.authenticator import Authenticator
from model.access.middleware import AccessMiddleware, AccessPolicy, Refusal
from model.access.request_id import RequestIdMiddleware
from model.api.body_limit import BodyLimit
from model.api.errors import FieldProblem, add_handlers, problem, problem_response
from model.api.micro_batch import MicroBatcher
from model.api.raw_message import DOCUMENTED, route_accepting_raw
from model.api.schemas import (
    EXAMPLES,
    PROBLEM,
    BatchItem,
    BatchRequest,
    Decision,
    Feedback,
    FeedbackKept,
    Problem,
    Reason,
)
from model.arrival import sort
from model.classify import explain
from model.evaluation import scores_file
from model.inbox.watcher_status import watcher_status
from model.serving.fallback import FallbackClassifier
from model.serving.manifest import OUR_CORPUS
from model.triage import keep_label, threshold_in_force, triage_all

PROBLEMS = dict.fromkeys((400, 401, 403, 413, 422, 429, 503), PROBLEM)
FREE = ("/v1/health", "/v1/ready")
"""What everybody may ask: nothing of any mail is in it."""

NEEDS = {"/v1/predict": SCOPE_SORT, "/v1/predict/batch": SCOPE_SORT, "/v1/feedback": SCOPE_TEACH}
"""What a key or a sign-in must be for; all else is there to be seen."""

IN_TROUBLE = "in trouble: the Inbox page says why"
AT_ONCE = 64
"""Single emails that are decided on and kept together, where so many come at the same time."""

WORKERS = 4
"""Requests that are worked on at once. They have threads of their own, so that slow ones never hold up the pages."""


def create_api(
    standby: FallbackClassifier, store: Callable[[], Store], rules: Taxonomy, knobs: Settings, doorman: Authenticator
) -> FastAPI:
    """The API over what answers, where decisions are kept (asked for at each use), taxonomy, settings and who is in."""
    api = FastAPIOffline(
        title="Mailroom",
        version="1",
        description="Which team gets an email, how soon it must be answered, how sure that is, and why.",
        dependencies=[] if doorman.open else [Depends(HTTPBearer(auto_error=False, description="A key"))],
    )
    api.add_middleware(BodyLimit, most=knobs.upload_mb * 2**20)
    door = AccessPolicy(_no, FREE.__contains__, lambda path: NEEDS.get(path, SCOPE_SEE), keys=True)
    api.add_middleware(AccessMiddleware, doorman=lambda: doorman, settings=knobs, door=door)
    aside = partial(_aside, CapacityLimiter(WORKERS))
    decisions = _decisions(standby, store, rules, aside)
    for router in (_one(standby, store, rules, aside, knobs), decisions, _about(standby, store, rules, aside, knobs)):
        api.include_router(router, prefix="/v1")
    add_handlers(api)
    return api


def standalone() -> Starlette:
    """The API alone, at the same addresses: `uvicorn --factory model.api.app:standalone`."""
    try:
        chosen, rules = settings.read_settings(settings.environment_and_secrets()), taxonomy.read_taxonomy()
    except ValueError as error:
        raise SystemExit(f"Mailroom cannot start as it is set up. {error}") from error
    store = cache(partial(Store, chosen.database_url))
    standby = FallbackClassifier(chosen, rules, store=store)
    standby.prepare_in_background()
    logging_setup.set_up()
    api = create_api(standby, store, rules, chosen, Authenticator(chosen, store))
    return Starlette(routes=[Mount("/api", api)], middleware=[Middleware(RequestIdMiddleware)])


async def _aside(limiter: CapacityLimiter, work: Callable[..., Any], *given: Any) -> Any:
    return await to_thread.run_sync(partial(work, *given), limiter=limiter, abandon_on_cancel=True)


def _no(_: dict[str, Any], refusal: Refusal) -> Any:
    headers = {"www-authenticate": "Bearer"} if refusal.status == 401 else {}
    if refusal.wait:
        headers["retry-after"] = str(refusal.wait)
    return problem_response(problem(refusal.status, [], refusal.sentence), headers)


def _one(
    standby: FallbackClassifier, store: Callable[[], Store], rules: Taxonomy, aside: Callable[..., Any], knobs: Settings
) -> APIRouter:
    async def message(raw: bytes) -> Decision:
        return await aside(sort_message, raw)

    router = APIRouter(tags=["decisions"], responses=PROBLEMS, route_class=route_accepting_raw(message))

    @router.post("/predict", response_model=Decision, openapi_extra=DOCUMENTED)
    async def predict(email: Annotated[Email, Body(openapi_examples=EXAMPLES)]) -> Decision:
        """Sort one email, as JSON or as the raw message that a mail server has (message/rfc822)."""
        return await together(email)

    def sort_some(emails: list[Email]) -> list[Decision]:
        return [decision(one, standby, rules, why=True) for one in triage_all(emails, standby, store(), rules)]

    together = MicroBatcher(sort_some, AT_ONCE)

    def sort_message(raw: bytes) -> Decision:
        if not raw.strip():
            raise FieldProblem(422, "message", "", "is no message: send one as it came over the wire.")
        mail = read_message(raw, own_lists=knobs.mailbox_own_lists)
        [arrived] = sort([IntakeItem("api", "", mail)], standby, threshold_in_force(store()), rules)
        store().inbox.add("api", [arrived])
        made = decision(arrived.triaged, standby, rules, why=True)
        return made.model_copy(update={"notes": list(arrived.mail.notes)})

    return router


def _decisions(
    standby: FallbackClassifier, store: Callable[[], Store], rules: Taxonomy, aside: Callable[..., Any]
) -> APIRouter:
    router = APIRouter(tags=["decisions"], responses=PROBLEMS)

    @router.post("/predict/batch", response_model=list[BatchItem])
    async def predict_batch(
        batch: BatchRequest, why: Annotated[bool, Query(description="give reasons too, which takes longer")] = False
    ) -> list[BatchItem]:
        """Sort up to 1,000 emails. The answer has an item for each, in order: a decision, or what is wrong with it."""
        return await aside(sort_many, batch.emails, why)

    @router.post("/feedback", status_code=201, response_model=FeedbackKept, responses={404: PROBLEM})
    async def feedback(given: Feedback) -> FeedbackKept:
        """Say which category was right for a decision; it is kept as a label."""
        return await aside(keep_feedback, given)

    def sort_many(items: list[Any], why: bool) -> list[BatchItem]:
        read = [_read(item) for item in items]
        emails = [one for one in read if isinstance(one, Email)]
        made = iter(triage_all(emails, standby, store(), rules))
        return [
            BatchItem(index=i, problem=one)
            if isinstance(one, Problem)
            else BatchItem(index=i, decision=decision(next(made), standby, rules, why))
            for i, one in enumerate(read)
        ]

    def keep_feedback(given: Feedback) -> FeedbackKept:
        try:
            label = keep_label(given.id, given.category, given.by, store(), rules, via="api")
        except LookupError as error:
            raise FieldProblem(404, "id", given.id, str(error)) from error
        except ValueError as error:
            raise FieldProblem(422, "category", given.category, str(error)) from error
        return FeedbackKept(id=label.email_id, category=label.category, at=label.at)

    return router


def _about(
    standby: FallbackClassifier, store: Callable[[], Store], rules: Taxonomy, aside: Callable[..., Any], knobs: Settings
) -> APIRouter:
    router = APIRouter(tags=["about"], responses=dict.fromkeys((401, 403, 429, 503), PROBLEM))

    @router.get("/health")
    async def health() -> dict[str, str]:
        """The process is up."""
        return {"status": "ok"}

    @router.get("/ready", responses={503: PROBLEM})
    async def ready() -> dict[str, str]:
        """A decision can be made and kept; else it names what is missing.

        `note` says why a lower step answers, `mailbox` whether the mailbox is watched, if one is.
        """
        standby.prepare_in_background()
        if not standby.settled:
            raise HTTPException(503, standby.why)
        await aside(lambda: store().check())
        watched = await aside(lambda: [well for well, _ in watcher_status(store(), knobs)])
        mailbox = ("watched" if all(watched) else IN_TROUBLE) if watched else ""
        return {"status": "ready", "decided_by": standby.name, "note": standby.why, "mailbox": mailbox}

    @router.get("/model")
    async def model() -> dict[str, Any]:
        """The model in use: when it was trained, on what, and its honest scores, and those of `make scores`."""
        await aside(standby.prepare)
        if standby.manifest is None:
            return {"version": "rules", "decided_by": standby.name, "note": standby.why}
        public = {"version", "trained_at", "source", "examples", "categories", "report", "second_opinion"}
        found = scores_file.read_scores() if standby.manifest.source == OUR_CORPUS else None
        return {
            **standby.manifest.model_dump(include=public),
            "decided_by": standby.name,
            "scores": found and found.model_dump(mode="json", exclude={"elsewhere_answers"}),
        }

    @router.get("/taxonomy")
    async def taxonomy_() -> dict[str, Any]:
        """The categories with their teams, definitions, examples and tie-breaks, and the rules for priority."""
        return {
            "categories": [asdict(category) for category in rules.categories.values()],
            "tie_breaks": rules.tie_breaks,
            "impact": rules.priorities.impact,
            "urgency": rules.priorities.urgency,
            "matrix": rules.priorities.matrix,
        }

    return router


def decision(triaged: Triaged, standby: FallbackClassifier, rules: Taxonomy, why: bool) -> Decision:
    """A kept decision as it goes over the wire."""
    made = triaged.prediction
    same = set(Decision.model_fields) & set(type(made).__dataclass_fields__)
    return Decision(
        id=triaged.id,
        category=made.category,
        team=rules.category(made.category).team,
        respond_by=triaged.respond_by,
        why=_why(triaged, standby) if why else [],
        model={"version": made.model_version, "trained_at": standby.manifest and standby.manifest.trained_at},
        **{name: getattr(made, name) for name in same},
    )


def _why(triaged: Triaged, standby: FallbackClassifier) -> list[Reason]:
    made, text = triaged.prediction, triaged.email.text
    classifier = standby.author(made)
    if not classifier:
        return []
    found = explain.word_weights(text, made.category, classifier)
    return [Reason(word=word, weight=round(weight, 3)) for word, weight in explain.top_words(text, found)]


def _read(item: Any) -> Email | Problem:
    try:
        return Email.model_validate(item)
    except ValidationError as error:
        return problem(422, field_errors(error.errors()))
