"""Where the mail is, and how it is signed in."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr

from data.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A folder of a user on a server; `ca` is a file of authorities, None for those that the system trusts."""

    host: str
    user: str
    password: SecretStr
    port: int = 993
    folder: str = "INBOX"
    ca: Path | None = None
    connect_seconds: float = 10
    read_seconds: float = 60

    @property
    def id(self) -> str:
        """The same for all who watch this folder."""
        return sha256(f"{self.user}@{self.host}/{self.folder}".encode()).hexdigest()[:32]

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.user if '@' in self.user else f'{self.user}@{self.host}'}, {self.folder}"


def account(settings: Settings) -> Account:
    """The account of the settings. Raises ValueError that names what is missing."""
    given = {name: getattr(settings, f"mailbox_{name}") for name in _KNOBS}
    missing = [f"MAILBOX_{name.upper()}" for name in ("host", "user", "password") if not given[name]]
    if missing:
        raise ValueError(f"{', '.join(missing)} must be set for a mailbox to be watched.")
    return Account(**given)


_KNOBS = ("host", "user", "password", "port", "folder", "ca")
