"""The API's routes: decisions on emails and feedback on them, and what the service is and is made of."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request

from data.schema import Email
from model.api.raw_message import RAW_REQUEST_BODY, route_accepting_raw
from model.api.schemas import EXAMPLES, PROBLEM, BatchItem, BatchRequest, Decision, Feedback, FeedbackKept
from model.api.services import (
    Services,
    decide_batch,
    decide_message,
    describe_model,
    keep_feedback,
    mailbox_status,
)

PROBLEMS = dict.fromkeys((400, 401, 403, 413, 422, 429, 503), PROBLEM)


async def services_of(request: Request) -> Services:
    """The services of the application that the request came to."""
    return request.app.state.services


ServicesDep = Annotated[Services, Depends(services_of)]


async def decide_raw(request: Request) -> Decision:
    """Decide on the raw message in the request's body."""
    services = await services_of(request)
    return await services.in_thread(decide_message, services, await request.body())


single_email_router = APIRouter(tags=["decisions"], responses=PROBLEMS, route_class=route_accepting_raw(decide_raw))
decisions_router = APIRouter(tags=["decisions"], responses=PROBLEMS)
about_router = APIRouter(tags=["about"], responses=dict.fromkeys((401, 403, 429, 503), PROBLEM))


@single_email_router.post("/predict", response_model=Decision, openapi_extra=RAW_REQUEST_BODY)
async def predict(email: Annotated[Email, Body(openapi_examples=EXAMPLES)], services: ServicesDep) -> Decision:
    """Sort one email, as JSON or as the raw message that a mail server has (message/rfc822)."""
    return await services.micro_batcher(email)


@decisions_router.post("/predict/batch", response_model=list[BatchItem])
async def predict_batch(
    batch: BatchRequest,
    services: ServicesDep,
    why: Annotated[bool, Query(description="give reasons too, which takes longer")] = False,
) -> list[BatchItem]:
    """Sort up to 1,000 emails. The answer has an item for each, in order: a decision, or what is wrong with it."""
    return await services.in_thread(decide_batch, services, batch.emails, why)


@decisions_router.post("/feedback", status_code=201, response_model=FeedbackKept, responses={404: PROBLEM})
async def feedback(given: Feedback, services: ServicesDep) -> FeedbackKept:
    """Say which category was right for a decision; it is kept as a label."""
    return await services.in_thread(keep_feedback, services, given)


@about_router.get("/health")
async def health() -> dict[str, str]:
    """The process is up."""
    return {"status": "ok"}


@about_router.get("/ready", responses={503: PROBLEM})
async def ready(services: ServicesDep) -> dict[str, str]:
    """A decision can be made and kept; else it names what is missing.

    `note` says why a lower step answers, `mailbox` whether the mailbox is watched, if one is.
    """
    classifier = services.classifier
    classifier.prepare_in_background()
    if not classifier.ready:
        raise HTTPException(503, classifier.why)
    mailbox = await services.in_thread(mailbox_status, services)
    return {"status": "ready", "decided_by": classifier.name, "note": classifier.why, "mailbox": mailbox}


@about_router.get("/model")
async def model(services: ServicesDep) -> dict[str, Any]:
    """The model in use: when it was trained, on what, and its honest scores, and those of `make scores`."""
    await services.in_thread(services.classifier.prepare)
    return describe_model(services.classifier)


@about_router.get("/taxonomy")
async def taxonomy(services: ServicesDep) -> dict[str, Any]:
    """The categories with their teams, definitions, examples and tie-breaks, and the rules for priority."""
    priorities = services.taxonomy.priorities
    return {
        "categories": [asdict(category) for category in services.taxonomy.categories.values()],
        "tie_breaks": services.taxonomy.tie_breaks,
        "impact": priorities.impact,
        "urgency": priorities.urgency,
        "matrix": priorities.matrix,
    }
