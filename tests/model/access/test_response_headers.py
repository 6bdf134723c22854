"""Request ids and security headers on the responses of an application, in process."""

import httpx
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from data.logging_setup import request_id
from model.access.request_id import RequestIdMiddleware
from model.access.security_headers import SecurityHeadersMiddleware
from tests.support.loops import apart


async def shows_ids(scope, receive, send):
    """Answers with the request's id as the application and as the log know it."""
    ids = f"{HTTPConnection(scope).headers.getlist('x-request-id')} {request_id.get()}"
    await PlainTextResponse(ids, headers={"referrer-policy": "same-origin"})(scope, receive, send)


def answers(app, path="/", times=1):
    """The responses to as many requests, each of which brings an id of its own making."""

    async def run():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://a") as client:
            return [await client.get(path, headers={"X-Request-ID": "0123456789ab"}) for _ in range(times)]

    return apart(run)


def test_each_request_has_an_id_of_its_own_whatever_id_comes_with_it():
    first, second = answers(RequestIdMiddleware(shows_ids), times=2)
    for answer in (first, second):
        own = answer.headers["x-request-id"]
        assert answer.text == f"['{own}'] {own}"
    assert len({"0123456789ab", first.headers["x-request-id"], second.headers["x-request-id"]}) == 3


def test_headers_are_added_that_the_response_does_not_set_itself():
    [answer] = answers(SecurityHeadersMiddleware(shows_ids))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get_list("referrer-policy") == ["same-origin"]


def test_scripts_may_be_inline_by_their_hash_and_on_the_page_of_the_docs_alone():
    app = SecurityHeadersMiddleware(shows_ids, script_hashes=["sha256-abc="])
    [page], [docs] = answers(app), answers(app, "/api/docs")
    scripts = [answer.headers["content-security-policy"].split(";")[1] for answer in (page, docs)]
    assert "'sha256-abc='" in scripts[0] and "unsafe-inline" not in scripts[0]
    assert "'unsafe-inline'" in scripts[1]
