"""Access control in front of an application, in process."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from data.settings import Settings
from data.store import Store
from model.access.authenticator import Authenticator
from model.access.middleware import AccessMiddleware, AccessPolicy
from tests.support.loops import apart

SETTINGS = Settings(password="correct horse battery", requests_a_minute=1)
POLICY = AccessPolicy(
    lambda scope, refusal: PlainTextResponse(refusal.sentence, refusal.status),
    is_public=lambda path: False,
    accepts_keys=True,
)


@pytest.fixture
def authenticator(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/a.db")
    return Authenticator(SETTINGS, lambda: store)


def statuses(authenticator, *keys):
    """The status of one request after another, each with an API key."""

    async def run():
        guarded = AccessMiddleware(PlainTextResponse("in"), lambda: authenticator, SETTINGS, POLICY)
        transport = httpx.ASGITransport(guarded)
        async with httpx.AsyncClient(transport=transport, base_url="http://a") as client:
            return [(await client.get("/", headers={"authorization": f"Bearer {key}"})).status_code for key in keys]

    return apart(run)


def test_two_keys_of_one_name_have_a_rate_limit_each(authenticator):
    first, second = (authenticator.create_api_key("Help desk", [], "Ana") for _ in range(2))
    assert statuses(authenticator, first, first, second, second) == [200, 429, 200, 429]


def test_a_key_that_was_revoked_opens_nothing_any_more(authenticator):
    key = authenticator.create_api_key("Help desk", [], "Ana")
    assert statuses(authenticator, key) == [200]
    authenticator.revoke(authenticator.authenticate_key(key).credential_id)
    assert statuses(authenticator, key) == statuses(authenticator, "made up") == [401]
