"""Mail that a machine sent says so in a header; mail through the desk's own list does not."""

import pytest

from data.intake.message import read_message
from tests.bench.fuzz_intake import mail, part, parts


def automatic(headers, own_lists=()):
    return read_message(mail("Hi", headers=headers), own_lists=own_lists).automatic


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ("Auto-Submitted: auto-replied (vacation)", "Auto-Submitted: auto-replied (vacation)"),
        ("Auto-Submitted: AUTO-GENERATED", "Auto-Submitted: auto-generated"),
        ("Precedence: bulk", "Precedence: bulk"),
        ("Precedence: Junk", "Precedence: junk"),
        ("Precedence: list", "Precedence: list"),
        ("Precedence: auto_reply", "Precedence: auto_reply"),
        ("List-Id: News <news.example.com>", "List-Id: News <news.example.com>"),
        ("X-Autoreply: yes", "X-Autoreply: yes"),
        ("X-Autorespond: away", "X-Autorespond: away"),
        ("X-Failed-Recipients: x@example.com", "X-Failed-Recipients: x@example.com"),
        ("Return-Path: <>", "Return-Path: <>"),
    ],
)
def test_a_header_says_that_a_machine_sent_it(headers, said):
    assert automatic(f"{headers}\r\n") == said


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Auto-Submitted: no\r\n",
        "Precedence: first-class\r\n",
        "X-Auto-Response-Suppress: All\r\n",
        "List-Unsubscribe: <https://example.com/u>\r\n",
        "Return-Path: <ann@example.com>\r\n",
        "X-Autoreply: no\r\n",
    ],
)
def test_what_people_send_is_not_automatic(headers):
    assert automatic(headers) == ""


@pytest.mark.parametrize("name", ["MAILER-DAEMON", "postmaster"])
def test_mail_from_a_mail_server_is_automatic(name):
    raw = mail("Hi").replace(b"ann@example.com", f"{name}@example.com".encode())
    assert read_message(raw).automatic == f"From: {name}@example.com"


@pytest.mark.parametrize("report", ["delivery-status", "disposition-notification"])
def test_a_report_is_automatic(report):
    raw = parts(
        part("text/plain", "It failed."), part(f"message/{report}", "A: b"), kind=f"report; report-type={report}"
    )
    found = read_message(raw)
    assert found.automatic.startswith("Content-Type: multipart/report;")
    assert found.email.body == "It failed."


@pytest.mark.parametrize("own", ["support.example.com", "Support@Example.com", "<support.example.com>"])
def test_mail_through_an_own_list_is_personal(own):
    group = "List-Id: Desk <support.example.com>\r\nList-Post: <mailto:support@example.com>\r\nPrecedence: list\r\n"
    assert automatic(group) == "Precedence: list"
    assert automatic(group, [own]) == ""
    assert automatic(group, ["other.example.com"]) == "Precedence: list"
    assert automatic(f"Auto-Submitted: auto-replied\r\n{group}", [own]) == "Auto-Submitted: auto-replied"
    assert automatic(group.replace("list\r\n", "bulk\r\n"), [own]) == "Precedence: bulk"


def test_a_long_value_is_shortened():
    said = automatic(f"Auto-Submitted: auto-replied; {'x' * 500}\r\n")
    assert len(said) == len("Auto-Submitted: ") + 80
    assert said.endswith("…")
