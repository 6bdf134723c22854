"""Detects auto-generated mail by its headers (RFC 3834, 2919, 3464, and what mail programs do)."""

from collections.abc import Collection, Iterator
from email.message import Message

from data.intake.headers import header_text

SHOWN_VALUE_LIMIT = 80
"""Characters of a header's value that are shown."""

_ROBOTS = {"mailer-daemon", "mailerdaemon", "postmaster"}
_BULK = {"bulk", "junk", "auto_reply"}
_REPORTS = {"delivery-status", "disposition-notification", "feedback-report"}


def auto_generated_header(message: Message, sender: str | None, own_lists: Collection[str]) -> str:
    """The first header (with its value) that marks a message as auto-generated; "" where a person sent it.

    Mail through a list in `own_lists` counts as personal. List-Unsubscribe alone does not count: services that pass on
    a customer's web form put it into every mail, and a request taken for bulk mail is never read.
    X-Auto-Response-Suppress does not count either: ordinary mail from Exchange has it.
    """
    return next(_automatic_headers(message, sender, _is_own_list(message, own_lists)), "")


def _value(message: Message, name: str) -> str:
    """A header on one line, "" where it is missing."""
    return header_text(message.get(name), [])


def _automatic_headers(message: Message, sender: str | None, is_own_list: bool) -> Iterator[str]:
    submitted = _value(message, "Auto-Submitted").lower()
    if submitted and submitted.partition(";")[0].strip() != "no":
        yield _shortened("Auto-Submitted", submitted)
    content_type = _value(message, "Content-Type").lower().replace(" ", "")
    if content_type.startswith("message/delivery-status") or (
        content_type.startswith("multipart/report") and any(report in content_type for report in _REPORTS)
    ):
        yield _shortened("Content-Type", content_type)
    if "X-Failed-Recipients" in message:
        yield _shortened("X-Failed-Recipients", _value(message, "X-Failed-Recipients"))
    if _value(message, "Return-Path").replace(" ", "") == "<>":
        yield "Return-Path: <>"
    if sender and sender.partition("@")[0].lower() in _ROBOTS:
        yield _shortened("From", sender)
    for name in ("X-Autoreply", "X-Autorespond"):
        if name in message and _value(message, name).lower() not in ("no", "false", "0"):
            yield _shortened(name, _value(message, name))
    precedence = _value(message, "Precedence").lower()
    if precedence in _BULK or (precedence == "list" and not is_own_list):
        yield _shortened("Precedence", precedence)
    if _value(message, "List-Id") and not is_own_list:
        yield _shortened("List-Id", _value(message, "List-Id"))


def _is_own_list(message: Message, own_lists: Collection[str]) -> bool:
    """Whether the mail came through one of `own_lists`, by List-Id or by the address in List-Post."""
    list_id = _value(message, "List-Id").lower()
    bare_id = list_id.rpartition("<")[2].partition(">")[0].strip()
    post = _value(message, "List-Post").lower().rpartition("mailto:")[2].partition(">")[0].partition("?")[0].strip()
    names = {bare_id, list_id, post, post.replace("@", ".")} - {""}
    own = {name.strip().strip("<>").lower() for name in own_lists}
    return bool(names & (own | {name.replace("@", ".") for name in own}))


def _shortened(name: str, value: str) -> str:
    return f"{name}: {value if len(value) <= SHOWN_VALUE_LIMIT else value[: SHOWN_VALUE_LIMIT - 1] + '…'}"
