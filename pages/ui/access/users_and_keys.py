"""Passwords of people and API keys of programs: the forms that create them, and the lists that end them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from data.access import LABELLER, LEAD, PERSON, PROGRAM, SCOPE_SORT, SCOPE_TEACH, VIEWER, Credential
from data.schema import NAME_LIMIT
from data.text_input import printable
from pages.ui import html
from pages.ui.formatting import escape_markdown

if TYPE_CHECKING:
    from data.store import Store
    from model.access.authenticator import Authenticator

ROLE_NAMES = {
    VIEWER: "Viewer: looks, and tries mail",
    LABELLER: "Labeller: says what is right, too",
    LEAD: "Lead: changes what others see, too",
}
SCOPE_NAMES = {SCOPE_SORT: "Have mail sorted", SCOPE_TEACH: "Say what was right"}
KEY_LIFETIMES = {30: "30 days", 90: "90 days", 365: "A year", None: "Until it is ended"}
"""Days, by which a key expires."""

MAX_LISTED_ENDED = 20


def draw_people(by: str, authenticator: "Authenticator", store: "Store") -> None:
    """A form that creates a password for a person, and the people who have one.

    :param by: who creates it.
    """
    st.header("People", anchor=False)
    st.caption("Each has a password of their own. It is shown once, when it is made, and kept only as a digest.")
    with st.form("invite", border=True):
        typed_name = st.text_input("Name", max_chars=NAME_LIMIT, key="invite_name")
        role = st.radio("What they may do", list(ROLE_NAMES), format_func=ROLE_NAMES.get, key="invite_role")
        was_sent = st.form_submit_button("Make a password", type="primary")
    if was_sent and (name := _checked_name(typed_name)):
        _draw_secret(f"Hand this to {name}, with the link to this app.", authenticator.create_password(name, role, by))
    _draw_credentials(PERSON, authenticator, store)


def draw_programs(by: str, authenticator: "Authenticator", store: "Store") -> None:
    """A form that creates an API key for a program, and the programs that have one.

    :param by: who creates it.
    """
    st.header("Programs", anchor=False)
    st.caption("Each sends its key as Authorization: Bearer. It is shown once, and kept only as a digest.")
    with st.form("issue", border=True):
        typed_name = st.text_input("Name", max_chars=NAME_LIMIT, key="issue_name")
        scopes = st.pills(
            "What it may do",
            list(SCOPE_NAMES),
            format_func=SCOPE_NAMES.get,
            selection_mode="multi",
            default=[SCOPE_SORT],
            key="scopes",
        )
        days = st.selectbox(
            "For how long", list(KEY_LIFETIMES), format_func=KEY_LIFETIMES.get, index=1, key="issue_days"
        )
        was_sent = st.form_submit_button("Make a key", type="primary")
    if was_sent and not scopes:
        st.html(html.field_error("The key is for nothing: choose what it may do."))
    elif was_sent and (name := _checked_name(typed_name)):
        _draw_secret(f"Give this to {name}.", authenticator.create_api_key(name, scopes, by, days))
    _draw_credentials(PROGRAM, authenticator, store)


def _checked_name(typed: str) -> str:
    """The name without control characters; "" where nothing is left, with a sentence."""
    name = printable(typed).strip()
    if not name:
        st.html(html.field_error("Without a name nobody can tell later whose it is: type one."))
    return name


def _draw_secret(sentence: str, secret: str) -> None:
    with st.container(border=True):
        st.markdown(f":material/visibility: {escape_markdown(sentence)} It is not shown again.")
        st.code(secret, language=None)


def _draw_credentials(kind: str, authenticator: "Authenticator", store: "Store") -> None:
    """The valid credentials of that kind, each with a button that ends it, and the names of those that ended."""
    now = datetime.now(UTC)
    credentials = [credential for credential in store.access.credentials() if credential.kind == kind]
    valid = [credential for credential in credentials if _is_valid(credential, now)]
    if not valid:
        st.caption("Nobody yet." if kind == PERSON else "None yet.")
    for credential in valid:
        _draw_credential(credential, authenticator)
    if ended := [credential for credential in credentials if credential not in valid]:
        names = (escape_markdown(credential.name) for credential in ended[:MAX_LISTED_ENDED])
        st.caption("Ended: " + ", ".join(names))


def _is_valid(credential: Credential, now: datetime) -> bool:
    return credential.ended_at is None and (credential.until is None or credential.until > now)


def _draw_credential(credential: Credential, authenticator: "Authenticator") -> None:
    name = escape_markdown(credential.name)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{name}** · {_credential_line(credential)}")
        if st.button("End it", key=f"end_{credential.id}", help=f"{name} is out within seconds"):
            authenticator.revoke(credential.id)
            st.rerun()


def _credential_line(credential: Credential) -> str:
    may = credential.role or ", ".join(SCOPE_NAMES[scope].lower() for scope in credential.scopes)
    until = f", until {credential.until:%-d %b %Y}" if credential.until else ""
    return f"{may}{until} · by {escape_markdown(credential.by)}, {credential.at:%-d %b %Y}"
