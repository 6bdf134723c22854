"""The REST API as an application: `create_api` for the server of the pages, `standalone` for one of its own."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from fastapi_offline import FastAPIOffline
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from data import logging_setup
from data.access import SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH
from data.settings import Settings, environment_and_secrets, read_settings
from data.store import Store
from data.taxonomy import Taxonomy, read_taxonomy
from model.access.authenticator import Authenticator
from model.access.middleware import AccessMiddleware, AccessPolicy, Refusal
from model.access.request_id import RequestIdMiddleware
from model.access.security_headers import SecurityHeadersMiddleware
from model.api import routes
from model.api.body_limit import BodyLimitMiddleware
from model.api.errors import add_handlers, problem, problem_response
from model.api.services import Services
from model.serving.fallback import FallbackClassifier

PUBLIC_API_PATHS = ("/v1/health", "/v1/ready")
"""What needs no sign-in: nothing of any mail is in it."""

REQUIRED_SCOPES = {"/v1/predict": SCOPE_SORT, "/v1/predict/batch": SCOPE_SORT, "/v1/feedback": SCOPE_TEACH}
"""The scope that a path needs; SCOPE_SEE for all others."""


def refuse_with_problem(_: dict[str, Any], refusal: Refusal) -> JSONResponse:
    """The response to a request that AccessMiddleware refuses."""
    headers = {"www-authenticate": "Bearer"} if refusal.status == 401 else {}
    if refusal.retry_after:
        headers["retry-after"] = str(refusal.retry_after)
    return problem_response(problem(refusal.status, [], refusal.sentence), headers)


API_POLICY = AccessPolicy(
    refuse_with_problem,
    is_public=PUBLIC_API_PATHS.__contains__,
    required_scope=lambda path: REQUIRED_SCOPES.get(path, SCOPE_SEE),
    accepts_keys=True,
)


def create_api(
    classifier: FallbackClassifier,
    store: Callable[[], Store],
    taxonomy: Taxonomy,
    settings: Settings,
    authenticator: Authenticator,
) -> FastAPI:
    """The API, to be mounted at /api."""
    api = FastAPIOffline(
        title="Mailroom",
        version="1",
        description="Which team gets an email, how soon it must be answered, how sure that is, and why.",
        dependencies=[] if authenticator.is_open else [Depends(HTTPBearer(auto_error=False, description="A key"))],
    )
    api.state.services = Services(classifier, store, taxonomy, settings)
    api.add_middleware(BodyLimitMiddleware, max_bytes=settings.upload_mb * 2**20)
    api.add_middleware(AccessMiddleware, authenticator=lambda: authenticator, settings=settings, policy=API_POLICY)
    for router in (routes.single_email_router, routes.decisions_router, routes.about_router):
        api.include_router(router, prefix="/v1")
    add_handlers(api)
    return api


def standalone() -> Starlette:
    """The API alone, at the same addresses: `uvicorn --factory model.api.app:standalone`."""
    try:
        settings, taxonomy = read_settings(environment_and_secrets()), read_taxonomy()
    except ValueError as error:
        raise SystemExit(f"Mailroom cannot start as it is set up. {error}") from error
    store = cache(partial(Store, settings.database_url))
    classifier = FallbackClassifier(settings, taxonomy, store=store)
    classifier.prepare_in_background()
    logging_setup.set_up_logging()
    api = create_api(classifier, store, taxonomy, settings, Authenticator(settings, store))
    middleware = [Middleware(RequestIdMiddleware), Middleware(SecurityHeadersMiddleware)]
    return Starlette(routes=[Mount("/api", api)], middleware=middleware)
