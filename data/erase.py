"""Forget mail for good: `python -m data.erase ana@example.com`, or `--older-than-days 90`."""

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from data import settings
from data.schema import StoreUnavailable
from data.store import Store

MAX_AGE_DAYS = 36_500
WHAT_STAYS = "Categories, numbers and labels stay, without any text."


def parse_address(text: str) -> str:
    """A typed e-mail address without spaces and angle brackets. Raises ValueError with a sentence where it is none."""
    plain = text.strip().removeprefix("<").removesuffix(">")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", plain):
        raise ValueError(f"“{text}” is no e-mail address: write it as ana@example.com.")
    return plain


def email_count(count: int) -> str:
    """A count with its noun: "1 email", "2,000 emails"."""
    return f"{count:,} {'email' if count == 1 else 'emails'}"


def _parse_days(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MAX_AGE_DAYS:
        raise ValueError(f"“{text}” is no number of days: write a whole number from 1 to {MAX_AGE_DAYS:,}.")
    return int(text)


def main(arguments: Sequence[str] | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    """Runs the command line and returns its exit status: 0, or 2 after an error, which it prints."""
    parser = argparse.ArgumentParser(prog="python -m data.erase", description=__doc__.partition(":")[0] + ".")
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("sender", nargs="?", help="whose mail, by address, capitals aside")
    group.add_argument("--older-than-days", metavar="DAYS", help="all mail that came in before so many days")
    chosen = parser.parse_args(arguments)
    try:
        sender, days = (parse_address(chosen.sender), 0) if chosen.sender else ("", _parse_days(chosen.older_than_days))
        store, at = Store(settings.read_settings(settings.environment_and_secrets()).database_url), clock()
        erased = _forget_sender(sender, store, at) if sender else _forget_older(days, store, at)
    except (ValueError, StoreUnavailable) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return 2
    print(f"{email_count(erased)} forgotten.")
    return 0


def _forget_sender(sender: str, store: Store, at: datetime) -> int:
    print(f"Forgetting {email_count(store.count_from(sender))} from {sender}. {WHAT_STAYS}")
    return store.erase_sender(sender, at)


def _forget_older(days: int, store: Store, at: datetime) -> int:
    limit = at - timedelta(days=days)
    print(f"Forgetting {email_count(store.count_before(limit))} from before {limit:%-d %b %Y, %H:%M} UTC. {WHAT_STAYS}")
    return store.erase_before(limit, at)


if __name__ == "__main__":
    sys.exit(main())
