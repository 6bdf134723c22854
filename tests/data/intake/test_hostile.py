"""No bytes whatsoever raise, hang, or leave a Mail that is not as it must be."""

import random
import subprocess
import sys
import time
import zipfile
from multiprocessing import get_context

import pytest

from data.intake import html as markup
from data.intake import parts
from data.intake.limits import Budget
from data.intake.message import _read, read_message
from tests.bench import fuzz_intake
from tests.bench.fuzz_intake import check, mail, mutated, own, real
from tests.support.server import PATIENCE

HTML = "Content-Type: text/html; charset=utf-8\r\n"
NEST = [b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(2000)]
HEAD = b"From: a@example.com\nSubject: s\n"


def html(text):
    return mail(text, headers=HTML)


HOSTILE = {
    "nothing": b"",
    "nulls": b"\0" * 100_000,
    "random bytes": random.Random(1).randbytes(200_000),
    "like a zip": b"PK\x03\x04" + random.Random(2).randbytes(50_000),
    "nested parts": HEAD + b"".join(NEST) + b"Content-Type: text/plain\n\nhelp me",
    "nested mails": HEAD + b"Content-Type: message/rfc822\n\n" * 2000 + b"Subject: s\n\nhelp me",
    "nested elements": html("<div>" * 100_000 + "deep" + "</div>" * 100_000),
    "nested inline": html("<b>" * 100_000 + "deep"),
    "nested tables": html("<table><tr><td>" * 100 + "deep"),
    "nested quotes": html("<blockquote type=cite>" * 200 + "<p>x</p>" * 5_000),
    "unclosed comment": html("Hello<!-- " + "x " * 200_000),
    "unclosed tags": html("<b " * 300_000),
    "many elements": html("<p>x" * 250_000),
    "many inline": html("x<b></b>" * 100_000),
    "many attributes": html("<p " + " ".join(f"a{i}='<'" for i in range(60_000)) + ">Hello"),
    "a wide span": html("<table><tr><td colspan=1000000 rowspan=1000000>Hello</td></tr></table>"),
    "a wide cell": html("<table><tr><td>" + "a" * 100_000 + "</td></tr>" + "<tr><td>x</td></tr>" * 10_000 + "</table>"),
    "a wide margin": html("<div style='padding-left:1000000em'>" + "<p>x</p>" * 10_000),
    "a huge entity": html("Hello &#" + "1" * 5_000 + "; &amp;#" + "1" * 5_000 + ";"),
    "a long header": b"Subject: " + b"x" * 1_000_000 + b"\nFrom: a@example.com\n\nhelp me",
    "a folded header": b"Subject: " + b"x\n " * 300_000 + b"\nFrom: a@example.com\n\nhelp me",
    "many encoded words": b"Subject: " + b"=?x?q?" * 200_000 + b"\nFrom: " + b"(" * 100_000 + b"\n\nhelp me",
    "a header without colon": b"Subject: s\nno colon here\n\nhelp me",
    "many headers": b"a:\n" * 2_000_000,
    "many parameters": mail("help me", headers='Content-Type: text/plain;a=";' + "a=b;" * 500_000 + "\r\n"),
    "a huge parameter": mail("help me", headers="Content-Type: text/plain; charset*" + "9" * 5_000 + "=x\r\n"),
    "many boundaries": HEAD + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhi\n" * 500_000,
    "boundaries times lines": HEAD + b"".join(NEST[:190]) + b"\nx" * 2_000_000,
    "many lines": mail("a\n" * 3_000_000),
    "many returns": mail("a\r" * 3_000_000),
    "attributions": mail("On 1 a wrote:\n" * 500_000),
    "long attributions": mail(("On " + "1 " * 140 + "wrote:\n") * 1_700),
    "header blocks": mail("From: a\n" * 500_000),
    "dashes": mail("--\n" * 500_000),
    "footers": mail("this message this message\n" * 300_000),
    "base64 garbage": mail("=QUJ$$D==" * 10_000, headers="Content-Transfer-Encoding: base64\r\n"),
    "quoted-printable garbage": mail(
        "=ZZ=\xff=3D==" * 10_000, headers="Content-Transfer-Encoding: quoted-printable\r\n"
    ),
    "uuencoded garbage": mail("begin 644 a\n" + "\x7f" * 10_000, headers="Content-Transfer-Encoding: x-uuencode\r\n"),
}


@pytest.mark.system
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_without_a_hang(name):
    """In a process of its own, which is ended when it does not answer."""
    with get_context("fork").Pool(1) as process:
        assert process.apply_async(check, (HOSTILE[name],)).get(timeout=PATIENCE) == []


@pytest.mark.parametrize("name", [name for name, raw in HOSTILE.items() if b"help me" in raw or b"Hello" in raw])
def test_words_among_hostile_ones_are_found(name):
    found = read_message(HOSTILE[name])
    assert "help me" in found.email.body + found.forwarded or "Hello" in found.email.body, found.notes


@pytest.mark.system
def test_broken_mail_is_read_and_all_that_comes_of_it_is_sound():
    seeds = own() + real()
    wrong = {seed: found for seed in range(300) if (found := check(mutated(seeds, seed)))}
    assert not wrong


def test_the_same_seed_breaks_the_same_mail():
    assert mutated(own(), 7) == mutated(own(), 7) != mutated(own(), 8)


def test_the_check_notices_what_is_wrong(monkeypatch):
    monkeypatch.setattr(fuzz_intake, "read_message", lambda raw: 1 / 0)
    assert "ZeroDivisionError" in check(b"")[0]


def test_the_last_resort_keeps_the_text(monkeypatch):
    monkeypatch.setattr("data.intake.message.parse_mime", lambda *_: 1 / 0)
    found = read_message(mail("My parcel is late."))
    assert "My parcel is late." in found.email.body
    assert found.notes == ("It is damaged: it was read as plain text.",)


def test_a_parser_that_runs_out_of_stack_keeps_what_it_had(monkeypatch):
    limit = sys.getrecursionlimit()
    raw = HEAD + b"".join(NEST[:190]) + b"\nhelp me"
    monkeypatch.setattr(parts, "CHUNK_BYTES", 10**7)
    sys.setrecursionlimit(150)
    try:
        found = parts.parse_mime(raw, Budget(), time.monotonic() + 60)
    finally:
        sys.setrecursionlimit(limit)
    assert found.message["Subject"] == "s"
    assert "nested too deeply" in found.stopped


def test_markup_that_is_too_deep_loses_its_tags_not_its_text():
    deep = "<div>" * 1_000 + "Hello &amp; welcome" + "</div>" * 1_000 + "<style>p {}</style><p>Bye"
    assert markup.html_to_text(deep).split() == ["Hello", "&", "welcome", "Bye"]


def test_memory_stays_bounded():
    """A message of 24 MB of lines costs less than 300 MB; measured in a process of its own."""
    code = (
        "import resource, data.intake.message as m, lxml.html, inscriptis;"
        "raw = b'Subject: x\\n\\n' + b'a\\n' * 12_000_000;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; m.read_message(raw);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) * (1 if sys.platform != "darwin" else 1 / 1024) < 300_000


def test_every_public_mail_gives_a_subject_and_text(shared):
    with zipfile.ZipFile(shared / "spamassassin" / "mails.zip") as opened:
        raws = {name: opened.read(name) for name in opened.namelist() if name.endswith(".eml")}
    assert len(raws) == 600
    found = {name: _read(raw, Budget(), ()) for name, raw in raws.items()}
    assert not {name: wrong for name, mail in found.items() if (wrong := list(fuzz_intake.wrong(mail)))}
    assert sum(bool(mail.email.subject) for mail in found.values()) >= 595
    assert sum(bool(mail.email.body) for mail in found.values()) >= 595
    tagged = [
        name for name, mail in found.items() if any(tag in mail.email.body.lower() for tag in ("<html", "<td", "</"))
    ]
    assert len(tagged) <= 6  # whose plain text says so
    assert not [note for mail in found.values() for note in mail.notes if "read." in note and "only" in note]
