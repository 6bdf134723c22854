"""Forget mail for good: `python -m data.erase ana@example.com`, or `--older-than-days 90`."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from data import settings
from data.schema import StoreUnavailable
from data.store import Store

LONGEST_DAYS = 36_500
KEPT = "Categories, numbers and labels stay, without any text."


def address(text: str) -> str:
    """An address as people type it. Raises ValueError with a sentence where it is none."""
    plain = text.strip().removeprefix("<").removesuffix(">")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", plain):
        raise ValueError(f"“{text}” is no e-mail address: write it as ana@example.com.")
    return plain


def emails_word(count: int) -> str:
    """How many, in words."""
    return f"{count:,} {'email' if count == 1 else 'emails'}"


def _days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= LONGEST_DAYS:
        raise ValueError(f"“{text}” is no number of days: write a whole number from 1 to {LONGEST_DAYS:,}.")
    return int(text)


def main(arguments: Sequence[str] | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    """The command line. It asks nothing; errors are a sentence and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m data.erase", description=__doc__.partition(":")[0] + ".")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("sender", nargs="?", help="whose mail, by address, capitals aside")
    what.add_argument("--older-than-days", metavar="DAYS", help="all mail that came in before so many days")
    chosen = parser.parse_args(arguments)
    try:
        sender, days = (address(chosen.sender), 0) if chosen.sender else ("", _days(chosen.older_than_days))
        store, at = Store(settings.read_settings(settings.environment_and_secrets()).database_url), clock()
        gone = _forget_sender(sender, store, at) if sender else _forget_older(days, store, at)
    except (ValueError, StoreUnavailable) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return 2
    print(f"{emails_word(gone)} forgotten.")
    return 0


def _forget_sender(sender: str, store: Store, at: datetime) -> int:
    print(f"Forgetting {emails_word(store.sent_by(sender))} from {sender}. {KEPT}")
    return store.forget(sender, at)


def _forget_older(days: int, store: Store, at: datetime) -> int:
    limit = at - timedelta(days=days)
    print(f"Forgetting {emails_word(store.received_before(limit))} from before {limit:%-d %b %Y, %H:%M} UTC. {KEPT}")
    return store.forget_before(limit, at)


if __name__ == "__main__":
    sys.exit(main())
