"""Single sign-on (OpenID Connect): who goes to the provider that the secrets name, and who comes back from it.

The secrets are those of `st.login`, which itself runs in a page: strangers would have to be let into the app for it.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from data import logging_setup
from data.text_input import printable
from pages.ui.resources import settings

PATHS = AWAY, BACK, OUT = "/sso", "/oauth2callback", "/sso/out"
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
ASKED = {"scope": "openid email profile", "prompt": "select_account", "code_challenge_method": "S256"}
COOKIE_HOLDS = 2500
"""How long a proof of identity may be, in characters, to be kept in a cookie until its owner signs out."""

log = logging.getLogger(__name__)


class NotVouched(Exception):
    """Nobody vouches for whoever came; `status` is of HTTP."""

    def __init__(self, sentence: str, status: int) -> None:
        self.status = status
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Arrival:
    """The mail address that the provider vouches for, and where its owner wanted to go."""

    address: str
    to: str


def on() -> bool:
    """Whether people can sign in so: somebody is listed, and the secrets name a provider."""
    return bool(settings().sso_members and _secrets())


async def away(request: Request, to: str) -> Response:
    """Send somebody to the provider, and later back to that path. Raises NotVouched."""
    request.session.clear()
    request.session["to"] = to
    with _sentences():
        return await _provider().authorize_redirect(request, _redirect_uri())


async def back(request: Request) -> Arrival:
    """Whoever came back. Raises NotVouched."""
    with _sentences():
        token = await _provider().authorize_access_token(request)
        claims = await _claims(token)
    to = request.session.pop("to", "/")
    proof = token["id_token"]
    request.session["proof"] = proof if len(proof) <= COOKIE_HOLDS else ""
    return Arrival(_address(claims), to)


async def out(request: Request) -> Response | None:
    """Send whoever came from the provider back to be signed out there, too; None for others, or where it cannot be."""
    proof = request.session.pop("proof", None)
    if proof is None or not on():
        return None
    with suppress(NotVouched), _sentences():
        provider = _provider()
        return await provider.logout_redirect(request, _redirect_uri(), proof or None, client_id=provider.client_id)
    return None


async def _claims(token: dict[str, Any]) -> dict[str, Any]:
    """What the provider says of somebody, in its token or, where that is silent, when asked (OpenID Core, 5.4)."""
    claims = dict(token["userinfo"])
    if "email" not in claims:
        more = await _provider().userinfo(token=token)
        claims |= more if more["sub"] == claims["sub"] else {}
    return claims


def _address(claims: Mapping[str, Any]) -> str:
    address = printable(str(claims.get("email") or "")).strip()
    if not address:
        raise NotVouched("Your organisation did not say your mail address, by which people are let in here.", 403)
    if str(claims.get("email_verified", True)).lower() != "true":
        raise NotVouched(f"Your organisation has not verified that {address} is yours. Verify it there first.", 403)
    return address


def _secrets() -> dict[str, Any]:
    """The section [auth] of the secrets; empty where there is none."""
    section = st.secrets.get("auth") if st.secrets.load_if_toml_exists() else None
    return dict(section) if isinstance(section, Mapping) else {}


def _redirect_uri() -> str:
    return _secrets()["redirect_uri"].replace("{port}", str(st.get_option("server.port")))


@cache
def _provider() -> Any:
    """Authlib's client of the provider. Raises NotVouched where the secrets do not do."""
    secrets = _secrets()
    if missing := [name for name in NEEDED if not secrets.get(name)]:
        raise NotVouched(f"Single sign-on is not set up yet: in the secrets, [auth] lacks {', '.join(missing)}.", 503)
    if not secrets["redirect_uri"].endswith(BACK):
        raise NotVouched(f"Single sign-on is not set up right: redirect_uri must end in {BACK}.", 503)
    try:
        import httpx2
        from authlib.integrations.starlette_client import OAuth
    except ImportError:
        raise NotVouched("Single sign-on is not installed: pip install -r requirements.txt.", 503) from None
    known = {name: secrets[name] for name in ("client_id", "client_secret", "server_metadata_url")}
    trusted = {"verify": httpx2.create_ssl_context()}  # once, as each takes longer than all the rest
    return OAuth().register("sso", **known, client_kwargs={**ASKED, **trusted, **secrets.get("client_kwargs", {})})


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn whatever can go wrong with a provider, which is not ours, into a sentence."""
    try:
        yield
    except NotVouched:
        raise
    except Exception as error:
        from authlib.integrations.starlette_client import OAuthError

        log.warning("Nobody was vouched for", extra={"error": logging_setup.error_places(error)})
        if isinstance(error, OAuthError):
            begin = "That sign-in was refused, took too long, or began elsewhere. Begin again."
            raise NotVouched(begin, 401) from error
        sentence = "Your organisation's sign-in does not answer as it should. Try again in a moment; the log says more."
        raise NotVouched(sentence, 502) from error
