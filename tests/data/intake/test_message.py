"""One raw message becomes a mail: its text, its sender, its date, what came along."""

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from data.intake.limits import Budget
from data.intake.message import read_message
from data.schema import BODY_LIMIT, SUBJECT_LIMIT
from tests.bench.fuzz_intake import MARKUP, mail, part, parts


def read(raw, **options):
    return read_message(raw, **options)


def body(raw, **options):
    return read_message(raw, **options).email.body


def html(markup):
    return body(mail(markup, headers="Content-Type: text/html; charset=utf-8\r\n"))


def test_a_plain_mail_is_read_whole():
    found = read(mail("My parcel is late.", "Where is it?", "Message-ID: <one@example.com>\r\n"))
    assert (found.email.subject, found.email.body) == ("Where is it?", "My parcel is late.")
    assert found.email.sender == "ann@example.com"
    assert found.sent_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert found.message_id == found.thread_id == "one@example.com"
    assert (found.automatic, found.notes, found.attachments) == ("", (), ())


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?iso-8859-1?Q?caf=E9_au_lait?= for two", "café au lait for two"),
        ("=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€"),
        ("=?utf-8?Q?one?= =?utf-8?Q?two?=", "onetwo"),
        ("=?x-none?Q?plain?=", "plain"),
        ("=?utf-8?Q?caf=E9?=", "café"),
        ("=?utf-8?Q?why?_oh_why??=", "why? oh why?"),
        ("=?utf-8?B?####?= broken", "broken"),
        ("two\r\n  lines", "two lines"),
        ("a\tb\x07c", "a bc"),
    ],
)
def test_subjects_are_decoded(raw, subject):
    assert read(mail("Hi", raw)).email.subject == subject


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_raw_eight_bit_headers_are_read(encoding):
    raw = mail("Hi", "SUBJECT").replace(b"SUBJECT", "Größe".encode(encoding))
    assert read(raw).email.subject == "Größe"


def test_a_long_subject_is_cut():
    assert len(read(mail("Hi", "x" * 5000)).email.subject) == SUBJECT_LIMIT


@pytest.mark.parametrize(
    ("said", "sender"),
    [
        ('"Lee, Ann" <ann@example.com>', "ann@example.com"),
        ("ann@example.com (Ann Lee)", "ann@example.com"),
        ('"x@evil.example" <ann@example.com>', "ann@example.com"),
        ("=?utf-8?B?QW5uIDxhbm5AZXhhbXBsZS5jb20+?=", "ann@example.com"),
        ("Ann Lee", None),
        ("<>", None),
        (f"<{'a' * 400}@example.com>", None),
        ("(" * 5000, None),
    ],
)
def test_the_sender_is_a_bare_address_or_none(said, sender):
    assert read(mail("Hi").replace(b"Ann <ann@example.com>", said.encode())).email.sender == sender


def test_the_sender_is_a_person_where_a_group_passes_it_on():
    raw = mail("Hi", headers="X-Original-Sender: ann@example.com\r\n")
    raw = raw.replace(b"Ann <ann@example.com>", b"'Ann' via Support <support@example.org>")
    assert read(raw).email.sender == "ann@example.com"


@pytest.mark.parametrize(
    ("charset", "encoded", "text"),
    [
        ("utf-8", "Größe €".encode(), "Größe €"),
        ("iso-8859-1", "Größe €".encode("cp1252"), "Größe €"),
        ("iso-8859-1", "Größe €".encode(), "Größe €"),
        ("utf-8", "Größe €".encode("cp1252"), "Größe €"),
        ("koi8-r", "Счёт".encode("koi8-r"), "Счёт"),
        ("gb2312", "账单".encode("gb18030"), "账单"),
        ("iso-2022-jp", "請求書".encode("iso-2022-jp"), "請求書"),
        ("utf-16", "Größe".encode("utf-16"), "Größe"),
        ("utf-16", b"plain", "plain"),
    ],
)
def test_texts_are_read_in_their_charset_even_if_it_lies(charset, encoded, text):
    assert body(mail(encoded, headers=f"Content-Type: text/plain; charset={charset}\r\n")) == text


@pytest.mark.parametrize("charset", ["x-foo", "idna", "base64", "a\0b", '"'])
def test_an_unknown_charset_is_said(charset):
    found = read(mail("caf\xe9".encode("latin-1"), headers=f"Content-Type: text/plain; charset={charset}\r\n"))
    assert found.email.body == "café"
    if charset == "x-foo":
        assert found.notes == ("The character set “x-foo” is not known: it was read as Windows-1252.",)


def test_a_single_bad_byte_does_not_change_the_charset():
    found = read(mail("Grüße, schöne Grüße".encode() + b"\xff"))
    assert found.email.body == "Grüße, schöne Grüße�"
    assert found.notes == ("Some characters could not be read: they are shown as �.",)


def test_markup_says_its_charset_where_the_header_does_not():
    raw = "<html><head><meta charset='koi8-r'></head><body>Счёт</body></html>".encode("koi8-r")
    assert body(mail(raw, headers="Content-Type: text/html\r\n")) == "Счёт"


@pytest.mark.parametrize(
    ("encoding", "encoded", "text"),
    [
        ("quoted-printable", "a=3Db =\r\nc=ZZ", "a=b c=ZZ"),
        ("base64", "aGVs\r\nbG8h", "hello!"),
        ("base64", "aGVsbG8", "hello"),
        ("base64", "This is no base64, it is plain text.", "This is no base64, it is plain text."),
        ("x-unheard-of", "hello", "hello"),
    ],
)
def test_transfer_encodings_are_undone(encoding, encoded, text):
    assert body(mail(encoded, headers=f"Content-Transfer-Encoding: {encoding}\r\n")) == text


def test_flowed_lines_are_joined_and_quotes_kept_apart():
    kind = "Content-Type: text/plain; format=flowed"
    assert body(mail("one \r\ntwo\r\nthree", headers=f"{kind}\r\n")) == "one two\nthree"
    assert body(mail("Donau \r\ndampfer", headers=f"{kind}; delsp=yes\r\n")) == "Donaudampfer"
    found = read(mail("mine \r\n> theirs \r\n> too", headers=f"{kind}\r\n"))
    assert (found.email.body, found.quoted) == ("mine", "> theirs too")


def test_invisible_and_odd_spaces_are_made_plain():
    assert body(mail("in\u00advoice\u200b of\u00a0May")) == "invoice of May"


def test_a_line_that_a_file_of_mails_had_to_mark_is_no_quote():
    assert body(mail("Hi,\n>From May on it is wrong.")) == "Hi,\nFrom May on it is wrong."


def test_plain_text_goes_before_html_unless_it_only_points_to_it():
    rich = part("text/html", MARKUP)
    assert body(parts(part("text/plain", "The plain words"), rich, kind="alternative")) == "The plain words"
    for stub in ("", "This message requires HTML.", "View this email in your browser: https://example.com"):
        assert "invoice is wrong" in body(parts(part("text/plain", stub), rich, kind="alternative"))


def test_several_texts_are_joined_in_order():
    found = read(
        parts(part("text/plain", "First."), part("image/png; name=x.png", "AAAA"), part("text/plain", "Last."))
    )
    assert found.email.body == "First.\n\nLast."
    assert found.attachments == ("x.png",)


def test_html_is_shown_as_a_reader_sees_it():
    found = html(MARKUP)
    assert found == "The invoice is wrong — please look.\n\nOrder 123"
    assert html("<?xml version='1.0' encoding='utf-16'?><html><body>Hello</body></html>") == "Hello"
    assert html("<p>one<br>two</p><ul><li>three</ul><script>alert(1)</script>") == "one\ntwo\n\n* three"
    assert html("<iframe><script>x</script></iframe>Hello<!-- unclosed") == "Hello"


@pytest.mark.parametrize(
    "style", ["display:none", "DISPLAY : NONE !important", "max-height:0;overflow:hidden", "font-size:0"]
)
def test_hidden_text_does_not_appear(style):
    assert html(f"<span style='{style}'>Save now</span><p>My order is late.</p>") == "My order is late."


def test_text_of_a_size_within_a_box_of_none_is_seen():
    assert html("<td style='font-size:0'><p style='font-size:14px'>Seen</p></td>") == "Seen"


def test_html_that_says_it_is_plain_is_read_as_html():
    assert body(mail("<html><body><p>Hello there</p></body></html>")) == "Hello there"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="bill.pdf"', "bill.pdf"),
        ("attachment; filename*=utf-8''%e2%82%ac%20rates.pdf", "€ rates.pdf"),
        ("attachment; filename*0=long; filename*1=er.pdf", "longer.pdf"),
        ('attachment; filename="=?utf-8?B?R3LDvMOfZS5wZGY=?="', "Grüße.pdf"),
        ('attachment; filename="..\\\\..\\\\etc\\\\passwd"', "passwd"),
        ('attachment; filename="/etc/passwd"', "passwd"),
        (f'attachment; filename="{"x" * 300}"', "x" * 200),
        ("attachment", "application/pdf"),
    ],
)
def test_attachments_are_named_without_paths(header, name):
    raw = parts(part("text/plain", "See it"), part("application/pdf", "JV", f"Content-Disposition: {header}\r\n"))
    assert read(raw).attachments == (name,)


def test_no_more_than_a_hundred_attachments_are_named():
    assert len(read(parts(*[part(f"image/png; name={i}.png", "") for i in range(150)])).attachments) == 100


def test_winmail_dat_is_said():
    found = read(parts(part("text/plain", "See it"), part("application/ms-tnef; name=winmail.dat", "eJ8+")))
    assert found.attachments == ("winmail.dat",)
    assert found.notes == ("Its attachments came packed in winmail.dat, which was not opened.",)


@pytest.mark.parametrize(
    ("raw", "by"),
    [
        (parts(part("application/pgp-encrypted", "Version: 1"), kind='encrypted; protocol="x"'), "PGP"),
        (mail("MIAG", headers="Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"), "S/MIME"),
        (mail("-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----"), "PGP"),
    ],
)
def test_encrypted_mail_says_so(raw, by):
    assert f"It is encrypted ({by}): its text could not be read." in read(raw).notes


def test_an_attached_mail_is_forwarded_mail():
    inner = part("message/rfc822", mail("I cannot log in since Monday.", "No access"))
    bare = read(parts(part("text/plain", "Please see attached."), inner))
    assert "I cannot log in since Monday." in bare.email.body
    assert "Subject: No access" in bare.forwarded
    assert any("sorted on" in note for note in bare.notes)
    long = "We had this from a customer and it looks to us as if the new gateway in Graz turns them all away."
    more = read(parts(part("text/plain", long), inner))
    assert more.email.body == long
    assert "I cannot log in since Monday." in more.forwarded


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        ("Date: 23 Nov 2026 10:00 -0500", datetime(2026, 11, 23, 15, 0, tzinfo=UTC)),
        ("Date: Mon, 23 Nov 2026 10:00:00", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
        ("Date: Mon, 01 Jan 1970 00:00:00 +0000", None),
        ("Date: 1 Jan 99999 00:00:00 +0000", None),
        ("Date: 31 Dec 9999 23:00:00 -2300", None),
        ("Date: soon", None),
        ("", None),
        ("Date: soon\r\nReceived: by a; Mon, 23 Nov 2026 10:00:00 +0000", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
    ],
)
def test_the_date_is_in_utc_or_none(headers, sent):
    assert read(f"From: a@example.com\r\n{headers}\r\nSubject: x\r\n\r\nHi".encode()).sent_at == sent


@pytest.mark.parametrize(
    ("headers", "thread"),
    [
        ("References: <first@x> <second@x>\r\nIn-Reply-To: <second@x>\r\n", "first@x"),
        ("In-Reply-To: <second@x>\r\n", "second@x"),
        ("", "own@x"),
    ],
)
def test_a_thread_is_named_by_its_first_mail(headers, thread):
    found = read(mail("Hi", headers=f"Message-ID: <own@x>\r\n{headers}"))
    assert (found.message_id, found.thread_id) == ("own@x", thread)


def test_mail_without_text_still_arrives():
    assert read(mail("")).notes == ("It has no text, only a subject.",)
    empty = read(b"")
    assert (empty.email.subject, empty.email.body, empty.email.sender) == ("", "", None)
    assert empty.notes == ("It has no text.",)
    attached = read(parts(part("application/pdf; name=a.pdf", "JVBERg==")).replace(b"Subject: Invoice\r\n", b""))
    assert (attached.email.body, attached.attachments) == ("", ("a.pdf",))


def test_what_has_no_headers_is_read_as_text():
    found = read(b"Hello,\nmy parcel is late.\n\nAnn")
    assert found.email.body == "Hello,\nmy parcel is late.\n\nAnn"
    assert found.notes == ("It has no headers: all of it was read as text.",)


def test_a_byte_order_mark_and_blank_lines_before_headers_do_no_harm():
    assert read(b"\xef\xbb\xbf" + mail("Hi", "One")).email.subject == "One"
    assert read(b"\r\n\r\n" + mail("Hi", "One")).email.subject == "One"
    assert read(mail("Hi", "One").decode().encode("utf-16")).email.subject == "One"


def test_notes_are_few():
    words = " ".join(f"=?x-{i}?Q?=E9?=" for i in range(400))
    assert len(read(mail("Hi", words)).notes) == 20


def test_texts_that_are_read_at_once_do_not_mix():
    """The library keeps its canvas in styles that all of its users share, unless each is given its own."""
    asked = [mail(f"<p>{i}</p>" * 300, headers="Content-Type: text/html\r\n") for i in range(100)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            read_at_once = list(threads.map(body, asked))
    finally:
        sys.setswitchinterval(interval)
    assert [set(text.split()) for text in read_at_once] == [{str(i)} for i in range(100)]


def test_each_budget_is_kept_and_said():
    many = parts(*[part("text/plain", f"Text {i}.") for i in range(9)])
    assert "Text 8." in body(many)
    cases = {
        "larger than": (mail("x" * 5000), Budget(bytes=2000)),
        "more than 4 parts": (many, Budget(parts=4)),
        "levels deep": (parts(many), Budget(nesting=0)),
        "text is too long": (mail("word " * 1000), Budget(text=100)),
        "text is too long: ": (mail("a\n" * 1000), Budget(lines=100)),
        "HTML is too large": (mail("<p>x" * 1000, headers="Content-Type: text/html\r\n"), Budget(html=100)),
        "took longer": (many, Budget(clock=iter(range(0, 10**6, 10)).__next__)),
    }
    for said, (raw, budget) in cases.items():
        assert any(said in note for note in read(raw, budget=budget).notes), said
        assert not any(said in note for note in read(raw).notes), said


def test_what_came_before_the_budget_was_spent_is_read():
    raw = parts(*[part("text/plain", f"Text {i}.") for i in range(9)])
    assert body(raw, budget=Budget(parts=4)) == "Text 0.\n\nText 1.\n\nText 2."


def test_a_mail_that_takes_too_long_keeps_its_headers_and_its_text():
    ticks = iter(range(0, 10**6, 10))
    found = read(mail("My parcel is late."), budget=Budget(clock=lambda: next(ticks)))
    assert (found.email.subject, found.email.body) == ("Invoice", "My parcel is late.")


def test_a_very_long_text_is_cut():
    found = read(mail("word " * 80_000))
    assert len(found.email.body) == BODY_LIMIT
    assert found.notes == ("Its text is longer than 250,000 characters: only the beginning is kept.",)
