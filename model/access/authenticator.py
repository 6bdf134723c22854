"""Who somebody is: by a password, by the session that it opened, or by the key of a program."""

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

BY_ADDRESS = RateLimit(30, 300)
BY_ACCOUNT = RateLimit(10, 600)
REMEMBERED_SECONDS = 5
"""How long an answer of the store is believed, and so the longest that an ended session or key still works."""

KEY_BEGINS = "mailroom_"


class WrongPassword(Exception):
    """That name does not go with that password."""

    def __init__(self) -> None:
        super().__init__("That name and that password do not go together. Ask whoever gave you the link.")


class Authenticator:
    """Lets people and programs in. Methods raise StoreUnavailable where the store cannot be asked."""

    def __init__(self, settings: Settings, store: Callable[[], "Store"], clock: Callable[[], datetime] = now) -> None:
        self._store = store
        self._clock = clock
        self._open = settings.is_open
        self._lasts = timedelta(hours=settings.session_hours)
        told = (LEAD, settings.password), (LABELLER, settings.labeller_password), (VIEWER, settings.viewer_password)
        self._passwords = {role: secret.get_secret_value() for role, secret in told if secret.get_secret_value()}
        self._listed = {LEAD: settings.leads, LABELLER: settings.labellers, VIEWER: settings.viewers}
        self._addresses, self._accounts = RateLimiter(BY_ADDRESS), RateLimiter(BY_ACCOUNT)
        self._remembered = lru_cache(4096)(lambda found, secret, _: found(secret))

    @property
    def open(self) -> bool:
        """Whether everybody is let in, as a visitor."""
        return self._open

    def role_of(self, address: str) -> str | None:
        """The role of whoever is known to have that mail address, by the lists of the settings."""
        if not address.isascii():  # the small letter of another alphabet may be one of ours
            return None
        folded = address.casefold()
        for role, listed in self._listed.items():
            if any(folded == one.casefold() or (folded.endswith(one.casefold()) and one[0] == "@") for one in listed):
                return role
        return None

    def sign_in(self, name: str, password: str, address: str) -> str:
        """Open a session and return its secret. Raises WrongPassword, and TooOften by address or by name."""
        account = name.casefold()
        self._addresses.count(address)
        self._accounts.count(account)
        role, pass_id = self._role(account, password)
        self._accounts.clear(account)
        return self.open_session(name, role, pass_id)

    def open_session(self, name: str, role: str, pass_id: str | None = None) -> str:
        """Let somebody in whose name and role are known, and return the secret of the session."""
        secret, at = secrets.token_urlsafe(32), self._clock()
        self._store().access.open(Session(self._sealed(secret), name, role, pass_id, at, at + self._lasts))
        return secret

    def sign_out(self, secret: str) -> None:
        """End a session."""
        self._store().access.close(self._sealed(secret))
        self._remembered.cache_clear()

    def by_session(self, secret: str | None) -> Principal | None:
        """Whose session that is; where no password is set, a visitor; else None."""
        if self.open:
            return principal("", VISITOR)
        return self._ask(self._session, secret) if secret else None

    def by_key(self, secret: str) -> Principal | None:
        """The program whose key that is, if the key still holds."""
        return self._ask(self._key, secret)

    def invite(self, name: str, role: str, by: str) -> str:
        """Make a pass for a person and return its password, which nobody can be told again."""
        return self._issue(secrets.token_urlsafe(15), PERSON, name, by, role=role)

    def issue(self, name: str, scopes: Sequence[str], by: str, days: int | None = None) -> str:
        """Make a key for a program and return it; nobody can be told it again."""
        return self._issue(KEY_BEGINS + secrets.token_urlsafe(32), PROGRAM, name, by, scopes=scopes, days=days)

    def end(self, pass_id: str) -> None:
        """Let a pass or a key hold no longer, nor any session that was opened with it."""
        self._store().access.end(pass_id, self._clock())
        self._remembered.cache_clear()

    def _issue(
        self,
        secret: str,
        kind: str,
        name: str,
        by: str,
        role: str = "",
        scopes: Sequence[str] = (),
        days: int | None = None,
    ) -> str:
        at = self._clock()
        until = at + timedelta(days=days) if days else None
        new = Credential(uuid.uuid4().hex, kind, name, role, list(scopes), _digest(secret), by, at, until)
        self._store().access.add(new)
        return secret

    def _role(self, account: str, password: str) -> tuple[str, str | None]:
        """Passwords that were made here are too long to be guessed from their digests, so that no slow hash is needed.

        Every password is compared, so that the time taken tells nothing.
        """
        given = password.encode()
        known = [role for role, one in self._passwords.items() if hmac.compare_digest(one.encode(), given)]
        found = self._store().access.find(_digest(password), PERSON, self._clock())
        if found and found.name.casefold() == account:
            return found.role, found.id
        if known:
            return known[0], None
        raise WrongPassword

    def _session(self, secret: str) -> Principal | None:
        found = self._store().access.session(self._sealed(secret), self._clock())
        return found and principal(found.name, found.role)

    def _key(self, secret: str) -> Principal | None:
        found = self._store().access.find(_digest(secret), PROGRAM, self._clock())
        return found and Principal(found.name, PROGRAM, (SCOPE_SEE, *found.scopes))

    def _ask(self, found: Callable[[str], Principal | None], secret: str) -> Principal | None:
        return self._remembered(found, secret, monotonic() // REMEMBERED_SECONDS)

    def _sealed(self, secret: str) -> str:
        """Its digest under passwords and lists of the settings: whoever changes one of them ends every session."""
        told = "\0".join([*self._passwords.values(), *map(",".join, self._listed.values())])
        return hmac.new(told.encode(), secret.encode(), "sha256").hexdigest()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
