"""Authentication: people by password, single sign-on or session, programs by API key."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING

from data.access import (
    LABELLER,
    LEAD,
    PERSON,
    PROGRAM,
    SCOPE_SEE,
    VIEWER,
    VISITOR,
    Credential,
    Principal,
    Session,
    principal,
)
from data.clock import now
from data.settings import Settings
from model.access.rate_limit import RateLimit, RateLimiter

if TYPE_CHECKING:
    from data.store import Store

SIGN_INS_BY_ADDRESS = RateLimit(30, 300)
SIGN_INS_BY_ACCOUNT = RateLimit(10, 600)
CACHE_SECONDS = 5
"""How long an answer of the store is believed, and so the longest that an ended session or key still works."""

CACHE_SIZE = 4096
API_KEY_PREFIX = "mailroom_"


class WrongPassword(Exception):
    """That name does not go with that password."""

    def __init__(self) -> None:
        super().__init__("That name and that password do not go together. Ask whoever gave you the link.")


class Authenticator:
    """Authenticates people by password or session, programs by API key; makes and revokes these.

    Methods raise StoreUnavailable where the store cannot be asked.
    """

    def __init__(self, settings: Settings, store: Callable[[], "Store"], clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._clock = clock
        self.is_open = settings.is_open
        """Whether everybody may use Mailroom without a sign-in, as a visitor."""

        self._session_length = timedelta(hours=settings.session_hours)
        self._passwords = _passwords_by_role(settings)
        self._listed = {LEAD: settings.leads, LABELLER: settings.labellers, VIEWER: settings.viewers}
        self._addresses, self._accounts = RateLimiter(SIGN_INS_BY_ADDRESS), RateLimiter(SIGN_INS_BY_ACCOUNT)
        self._cached = lru_cache(CACHE_SIZE)(lambda find, secret, period: find(secret))

    def role_of(self, address: str) -> str | None:
        """The role that the settings' lists give a mail address, by the address itself or its domain."""
        if not address.isascii():  # a letter of another alphabet may fold to one of ours
            return None
        folded = address.casefold()
        for role, listed in self._listed.items():
            if any(_matches(folded, entry.casefold()) for entry in listed):
                return role
        return None

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Open a session and return its secret.

        Raises WrongPassword, and RateLimitExceeded after too many attempts from an IP address or for a name.
        """
        account = name.casefold()
        self._addresses.hit(address)
        self._accounts.hit(account)
        role, credential_id = self._check_password(account, password)
        self._accounts.clear(account)
        return self.open_session(name, role, credential_id)

    def open_session(self, name: str, role: str, credential_id: str | None = None) -> str:
        """Open a session for somebody whose name and role are known, and return its secret."""
        secret, at = secrets.token_urlsafe(32), self._clock()
        session = Session(self._session_digest(secret), name, role, credential_id, at, at + self._session_length)
        self._store().access.open_session(session)
        return secret

    def sign_out(self, secret: str) -> None:
        """End a session."""
        self._store().access.close_session(self._session_digest(secret))
        self._cached.cache_clear()

    def authenticate_session(self, secret: str | None) -> Principal | None:
        """Whoever opened that session; a visitor where no sign-in is needed; else None."""
        if self.is_open:
            return principal("", VISITOR)
        return self._find_cached(self._find_session, secret) if secret else None

    def authenticate_key(self, key: str) -> Principal | None:
        """The program that has that API key; None for an unknown, expired or revoked one."""
        return self._find_cached(self._find_key, key)

    def create_password(self, name: str, role: str, by: str) -> str:
        """Make a person's password and return it; only its digest is stored."""
        password = secrets.token_urlsafe(15)
        made = Credential(uuid.uuid4().hex, PERSON, name, role, [], _digest(password), by, self._clock())
        self._store().access.add(made)
        return password

    def create_api_key(self, name: str, scopes: Sequence[str], by: str, days: int | None = None) -> str:
        """Make a program's API key and return it; only its digest is stored."""
        key = API_KEY_PREFIX + secrets.token_urlsafe(32)
        at = self._clock()
        until = at + timedelta(days=days) if days else None
        made = Credential(uuid.uuid4().hex, PROGRAM, name, "", list(scopes), _digest(key), by, at, until)
        self._store().access.add(made)
        return key

    def revoke(self, credential_id: str) -> None:
        """End a password or an API key, and every session that was opened with it."""
        self._store().access.end_credential(credential_id, self._clock())
        self._cached.cache_clear()

    def _check_password(self, account: str, password: str) -> tuple[str, str | None]:
        """The role and, where it is in the store, the id of a password. Raises WrongPassword.

        Passwords made here are too long to be guessed from their digests, so that no slow hash is needed. Every
        password of the settings is compared, so that the time taken tells nothing.
        """
        given = password.encode()
        roles = [role for role, known in self._passwords.items() if hmac.compare_digest(known.encode(), given)]
        found = self._store().access.find_credential(_digest(password), PERSON, self._clock())
        if found and found.name.casefold() == account:
            return found.role, found.id
        if roles:
            return roles[0], None
        raise WrongPassword

    def _find_session(self, secret: str) -> Principal | None:
        found = self._store().access.session(self._session_digest(secret), self._clock())
        return found and principal(found.name, found.role)

    def _find_key(self, key: str) -> Principal | None:
        found = self._store().access.find_credential(_digest(key), PROGRAM, self._clock())
        return found and Principal(found.name, PROGRAM, (SCOPE_SEE, *found.scopes), found.id)

    def _find_cached(self, find: Callable[[str], Principal | None], secret: str) -> Principal | None:
        return self._cached(find, secret, monotonic() // CACHE_SECONDS)

    def _session_digest(self, secret: str) -> str:
        """Keyed by the passwords and lists of the settings, so that changing one of them ends every session."""
        key = "\0".join([*self._passwords.values(), *map(",".join, self._listed.values())])
        return hmac.new(key.encode(), secret.encode(), "sha256").hexdigest()


def _passwords_by_role(settings: Settings) -> dict[str, str]:
    by_role = {LEAD: settings.password, LABELLER: settings.labeller_password, VIEWER: settings.viewer_password}
    return {role: secret.get_secret_value() for role, secret in by_role.items() if secret.get_secret_value()}


def _matches(address: str, entry: str) -> bool:
    return address == entry or (entry.startswith("@") and address.endswith(entry))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
