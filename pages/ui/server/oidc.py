"""Single sign-on by OpenID Connect, with the provider that the secrets name.

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

PATHS = START_PATH, CALLBACK_PATH, PROVIDER_SIGN_OUT_PATH = "/sso", "/oauth2callback", "/sso/out"
REQUIRED_SECRETS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
REQUEST = {"scope": "openid email profile", "prompt": "select_account", "code_challenge_method": "S256"}
MAX_ID_TOKEN_LENGTH = 2500
"""Longest ID token, in characters, that is kept in the cookie, for a sign-out at the provider."""

log = logging.getLogger(__name__)


class SingleSignOnRefused(Exception):
    """The provider does not confirm who somebody is, or Mailroom does not let them in; `status` is of HTTP."""

    def __init__(self, sentence: str, status: int) -> None:
        self.status = status
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """The mail address that the provider confirms, and the path to go on to."""

    address: str
    to: str


def is_enabled() -> bool:
    """Whether single sign-on is set up: the settings list people, and the secrets name a provider."""
    return bool(settings().sso_members and _secrets())


async def redirect_to_provider(request: Request, to: str) -> Response:
    """Begin a sign-in that ends at the path `to`. Raises SingleSignOnRefused."""
    request.session.clear()
    request.session["to"] = to
    with _errors_as_refusals():
        return await _provider().authorize_redirect(request, _redirect_uri())


async def complete_sign_in(request: Request) -> VerifiedIdentity:
    """The identity of somebody whom the provider sends back. Raises SingleSignOnRefused."""
    with _errors_as_refusals():
        token = await _provider().authorize_access_token(request)
        claims = await _claims(token)
    to = request.session.pop("to", "/")
    id_token = token["id_token"]
    request.session["proof"] = id_token if len(id_token) <= MAX_ID_TOKEN_LENGTH else ""
    return VerifiedIdentity(_verified_address(claims), to)


async def redirect_to_sign_out(request: Request) -> Response | None:
    """Redirect to the provider to sign out there; None for whoever did not sign in there, or where it cannot be."""
    id_token = request.session.pop("proof", None)
    if id_token is None or not is_enabled():
        return None
    with suppress(SingleSignOnRefused), _errors_as_refusals():
        provider = _provider()
        return await provider.logout_redirect(request, _redirect_uri(), id_token or None, client_id=provider.client_id)
    return None


async def _claims(token: dict[str, Any]) -> dict[str, Any]:
    """The ID token's claims; where they lack the address, also those of the UserInfo endpoint (OpenID Core, 5.4)."""
    claims = dict(token["userinfo"])
    if "email" not in claims:
        more = await _provider().userinfo(token=token)
        claims |= more if more["sub"] == claims["sub"] else {}
    return claims


def _verified_address(claims: Mapping[str, Any]) -> str:
    address = printable(str(claims.get("email") or "")).strip()
    if not address:
        raise SingleSignOnRefused(
            "Your organisation did not say your mail address, by which people are let in here.", 403
        )
    if str(claims.get("email_verified", True)).lower() != "true":
        raise SingleSignOnRefused(
            f"Your organisation has not verified that {address} is yours. Verify it there first.", 403
        )
    return address


def _secrets() -> dict[str, Any]:
    """The section [auth] of the secrets; empty where there is none."""
    section = st.secrets.get("auth") if st.secrets.load_if_toml_exists() else None
    return dict(section) if isinstance(section, Mapping) else {}


def _redirect_uri() -> str:
    return _secrets()["redirect_uri"].replace("{port}", str(st.get_option("server.port")))


@cache
def _provider() -> Any:
    """Authlib's client of the provider. Raises SingleSignOnRefused where the secrets do not suffice."""
    secrets = _secrets()
    _check_secrets(secrets)
    try:
        import httpx2
        from authlib.integrations.starlette_client import OAuth
    except ImportError:
        raise SingleSignOnRefused("Single sign-on is not installed: pip install -r requirements.txt.", 503) from None
    client = {name: secrets[name] for name in ("client_id", "client_secret", "server_metadata_url")}
    tls = {"verify": httpx2.create_ssl_context()}  # once, as each takes longer than all the rest
    return OAuth().register("sso", **client, client_kwargs={**REQUEST, **tls, **secrets.get("client_kwargs", {})})


def _check_secrets(secrets: dict[str, Any]) -> None:
    if missing := ", ".join(name for name in REQUIRED_SECRETS if not secrets.get(name)):
        raise SingleSignOnRefused(f"Single sign-on is not set up yet: in the secrets, [auth] lacks {missing}.", 503)
    if not secrets["redirect_uri"].endswith(CALLBACK_PATH):
        raise SingleSignOnRefused(f"Single sign-on is not set up right: redirect_uri must end in {CALLBACK_PATH}.", 503)


@contextmanager
def _errors_as_refusals() -> Iterator[None]:
    """Turn any error of the provider into SingleSignOnRefused with a sentence."""
    try:
        yield
    except SingleSignOnRefused:
        raise
    except Exception as error:
        from authlib.integrations.starlette_client import OAuthError

        log.warning("Single sign-on failed", extra={"error": logging_setup.error_places(error)})
        if isinstance(error, OAuthError):
            sentence = "That sign-in was refused, took too long, or began elsewhere. Begin again."
            raise SingleSignOnRefused(sentence, 401) from error
        sentence = "Your organisation's sign-in does not answer as it should. Try again in a moment; the log says more."
        raise SingleSignOnRefused(sentence, 502) from error
