"""What reading a mail costs beside the bare standard library: `python -m tests.bench.intake`."""

import email
from collections.abc import Callable
from email import policy
from functools import partial
from time import perf_counter

from data.intake.message import read_message
from tests.bench.fuzz_intake import real


def bare(raw: bytes, how: policy.Policy) -> tuple[str, str]:
    """Subject and first text of a mail as the standard library's documentation reads them."""
    message = email.message_from_bytes(raw, policy=how)
    if hasattr(message, "get_body"):
        found = message.get_body(("plain", "html"))
        return str(message["subject"] or ""), found.get_content() if found is not None else ""
    texts = (part for part in message.walk() if part.get_content_maintype() == "text")
    found = next(texts, message)
    payload = found.get_payload(decode=True) or b""
    return str(message["subject"] or ""), payload.decode(found.get_content_charset("utf-8"))


def measured(read: Callable[[bytes], object], raws: list[bytes]) -> tuple[float, int]:
    """Seconds for 1,000 mails, and how many of them raised."""
    failed, started = 0, perf_counter()
    for raw in raws:
        try:
            read(raw)
        except Exception:
            failed += 1
    return (perf_counter() - started) * 1000 / len(raws), failed


def compare(raws: list[bytes], rounds: int = 3) -> dict[str, tuple[float, int]]:
    """The best of some rounds by way of reading, one after the other in each round."""
    ways = {
        "read_message": read_message,
        "policy.default": partial(bare, how=policy.default),
        "compat32": partial(bare, how=policy.compat32),
    }
    rows = [{name: measured(read, raws) for name, read in ways.items()} for _ in range(rounds)]
    return {name: min(row[name] for row in rows) for name in ways}


if __name__ == "__main__":
    found = compare(real())
    base = found["read_message"][0]
    for name, (seconds, failed) in found.items():
        print(f"{name:15} {seconds:6.2f} s/1000, {seconds / base:5.2f} of read_message, {failed} failed")
