"""The header by which a machine sent a mail, where it has one (RFC 3834, 2919, 3464, and what programs do)."""

from collections.abc import Callable, Collection, Iterator
from email.message import Message

from data.intake.headers import header_text

SHOWN_VALUE_LIMIT = 80
_ROBOTS = {"mailer-daemon", "mailerdaemon", "postmaster"}
_BULK = {"bulk", "junk", "auto_reply"}
_FOR_PROGRAMS = {"delivery-status", "disposition-notification", "feedback-report"}


def auto_generated_header(message: Message, sender: str | None, own_lists: Collection[str]) -> str:
    """The header and its value, "" where a person sent it. Mail through one of the desk's own lists is personal.

    List-Unsubscribe alone does not count: services that pass on a customer's web form put it into every mail, and a
    request that is taken for bulk is never read. X-Auto-Response-Suppress stands in ordinary mail from Exchange.
    """
    said = _Said(message)
    own = _is_own(said, own_lists)
    return next(_signs(said, sender, own), "")


class _Said:
    """Headers in one line each."""

    def __init__(self, message: Message) -> None:
        self.message = message

    def __call__(self, name: str) -> str:
        return header_text(self.message.get(name), [])

    def has(self, name: str) -> bool:
        return self.message.get(name) is not None


def _signs(said: Callable[[str], str], sender: str | None, own: bool) -> Iterator[str]:
    submitted = said("Auto-Submitted").lower()
    if submitted and submitted.partition(";")[0].strip() != "no":
        yield _shown("Auto-Submitted", submitted)
    kind = said("Content-Type").lower().replace(" ", "")
    if kind.startswith("message/delivery-status") or (
        kind.startswith("multipart/report") and any(report in kind for report in _FOR_PROGRAMS)
    ):
        yield _shown("Content-Type", kind)
    if said.has("X-Failed-Recipients"):
        yield _shown("X-Failed-Recipients", said("X-Failed-Recipients"))
    if said("Return-Path").replace(" ", "") == "<>":
        yield "Return-Path: <>"
    if sender and sender.partition("@")[0].lower() in _ROBOTS:
        yield _shown("From", sender)
    for name in ("X-Autoreply", "X-Autorespond"):
        if said.has(name) and said(name).lower() not in ("no", "false", "0"):
            yield _shown(name, said(name))
    precedence = said("Precedence").lower()
    if precedence in _BULK or (precedence == "list" and not own):
        yield _shown("Precedence", precedence)
    if said("List-Id") and not own:
        yield _shown("List-Id", said("List-Id"))


def _is_own(said: Callable[[str], str], own_lists: Collection[str]) -> bool:
    """Whether its list is one of the desk's own: by the id, or the address that the id or List-Post stands for."""
    listed = said("List-Id").lower()
    inside = listed.rpartition("<")[2].partition(">")[0].strip()
    post = said("List-Post").lower().rpartition("mailto:")[2].partition(">")[0].partition("?")[0].strip()
    names = {inside, listed, post, post.replace("@", ".")} - {""}
    own = {name.strip().strip("<>").lower() for name in own_lists}
    return bool(names & (own | {name.replace("@", ".") for name in own}))


def _shown(name: str, value: str) -> str:
    return f"{name}: {value if len(value) <= SHOWN_VALUE_LIMIT else value[: SHOWN_VALUE_LIMIT - 1] + '…'}"
