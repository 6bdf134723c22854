"""Pieces of the Access page: passes of people, keys of programs, each made and ended here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from data.access import API_KEY, LABELLER, LEAD, PASSWORD, SCOPE_SORT, SCOPE_TEACH, VIEWER, Credential
from data.schema import NAME_LIMIT
from data.text_input import printable
from pages.ui import html, sentences

if TYPE_CHECKING:
    from data.store import Store
    from model.access.authenticator import Authenticator

ROLES = {
    VIEWER: "Viewer: looks, and tries mail",
    LABELLER: "Labeller: says what is right, too",
    LEAD: "Lead: changes what others see, too",
}
SCOPES = {SCOPE_SORT: "Have mail sorted", SCOPE_TEACH: "Say what was right"}
DAYS = {30: "30 days", 90: "90 days", 365: "A year", None: "Until it is ended"}


def people(by: str, doorman: "Authenticator", store: "Store") -> None:
    """Who has a pass, and a form that makes one."""
    st.header("People", anchor=False)
    st.caption("Each has a password of their own. It is shown once, when it is made, and kept only as a digest.")
    with st.form("invite", border=True):
        name = st.text_input("Name", max_chars=NAME_LIMIT, key="invite_name")
        role = st.radio("What they may do", list(ROLES), format_func=ROLES.get, key="invite_role")
        made = st.form_submit_button("Make a password", type="primary")
    if made and (known := _named(name)):
        _once(f"Hand this to {known}, with the link to this app.", doorman.invite(known, role, by))
    _listed(PASSWORD, doorman, store)


def programs(by: str, doorman: "Authenticator", store: "Store") -> None:
    """Which programs have a key, and a form that makes one."""
    st.header("Programs", anchor=False)
    st.caption("Each sends its key as Authorization: Bearer. It is shown once, and kept only as a digest.")
    with st.form("issue", border=True):
        name = st.text_input("Name", max_chars=NAME_LIMIT, key="issue_name")
        scopes = st.pills(
            "What it may do",
            list(SCOPES),
            format_func=SCOPES.get,
            selection_mode="multi",
            default=[SCOPE_SORT],
            key="scopes",
        )
        days = st.selectbox("For how long", list(DAYS), format_func=DAYS.get, index=1, key="issue_days")
        made = st.form_submit_button("Make a key", type="primary")
    if made and not scopes:
        st.html(html.field_error("The key is for nothing: choose what it may do."))
    elif made and (known := _named(name)):
        _once(f"Give this to {known}.", doorman.issue(known, scopes, by, days))
    _listed(API_KEY, doorman, store)


def _named(name: str) -> str:
    known = printable(name).strip()
    if not known:
        st.html(html.field_error("Without a name nobody can tell later whose it is: type one."))
    return known


def _once(what: str, secret: str) -> None:
    with st.container(border=True):
        st.markdown(f":material/visibility: {sentences.plain(what)} It is not shown again.")
        st.code(secret, language=None)


def _listed(kind: str, doorman: "Authenticator", store: "Store") -> None:
    now = datetime.now(UTC)
    known = [one for one in store.access.passes() if one.kind == kind]
    live = [one for one in known if one.ended_at is None and (one.until is None or one.until > now)]
    if not live:
        st.caption("Nobody yet." if kind == PASSWORD else "None yet.")
    for one in live:
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.markdown(f"**{sentences.plain(one.name)}** · {_told(one)}")
            if st.button("End it", key=f"end_{one.id}", help=f"{sentences.plain(one.name)} is out within seconds"):
                doorman.end(one.id)
                st.rerun()
    _ended([one for one in known if one not in live])


def _told(one: Credential) -> str:
    able = one.role or ", ".join(SCOPES[scope].lower() for scope in one.scopes)
    until = f", until {one.until:%-d %b %Y}" if one.until else ""
    return f"{able}{until} · by {sentences.plain(one.by)}, {one.at:%-d %b %Y}"


def _ended(some: Sequence[Credential]) -> None:
    if some:
        st.caption("Ended: " + ", ".join(sentences.plain(one.name) for one in some[:20]))
