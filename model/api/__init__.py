"""The REST API."""

from typing import Any


def standalone() -> Any:
    """The old name of model.api.app:standalone, for one release."""
    from model.api.app import standalone as factory

    return factory()
