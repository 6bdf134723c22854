"""Errors as RFC 9457 problem documents: what is wrong, its value, and the way out, in sentences."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from data.logging_setup import request_id
from data.schema import StoreUnavailable
from data.text_input import shortened
from data.validation_errors import FieldError, field_errors
from model.api.schemas import Problem

TITLES = {
    400: "Not readable",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible",
    413: "Too large",
    422: "Not usable",
    429: "Too often",
    500: "Failed",
    503: "Not ready",
}
NOT_JSON = "The body is not JSON that can be read: send UTF-8 JSON."


class FieldProblem(HTTPException):
    """One field of a request that cannot be used; `message` goes on from its value."""

    def __init__(self, status: int, field: str, value: str, message: str) -> None:
        self.field_error = FieldError(field, shortened(value), f"{shortened(value)} {message}")
        super().__init__(status, self.field_error.message)


def problem(status: int, errors: list[FieldError], detail: str = "") -> Problem:
    """A problem document of errors in fields, or of a sentence."""
    return Problem(
        title=TITLES.get(status, "Refused"),
        status=status,
        detail=detail or " ".join(f"{error.field}: {error.message}" for error in errors),
        errors=[asdict(error) for error in errors],
        request=request_id.get(),
    )


def problem_response(document: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The response that carries a problem document."""
    return JSONResponse(document.model_dump(), document.status, headers, media_type="application/problem+json")


def add_handlers(api: FastAPI) -> None:
    """Make every error of an API leave it as a problem document."""
    api.add_exception_handler(RequestValidationError, _on_invalid_request)
    api.add_exception_handler(HTTPException, _on_http_error)
    api.add_exception_handler(StoreUnavailable, _on_store_unavailable)
    api.add_exception_handler(Exception, _on_unexpected_error)


def _on_invalid_request(_: Request, invalid: Any) -> JSONResponse:
    errors = invalid.errors()
    if any(error["type"] == "json_invalid" for error in errors):
        return problem_response(problem(400, [], NOT_JSON))
    return problem_response(problem(422, field_errors([{**error, "loc": error["loc"][1:]} for error in errors])))


def _on_http_error(request: Request, error: Any) -> JSONResponse:
    if isinstance(error, FieldProblem):
        return problem_response(problem(error.status_code, [error.field_error]))
    details = {
        400: NOT_JSON,
        404: f"There is nothing at {request.url.path}: the addresses are listed at /api/docs.",
        405: f"{request.method} is not possible at {request.url.path}: see /api/docs.",
    }
    detail = details.get(error.status_code, error.detail)
    return problem_response(problem(error.status_code, [], detail), error.headers)


def _on_store_unavailable(_: Request, error: Any) -> JSONResponse:
    return problem_response(problem(503, [], f"{error} Nothing was decided, and nothing kept."))


def _on_unexpected_error(_: Request, __: Exception) -> JSONResponse:
    detail = "Something went wrong here, not with what you sent: a person should decide."
    return problem_response(problem(500, [], detail))
