"""A route that accepts a raw email (RFC 5322, as `message/rfc822`) where it otherwise takes JSON."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

MEDIA_TYPE = "message/rfc822"
RAW_REQUEST_BODY = {"requestBody": {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}}
"""The OpenAPI of it, to be merged with that of the JSON."""


def route_accepting_raw(answer: Callable[[Request], Awaitable[BaseModel]]) -> type[APIRoute]:
    """A class of routes that hand requests with a raw email to `answer`, all others to their own function."""

    class RawOrJsonRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
            handle_json = super().get_route_handler()

            async def handle(request: Request) -> Response:
                media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
                if media_type != MEDIA_TYPE:
                    return await handle_json(request)
                return Response((await answer(request)).model_dump_json(), media_type="application/json")

            return handle

    return RawOrJsonRoute
