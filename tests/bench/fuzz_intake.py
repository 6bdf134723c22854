"""Mails that are broken on purpose: `python -m tests.bench.fuzz_intake [SECONDS]` reads them until the time is up.

Each one is read in a process that is ended if it does not answer; every finding is printed with its seed.
"""

import multiprocessing
import random
import sys
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

from data import public_datasets
from data.intake.message import read_message
from data.mail import Mail
from data.schema import BODY_LIMIT, SENDER_LIMIT, SUBJECT_LIMIT

PATIENCE = 20.0
"""Seconds after which a mail counts as hung, on a machine that does other things besides."""
CHARSETS = (b"utf-8", b"utf-16", b"utf-7", b"iso-2022-jp", b"x-none", b"idna", b"hz", b"big5", b"cp037", b"\xff", b"")
HEADERS = "From: Ann <ann@example.com>\r\nTo: desk@example.org\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\n"
TEXT = """Hello,

the invoice of May is wrong, see below.

Kind regards
Ann Lee
Tel. +44 20 7946 0001

On Mon, 23 Nov 2026 at 09:00, Desk <desk@example.org> wrote:
> Dear Ann,
> here it is.
"""
MARKUP = (
    "<html><head><style>p {color: red}</style></head><body><p>The <b>invoice</b> is wrong&nbsp;&mdash; please look.</p>"
    "<table><tr><td colspan='2'>Order</td><td>123</td></tr></table><div style='display:none'>preview</div>"
    "<blockquote type='cite'><p>Older words</p></blockquote></body></html>"
)


def mail(text: str | bytes = TEXT, subject: str = "Invoice", headers: str = "") -> bytes:
    """A mail as bytes; headers are whole lines."""
    body = text.encode() if isinstance(text, str) else text
    kind = "" if "content-type:" in headers.lower() else "Content-Type: text/plain; charset=utf-8\r\n"
    return f"{HEADERS}Subject: {subject}\r\nMIME-Version: 1.0\r\n{kind}{headers}\r\n".encode() + body


def parts(*inner: bytes, kind: str = "mixed", headers: str = "") -> bytes:
    """A mail of several parts, each with its own headers."""
    boundary = f"edge-{kind.partition(';')[0]}"
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), one) for one in inner) + f"--{boundary}--\r\n".encode()
    return mail(body, headers=f'{headers}Content-Type: multipart/{kind}; boundary="{boundary}"\r\n')


def part(kind: str, body: str | bytes, headers: str = "") -> bytes:
    """One part for `parts`."""
    return f"Content-Type: {kind}\r\n{headers}\r\n".encode() + (body.encode() if isinstance(body, str) else body)


def own() -> list[bytes]:
    """Mails of many kinds, none of them anybody's."""
    html = part("text/html; charset=utf-8", MARKUP)
    return [
        mail(),
        mail(MARKUP, headers="Content-Type: text/html; charset=iso-8859-1\r\n"),
        mail("Gr=C3=BC=C3=9Fe =\r\nan alle", headers="Content-Transfer-Encoding: quoted-printable\r\n"),
        mail("SGVsbG8gd29ybGQ=\r\n" * 5, headers="Content-Transfer-Encoding: base64\r\n"),
        mail(subject="=?utf-8?B?R3LDvMOfZQ==?= =?iso-8859-1?Q?caf=E9?=", headers="List-Id: <a.example.com>\r\n"),
        mail("One \r\ntwo \r\n> three \r\n", headers="Content-Type: text/plain; format=flowed; delsp=yes\r\n"),
        parts(part("text/plain", TEXT), html, kind="alternative"),
        parts(part("text/plain", "See attached"), part('application/pdf; name="a.pdf"', "JVBERg==")),
        parts(part("text/plain", "FYI"), part("message/rfc822", mail())),
        parts(
            part("text/plain", "Failed"),
            part("message/delivery-status", "Action: failed\r\n\r\nA: b\r\n"),
            kind="report",
        ),
        parts(html, part("image/png; name*=utf-8''%e2%82%ac.png", "iVBORw=="), kind="related"),
    ]


def real() -> list[bytes]:
    """The public mails, where they lie beside the project."""
    path = public_datasets.PUBLIC_FOLDER / "spamassassin" / "mails.zip"
    if not path.is_file():
        return []
    with zipfile.ZipFile(path) as opened:
        return [opened.read(name) for name in opened.namelist() if name.endswith(".eml")]


def mutated(seeds: list[bytes], seed: int) -> bytes:
    """One mail broken in one to four ways, always the same way for a seed."""
    chance = random.Random(seed)
    raw = chance.choice(seeds)
    for _ in range(chance.randint(1, 4)):
        raw = chance.choice(WAYS)(chance, raw, seeds)
    return raw[:2_000_000]


def _flip(chance, raw, _seeds):
    out = bytearray(raw or b"x")
    for _ in range(chance.randint(1, 40)):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def _cut(chance, raw, _seeds):
    return raw[: chance.randint(0, len(raw))]


def _splice(chance, raw, seeds):
    other = chance.choice(seeds)
    return raw[: chance.randint(0, len(raw))] + other[chance.randint(0, len(other)) :]


def _again(chance, raw, _seeds):
    """Some lines, headers and boundaries among them, many times over."""
    lines = raw.splitlines(keepends=True) or [b"\n"]
    at = chance.randrange(len(lines))
    return b"".join([*lines[:at], *lines[at : at + chance.randint(1, 3)] * chance.choice((2, 30, 2000)), *lines[at:]])


def _charset(chance, raw, _seeds):
    for name in (b"utf-8", b"iso-8859-1", b"us-ascii", b"UTF-8", b"ISO-8859-1"):
        raw = raw.replace(name, chance.choice(CHARSETS))
    return raw


def _deep(chance, raw, _seeds):
    count = chance.choice((3, 30, 300))
    if chance.random() < 0.3:
        return b"Content-Type: message/rfc822\n\n" * count + raw
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(count)) + raw


def _insert(chance, raw, _seeds):
    at = chance.randint(0, len(raw))
    odd = (
        b"\0",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"=?utf-8?B?",
        b"<!--",
        b"<table>" * 50,
        b"> ",
        b"\r",
        b"\n\n",
        b"(" * 500,
    )
    odd += (
        b"<div>" * 300,
        b"&#xD800;",
        b"<![CDATA[",
        b"On 1.1.2026 10:00 a@b.c wrote:\n",
        b"From: a\nSent: b\nTo: c\n",
        b"-- \n",
    )
    return raw[:at] + chance.choice(odd) * chance.choice((1, 1, 20)) + raw[at:]


WAYS = (_flip, _cut, _splice, _again, _charset, _deep, _insert)


def wrong(found: Mail) -> Iterator[str]:
    """What is not as it must be in a mail that was read."""
    texts = {name: getattr(found, name) for name in ("quoted", "signature", "footer", "forwarded", "automatic")}
    texts |= {"message_id": found.message_id, "thread_id": found.thread_id}
    texts |= {"subject": found.email.subject, "body": found.email.body, "sender": found.email.sender or ""}
    texts |= {f"note {i}": note for i, note in enumerate(found.notes)}
    texts |= {f"attachment {i}": name for i, name in enumerate(found.attachments)}
    for name, text in texts.items():
        if not isinstance(text, str):
            yield f"{name} is a {type(text).__name__}"
        elif odd := {c for c in text if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"}:
            yield f"{name} holds {sorted(map(hex, map(ord, odd)))[:5]}"
    limits = {"subject": SUBJECT_LIMIT, "body": BODY_LIMIT, "sender": SENDER_LIMIT, "automatic": 120, "message_id": 500}
    yield from (f"{name} is {len(texts[name]):,} long" for name, limit in limits.items() if len(texts[name]) > limit)
    if (
        "\n" in found.email.subject
        or any(len(name) > 200 for name in found.attachments)
        or len(found.attachments) > 100
    ):
        yield "a subject of two lines, or attachments beyond their limits"
    if found.sent_at is not None and not (isinstance(found.sent_at, datetime) and found.sent_at.tzinfo is UTC):
        yield f"sent at {found.sent_at!r}"
    if any(note.startswith("It is damaged: it was read") for note in found.notes):
        yield "the last resort was needed"


def check(raw: bytes) -> list[str]:
    """What goes wrong when it is read: nothing, one hopes."""
    try:
        return list(wrong(read_message(raw)))
    except BaseException as error:
        return [f"raised {error!r}"[:300]]


def _answer(seeds: list[bytes], asked, answered) -> None:
    for seed in iter(asked.get, None):
        started = time.perf_counter()
        answered.put((seed, check(mutated(seeds, seed)), time.perf_counter() - started))


class Watched:
    """A process that reads mails, and is replaced when it hangs or dies."""

    def __init__(self, seeds: list[bytes]) -> None:
        self.seeds = seeds
        self._start()

    def _start(self) -> None:
        self.asked, self.answered = multiprocessing.Queue(), multiprocessing.Queue()
        self.process = multiprocessing.Process(
            target=_answer, args=(self.seeds, self.asked, self.answered), daemon=True
        )
        self.process.start()

    def check(self, seed: int) -> tuple[list[str], float]:
        """What went wrong with one mutation, and the seconds that it took."""
        self.asked.put(seed)
        try:
            _, found, took = self.answered.get(timeout=PATIENCE)
        except Exception:  # queue.Empty: it hangs, or is no more
            self.stop()
            self._start()
            return [f"no answer within {PATIENCE:g} seconds"], PATIENCE
        return found, took

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()


def main(seconds: float, first: int = 0) -> int:
    """Reads mutations until the time is up; how many went wrong."""
    seeds = own() + real()
    reader, until, seed, bad, slowest = Watched(seeds), time.monotonic() + seconds, first, 0, (0.0, 0)
    while time.monotonic() < until:
        found, took = reader.check(seed)
        slowest = max(slowest, (took, seed))
        if found:
            bad += 1
            print(f"seed {seed}: {'; '.join(found)}", flush=True)
        seed += 1
    reader.stop()
    print(f"{seed - first:,} mutations of {len(seeds)} mails, {bad} findings")
    print(f"the slowest, seed {slowest[1]}, took {slowest[0]:.2f} s")
    return bad


if __name__ == "__main__":
    sys.exit(
        bool(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 0))
    )
