"""Every knob of Mailroom, read once from any mapping: `read(os.environ)`."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "MAILROOM_"
VAR = Path(__file__).with_name("var")


class Settings(BaseModel):
    """The knobs and their defaults. In the environment each is called MAILROOM_ and its name in capitals."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

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


def read(mapping: Mapping[str, str]) -> Settings:
    """Settings from any mapping of texts. Raises ValueError that names the knob, its value and what it takes."""
    values = {name: mapping[key] for name, key in names().items() if mapping.get(key)}
    try:
        return Settings(**values)
    except ValidationError as error:
        wrong = error.errors()[0]
        key = names()[str(wrong["loc"][0])]
        raise ValueError(f"{key}={wrong['input']!r}: {wrong['msg']}. Change it, or take it out.") from error


def names() -> dict[str, str]:
    """What each knob is called in the environment."""
    return {name: "DATABASE_URL" if name == "database_url" else PREFIX + name.upper() for name in Settings.model_fields}
