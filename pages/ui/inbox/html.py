"""Pieces of HTML of the Inbox page. Whatever came from a mail is escaped."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from data.mail import TriagedMail
from pages.ui import sentences as words
from pages.ui.html import head, scores

if TYPE_CHECKING:
    from model.priority.simulation import ShiftSimulation


def came_along(one: TriagedMail, zone: str | None) -> str:
    """What a mail brought besides its text: who, when, from where, attachments, and what was not sorted on."""
    mail = one.mail
    facts = [
        f"From {mail.email.sender}" if mail.email.sender else "",
        words.sent(mail.sent_at, zone),
        f"Attached: {', '.join(mail.attachments)}" if mail.attachments else "",
        f"The file says: {mail.given}" if mail.given else "",
        f"{one.file}, {one.position}" if one.position else one.file,
        *mail.notes,
    ]
    listed = "".join(f"<li>{escape(fact)}</li>" for fact in facts if fact)
    beside = (
        ("Quoted history", mail.quoted),
        ("Signature", mail.signature),
        ("Footer", mail.footer),
        ("Forwarded", mail.forwarded),
    )
    kept = "".join(
        f'<details><summary>{name}, not sorted on</summary><div class="mr-quoted">{escape(text)}</div></details>'
        for name, text in beside
        if text
    )
    return f'<ul class="mr-facts">{listed}</ul>{kept}'


def shift(one: "ShiftSimulation") -> str:
    """Late answers in both orders, in a sentence and by priority."""
    over = (
        '<tr><td></td><td></td><th scope="col" colspan="2">late</th><th scope="col" colspan="2">typical wait</th></tr>'
    )
    names = head(("", "emails", *("as it came", "this order") * 2))
    rows = "".join(
        f'<tr><th scope="row">{escape(priority)}</th><td>{count:,}</td><td>{one.breached_by_arrival[priority]:,}</td>'
        f"<td>{one.breached_by_cost[priority]:,}</td><td>{words.hours(one.wait_by_arrival[priority])}</td>"
        f"<td>{words.hours(one.wait_by_cost[priority])}</td></tr>"
        for priority, count in one.mail.items()
    )
    table = scores(f"{over}{names}{rows}", "Late answers in both orders", "mr-small")
    return f'<p class="mr-says">{words.saved(one)}</p>{table}'


def watched(sentences: Sequence[tuple[bool, str]]) -> str:
    """How those who watch a mailbox fare, each with whether all is well."""
    dots = {True: '<span class="mr-dot"></span>', False: '<span class="mr-dot risk"></span>'}
    return "".join(f'<p class="mr-note" role="status">{dots[well]}{escape(said)}</p>' for well, said in sentences)
