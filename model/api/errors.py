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


class FieldProblem(HTTPException):
    """One field of a request that cannot be used; the message goes on from its value."""

    def __init__(self, status: int, field: str, value: str, message: str) -> None:
        self.mistake = FieldError(field, shortened(value), f"{shortened(value)} {message}")
        super().__init__(status, self.mistake.message)


def problem(status: int, found: list[FieldError], detail: str = "") -> Problem:
    """A problem document of what was found, or of a sentence."""
    detail = detail or " ".join(f"{m.field}: {m.message}" for m in found)
    return Problem(
        title=TITLES.get(status, "Refused"),
        status=status,
        detail=detail,
        errors=[asdict(m) for m in found],
        request=request_id.get(),
    )


def problem_response(document: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The response that carries a problem document."""
    return JSONResponse(document.model_dump(), document.status, headers, media_type="application/problem+json")


def add_handlers(api: FastAPI) -> None:
    """Let every error of an API leave it as a problem document."""
    api.add_exception_handler(RequestValidationError, _not_usable)
    api.add_exception_handler(HTTPException, _refused)
    api.add_exception_handler(StoreUnavailable, _away)
    api.add_exception_handler(Exception, _failed)


def _not_usable(_: Request, error: Any) -> JSONResponse:
    errors = error.errors()
    if any(one["type"] == "json_invalid" for one in errors):
        return problem_response(problem(400, [], "The body is not JSON that can be read: send UTF-8 JSON."))
    return problem_response(problem(422, field_errors([{**one, "loc": one["loc"][1:]} for one in errors])))


def _refused(request: Request, error: Any) -> JSONResponse:
    if isinstance(error, FieldProblem):
        return problem_response(problem(error.status_code, [error.mistake]))
    said = {
        400: "The body is not JSON that can be read: send UTF-8 JSON.",
        404: f"There is nothing at {request.url.path}: the addresses are listed at /api/docs.",
        405: f"{request.method} is not possible at {request.url.path}: see /api/docs.",
    }
    detail = said.get(error.status_code, error.detail)
    return problem_response(problem(error.status_code, [], detail), error.headers)


def _away(_: Request, error: Any) -> JSONResponse:
    return problem_response(problem(503, [], f"{error} Nothing was decided, and nothing kept."))


def _failed(_: Request, __: Exception) -> JSONResponse:
    return problem_response(
        problem(500, [], "Something went wrong here, not with what you sent: a person should decide.")
    )
