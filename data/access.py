"""Roles of people, scopes of API keys, and the credentials and sessions behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH, LEAD = "see", "sort", "teach", "lead"
"""Permissions: look at pages; have mail sorted; label it; change what others see."""

VISITOR, VIEWER, LABELLER = "visitor", "viewer", "labeller"
ROLE_SCOPES = {
    VISITOR: (SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH),
    VIEWER: (SCOPE_SEE, SCOPE_SORT),
    LABELLER: (SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH),
    LEAD: (SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH, LEAD),
}
"""The scopes of each role. A visitor is anybody, where no password is set; nobody is given that role."""

PERSON, PROGRAM = "person", "key"
"""Kinds of a credential, by whose it is."""


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated person or program: name ("" where it is not known), role, scopes; the id of a program's key."""

    name: str
    role: str
    scopes: tuple[str, ...]
    credential_id: str = ""

    def may(self, scope: str) -> bool:
        """Whether the principal has that scope."""
        return scope in self.scopes


def principal(name: str, role: str) -> Principal:
    """A principal with all scopes of a role."""
    return Principal(name, role, ROLE_SCOPES[role])


@dataclass(frozen=True, slots=True)
class Credential:
    """A person's password (with a role) or a program's API key (with scopes); `digest` is the hash of its secret.

    `until` is when it expires (None: never), `ended_at` when it was revoked.
    """

    id: str
    kind: str
    name: str
    role: str
    scopes: Sequence[str]
    digest: str
    by: str
    at: datetime
    until: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser session: `digest` is the hash of its cookie, `pass_id` None for a sign-in with a settings password."""

    digest: str
    name: str
    role: str
    pass_id: str | None
    at: datetime
    until: datetime
