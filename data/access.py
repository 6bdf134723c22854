"""Who may come in, and what each may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH, LEAD = "see", "sort", "teach", "lead"
"""Look at pages; have mail sorted; say what is right; change what others see."""

VISITOR, VIEWER, LABELLER = "visitor", "viewer", "labeller"
ROLE_SCOPES = {
    VISITOR: (SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH),
    VIEWER: (SCOPE_SEE, SCOPE_SORT),
    LABELLER: (SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH),
    LEAD: (SCOPE_SEE, SCOPE_SORT, SCOPE_TEACH, LEAD),
}
"""What each may do. Visitors are whoever comes where no password is set; nobody is made one."""

KEY_SCOPES = (SCOPE_SORT, SCOPE_TEACH)
"""What a key can be made for."""

PASSWORD, API_KEY = "person", "key"


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever is in: a name ("" where it is not known), and what they may do."""

    name: str
    role: str
    scopes: tuple[str, ...]

    def may(self, scope: str) -> bool:
        return scope in self.scopes


def principal(name: str, role: str) -> Principal:
    """Somebody of that role."""
    return Principal(name, role, ROLE_SCOPES[role])


@dataclass(frozen=True, slots=True)
class Credential:
    """The pass of a person (then with a role) or the key of a program (then with scopes); its secret is only hashed."""

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
    """Somebody who signed in; `pass_id` is empty where they know a password of the settings."""

    digest: str
    name: str
    role: str
    pass_id: str | None
    at: datetime
    until: datetime
