"""Mailroom's settings, read from the environment and from Streamlit's secrets file."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, FilePath, SecretStr, ValidationError

from data.provenance import SOURCE_MAILBOX

ENVIRONMENT_PREFIX = "MAILROOM_"
UNPREFIXED = ("database_url", "mailbox_")
"""Beginnings of the settings whose environment variable has no prefix."""

SECRETS_FILE = Path(".streamlit", "secrets.toml")
ROOT = Path(__file__).parents[1]
MIN_PASSWORD_LENGTH = 8
VAR = Path(__file__).with_name("var")


def _split_commas(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _check_no_controls(secret: SecretStr) -> SecretStr:
    if any(ord(character) < 32 for character in secret.get_secret_value()):
        raise ValueError("there is a line break or another control character in it")
    return secret


def _check_length(secret: SecretStr) -> SecretStr:
    if 0 < len(secret.get_secret_value()) < MIN_PASSWORD_LENGTH:
        raise ValueError(f"it is shorter than {MIN_PASSWORD_LENGTH} characters")
    return secret


Password = Annotated[SecretStr, AfterValidator(_check_length)]
CommaList = Annotated[tuple["OneLine", ...], BeforeValidator(_split_commas)]
OneLine = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Text without control characters."""


# Ours and not pydantic-settings: that would read the environment whenever a `Settings` is made, repeat a broken secrets
# file in its errors, and need as much code for names, lists and sentences; importing it takes 0.05 s at each start.
class Settings(BaseModel):
    """All settings with their defaults and bounds; frozen. `environment_names` gives the variable of each."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    model_dir: Path = Field(VAR / "model", description="where the trained model lies")
    database_url: str = Field(f"sqlite:///{VAR / 'mailroom.db'}", description="where decisions are kept (DATABASE_URL)")
    decide_above: float = Field(0.7, ge=0, le=1, description="least calibrated confidence for a decision by machine")
    novelty_limit: float = Field(0.35, ge=0, le=1, description="most novelty for a decision by machine")
    upload_mb: int = Field(50, ge=1, le=1000, description="largest file that can be dropped on a page, in MB")
    audit_share: float = Field(0.1, ge=0, le=1, description="share of mail that is labelled as a random audit")
    test_share: float = Field(0.5, ge=0, le=1, description="share of audited mail that no training ever sees")
    double_share: float = Field(0.1, ge=0, le=1, description="share of mail that two people label, blind to each other")
    lease_minutes: float = Field(
        10, gt=0, le=1440, description="how long an email is kept for the person it is shown to"
    )
    wait_seconds: float = Field(30, gt=0, le=3600, description="how long a visitor waits for the model")
    password: Password = Field(SecretStr(""), description="lets in whoever knows it, as a lead; without it all are in")
    labeller_password: Password = Field(SecretStr(""), description="the same, as a labeller")
    viewer_password: Password = Field(SecretStr(""), description="the same, as a viewer")
    leads: CommaList = Field((), description="who is a lead by single sign-on: addresses or @domains, by commas")
    labellers: CommaList = Field((), description="the same, labellers")
    viewers: CommaList = Field((), description="the same, viewers")
    session_hours: float = Field(12, gt=0, le=720, description="how long somebody stays signed in")
    requests_a_minute: int = Field(600, ge=1, le=1_000_000, description="API requests taken from an address or key")
    request_seconds: float = Field(60, gt=0, le=3600, description="how long a request may take")
    proxies: int = Field(0, ge=0, le=10, description="proxies in front that name the address of whoever asks")
    mask: bool = Field(False, description="whether addresses and numbers in mail are hidden until somebody looks")
    keep_days: int = Field(0, ge=0, le=36_500, description="days after which mail loses its text; 0 keeps it for ever")
    mailbox_host: OneLine = Field("", description="IMAP server whose mail is sorted as it comes in")
    mailbox_port: int = Field(993, ge=1, le=65535, description="its port, for TLS from the start")
    mailbox_user: OneLine = Field("", description="who signs in")
    mailbox_password: Annotated[SecretStr, AfterValidator(_check_no_controls)] = Field(SecretStr(""), description="how")
    mailbox_folder: OneLine = Field("INBOX", description="the folder that is watched")
    mailbox_action: Literal["nothing", "label", "move"] = Field("nothing", description="what is done to a sorted mail")
    mailbox_ca: FilePath | None = Field(None, description="file of the authority of the server's certificate")
    mailbox_watch: bool = Field(False, description="whether the app itself watches the mailbox")
    mailbox_own_lists: CommaList = Field((), description="ids of mailing lists by which people write to the desk")

    @property
    def uses_default_database(self) -> bool:
        """Whether the store is the default SQLite file, which is lost together with the app's disk."""
        return self.database_url == type(self).model_fields["database_url"].default

    @property
    def sso_members(self) -> tuple[str, ...]:
        """Addresses and @domains that may sign in by single sign-on, in any role."""
        return self.leads + self.labellers + self.viewers

    @property
    def is_open(self) -> bool:
        """Whether nobody has to sign in: no password is set, and nobody is listed for single sign-on."""
        passwords = self.password, self.labeller_password, self.viewer_password
        return not any(map(SecretStr.get_secret_value, passwords)) and not self.sso_members

    @property
    def private_sources(self) -> tuple[str, ...]:
        """Sources whose mail is shown to nobody: mail from the mailbox where visitors need not sign in."""
        return (SOURCE_MAILBOX,) if self.is_open else ()


def read_settings(mapping: Mapping[str, str]) -> Settings:
    """Settings from a mapping such as `os.environ`; empty values count as missing.

    Raises ValueError that names the variable, its value (but not a secret's) and what is wrong with it.
    """
    values = {name: mapping[key] for name, key in environment_names().items() if mapping.get(key)}
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        is_secret = Settings.model_fields[name].annotation is SecretStr
        value = "(a secret)" if is_secret else repr(values[name])
        raise ValueError(f"{environment_names()[name]}={value}: {first['msg']}. Change it, or take it out.") from error


def environment_names() -> dict[str, str]:
    """The environment variable of each setting, by the setting's name."""
    return {
        name: ("" if name.startswith(UNPREFIXED) else ENVIRONMENT_PREFIX) + name.upper()
        for name in Settings.model_fields
    }


def environment_and_secrets(root: Path = ROOT) -> dict[str, str]:
    """The variables that are not empty, and those of the secrets file under `root` that are not in the environment.

    Raises ValueError where that file cannot be read; the message repeats nothing of what is in it.
    """
    return _read_secrets(root / SECRETS_FILE) | {key: value for key, value in os.environ.items() if value}


def _read_secrets(path: Path) -> dict[str, str]:
    try:
        loaded = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        problem = "is no valid TOML" if isinstance(error, ValueError) else "cannot be read"
        raise ValueError(f"{SECRETS_FILE} {problem}: correct it, or take it out.") from None
    return {key: text for key, value in loaded.items() if (text := _as_text(value)) is not None}


def _as_text(value: Any) -> str | None:
    """A TOML value as it would be written in the environment; None for a table."""
    match value:
        case str() | bool() | int() | float():
            return str(value)
        case list():
            return ",".join(map(str, value))
    return None
