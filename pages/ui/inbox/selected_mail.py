"""One mail of the queue in full: the decision as on the Triage page, and what its message held besides the text."""

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import TriagedMail
from data.taxonomy import Taxonomy
from pages.ui import current_user
from pages.ui.formatting import time_zone_or_utc
from pages.ui.triage.answer import draw_answer, draw_confidence
from pages.ui.triage.correction import chosen_category, draw_correction
from pages.ui.triage.explanation import draw_priority, draw_typicality, draw_why

if TYPE_CHECKING:
    from data.store import Store
    from model.serving.fallback import FallbackClassifier


def draw_decision(mail: TriagedMail, store: "Store", taxonomy: Taxonomy) -> None:
    """The decision, its confidence, "Was this right?", and the mail's headers and parts; a correction is kept."""
    from model.labelling.feedback import keep_label
    from pages.ui.resources import decide_above

    triaged = mail.triaged
    if category := chosen_category():
        keep_label(triaged.id, category, current_user.name_or_visitor(), store, taxonomy, via="inbox")
        st.session_state.snapshot = replace(st.session_state.snapshot, labels_version=store.inbox.version())
        st.rerun(scope="fragment")
    draw_answer(triaged, taxonomy)
    draw_confidence(triaged.prediction, taxonomy, decide_above())
    draw_correction(triaged, store.labels.history(triaged.id), taxonomy)
    st.html(_facts(mail, st.context.timezone) + _unread_parts(mail))


def draw_explanation(mail: TriagedMail, classifier: "FallbackClassifier", taxonomy: Taxonomy) -> None:
    """Why it was decided so, how it compares with the training mail, and its priority."""
    draw_why(mail.triaged, classifier.model_of(mail.triaged.prediction), taxonomy)
    draw_typicality(mail.triaged, classifier.trained)
    draw_priority(mail.triaged.prediction, taxonomy)


def _facts(triaged_mail: TriagedMail, zone: str | None) -> str:
    """HTML list: sender, date, attachments, category in the file, place in the file, and what reading it noted."""
    mail, file, position = triaged_mail.mail, triaged_mail.file, triaged_mail.position
    facts = [
        f"From {mail.email.sender}" if mail.email.sender else "",
        f"Sent {mail.sent_at.astimezone(time_zone_or_utc(zone)):%-d %b %Y, %H:%M}" if mail.sent_at else "",
        f"Attached: {', '.join(mail.attachments)}" if mail.attachments else "",
        f"The file says: {mail.given}" if mail.given else "",
        f"{file}, {position}" if position else file,
        *mail.notes,
    ]
    return f'<ul class="mr-facts">{"".join(f"<li>{escape(fact)}</li>" for fact in facts if fact)}</ul>'


def _unread_parts(triaged_mail: TriagedMail) -> str:
    """HTML: the parts of the message that the classifier did not read, folded."""
    mail = triaged_mail.mail
    parts = {
        "Quoted history": mail.quoted,
        "Signature": mail.signature,
        "Footer": mail.footer,
        "Forwarded": mail.forwarded,
    }
    return "".join(
        f'<details><summary>{name}, not sorted on</summary><div class="mr-quoted">{escape(text)}</div></details>'
        for name, text in parts.items()
        if text
    )
