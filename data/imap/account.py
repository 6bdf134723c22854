"""The IMAP account of the watched mailbox."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import SecretStr

from data.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A folder of a user on an IMAP server; `ca` is a file of trusted authorities, None for the system's."""

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
        """The id of the folder, the same for all watchers of it."""
        return sha256(f"{self.user}@{self.host}/{self.folder}".encode()).hexdigest()[:32]

    @property
    def name(self) -> str:
        """The folder's name for people: user@host, folder."""
        return f"{self.user if '@' in self.user else f'{self.user}@{self.host}'}, {self.folder}"


def account(settings: Settings) -> Account:
    """The account that the settings name. Raises ValueError with the missing settings."""
    values = {name: getattr(settings, f"mailbox_{name}") for name in _FIELDS}
    missing = [f"MAILBOX_{name.upper()}" for name in ("host", "user", "password") if not values[name]]
    if missing:
        raise ValueError(f"{', '.join(missing)} must be set for a mailbox to be watched.")
    return Account(**values)


_FIELDS = ("host", "user", "password", "port", "folder", "ca")
