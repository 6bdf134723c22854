"""A route that takes a raw message (RFC 5322, `message/rfc822`) where it else takes JSON."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

MEDIA_TYPE = "message/rfc822"

DOCUMENTED = {"requestBody": {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
"""What the OpenAPI document says of it, to be merged into that of the JSON."""


def route_accepting_raw(answer: Callable[[Request], Awaitable[Any]]) -> type[APIRoute]:
    """A class of routes that hand requests with a raw message to `answer`, which returns a pydantic model."""

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
            usual = super().get_route_handler()

            async def handle(request: Request) -> Response:
                given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
                if given != MEDIA_TYPE:
                    return await usual(request)
                return Response((await answer(request)).model_dump_json(), media_type="application/json")

            return handle

    return Route
