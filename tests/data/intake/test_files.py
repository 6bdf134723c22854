"""Files of mail of every kind come in whole: each place is a mail or a sentence, and nothing leaves its folder."""

import io
import os
import random
import struct
import zipfile
from pathlib import Path

import pytest

from data.intake import zip_files
from data.intake.files import MBOX, MESSAGE, TABLE, ZIP, IntakeOptions, file_format, read_mail_files
from data.intake.limits import Budget
from data.intake.mbox import split_mbox

NEW_YEAR = (2026, 1, 1, 0, 0, 0)
MAIL = b"From: ana@example.com\r\nSubject: Late\r\n\r\nWhere is my parcel?\r\n"
ENVELOPE = b"From ana@example.com Mon Nov 23 09:05:00 2026\n"
CSV = "Subject,Message\nLate,Where is my parcel?\nTwice,I was charged twice.\n"


def file(tmp_path, name, content):
    path = tmp_path / name.replace("/", "_")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, name=None, **ways):
    found = list(read_mail_files(path, name or path.name, IntakeOptions(**ways)))
    for one in found:
        assert (one.mail is None) == bool(one.wrong)
        assert one.bytes >= 0
        assert one.wrong == "" or one.wrong.endswith(".")
    if path.is_file():
        assert sum(one.bytes for one in found) == path.stat().st_size, "a progress bar ends at 100 %"
    return found


def bodies(found):
    return [one.mail.email.body for one in found if one.mail]


def zipped(tmp_path, entries, name="x.zip", method=zipfile.ZIP_DEFLATED):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", method) as target:
        for inside, content in entries:
            target.writestr(inside if isinstance(inside, zipfile.ZipInfo) else zipfile.ZipInfo(inside, NEW_YEAR),
                            content, method)  # fmt: skip
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.eml", MAIL, MESSAGE),
        ("a.txt", MAIL, MESSAGE),
        ("a", MAIL, MESSAGE),
        ("a.csv", MAIL, MESSAGE),
        ("a.eml", b"no header at all", MESSAGE),
        ("a.emlx", b"61\n" + MAIL, MESSAGE),
        ("a.txt", b"Subject:\r\n a long one that is folded\r\nTo: x@example.com\r\n\r\nHi", MESSAGE),
        ("a.txt", b"\r\n" + MAIL, MESSAGE),
        ("a.txt", b"\xef\xbb\xbf" + MAIL, MESSAGE),
        ("a.txt", b"Dear all,\n\nwhere is my parcel, the one with the books?\n\nAna\n", MESSAGE),
        ("a.txt", b"Message from Ana, who rang:\nshe waits, and waits.\n", MESSAGE),
        ("a.txt", b"text\tlabel\nhello there\tx\n", TABLE),
        ("a.txt", CSV, TABLE),
        ("a.txt", b"message\nWhere is it?\nI was charged twice.\n", TABLE),
        ("a.csv", CSV, TABLE),
        ("a.CSV", "From: x,Subject,Text\na@example.com,Hi,Where is it?\n", TABLE),
        ("a.csv", "From: x,Subject,Text\n", TABLE),
        ("a.csv", "From ,To,Text\na@example.com,b@example.com,Where is it since 2025?\n", TABLE),
        ("a.csv", "From whom,Sent at 09:30 in 2026,Text\na,b,c\n", TABLE),
        ("a.csv", CSV.encode("utf-16"), TABLE),
        ("a.mbox", ENVELOPE + MAIL, MBOX),
        ("a.eml", ENVELOPE + MAIL, MBOX),
        ("a.mbox", b"lost text\n\n" + ENVELOPE + MAIL, MBOX),
        ("a.mbox", b"From 17421@xxx Mon Nov 23 09:05:00 +0000 2026\n" + MAIL, MBOX),
        ("a", b"From john at example.com  Mon Nov 23 09:05:00 2026\n" + MAIL, MBOX),
        ("a", b"From - Mon Nov 23 09:05:00 2026\n" + MAIL, MBOX),
        ("a.csv", b"PK\3\4", ZIP),
    ],
)
def test_what_a_file_is_shows_in_it_before_its_name(tmp_path, name, content, expected):
    assert file_format(file(tmp_path, name, content), name) == expected


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1", "Outlook's own format: save it as .eml"),
        ("a.eml", b"\xd0\xcf\x11\xe0\xa1\xb1", "Outlook's own format"),
        ("a.pst", b"!BDN", "export its folders as .mbox"),
        ("a.csv", b"%PDF-1.7", "a PDF"),
        ("a.eml", b"\x89PNG\r\n", "a picture"),
        ("a.csv.gz", b"\x1f\x8b\x08", "gzip"),
        ("._a.eml", b"\0\5\x16\7\0\2\0\0", "macOS"),
        ("a.eml", b"", "It is empty."),
        ("a.mbox", b"", "It is empty."),
        ("a.csv", b"\xef\xbb\xbf \r\n\r\n", "It is empty."),
        ("a.html", b"<html>", "no mail: give .eml"),
        ("a.csv", bytes(range(256)) * 40, "a.csv is no table: it holds no text."),
        ("a.csv", "Subject,Message\n", "It has a header, and no row below it."),
        ("a.csv", "a,b\n1,2\n", "No column was found for the body among: a, b."),
        ("a.csv", "a," * 10_000, "a.csv has more than 1,000 columns"),
    ],
)
def test_a_file_that_is_no_mail_is_one_bad_place(tmp_path, name, content, says):
    [one] = read(file(tmp_path, name, content))
    assert says in one.wrong
    assert (one.file, one.position) == (name, "")


def test_an_office_document_is_no_mail(tmp_path):
    [one] = read(zipped(tmp_path, [("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>")], "x.xlsx"))
    assert one.wrong == "It is a spreadsheet or document of an office program: save it as CSV."


def test_a_message_is_one_place(tmp_path):
    [one] = read(file(tmp_path, "a.eml", MAIL))
    assert (one.file, one.position, one.mail.email.subject) == ("a.eml", "", "Late")
    [one] = read(file(tmp_path, "a.emlx", b"62        \n" + MAIL))
    assert one.mail.email.subject == "Late"


def test_a_column_that_people_chose_is_used(tmp_path):
    path = file(tmp_path, "a.csv", CSV)
    assert bodies(read(path, columns={"a.csv": {"body": "Subject"}})) == ["Late", "Twice"]
    assert bodies(read(path)) == ["Where is my parcel?", "I was charged twice."]


def test_rows_have_their_line_and_only_bad_ones_are_bad(tmp_path):
    rows = [
        "Id,Subject,Message,Email,Date,Affected customers", '7,"a\nb",Where is it?,ana,13/11/2026,many', '',
        ',only a subject,,,,', '8,x,"never closed,,,', '9,x,12,Ana <ana@example.com>,03/11/2026,"1,200"',
        '1,2,3,4,5,6,7',
        '10,x,<p>One</p><p>Two</p>,b@example.com,,-1',
    ]  # fmt: skip
    first, *bad, number, wide, last = read(file(tmp_path, "a.csv", "\n".join(rows)))
    assert (first.position, first.own_id, first.mail.email.subject, first.mail.sent_at.day) == ("row 2", "7", "a b", 13)
    assert first.mail.notes == (
        "The sender “ana” is no address: it was left out.",
        "Customers affected: “many” is not a whole number: write one in digits, such as 1000, or leave it out.",
    )
    assert [(one.position, one.own_id) for one in bad] == [("row 5", ""), ("row 6", "")]
    assert bad[0].wrong == "body: The email has no text: write or paste it here."
    assert "a quote that is opened here is never closed" in bad[1].wrong
    assert (number.mail.email.body, number.mail.email.sender) == ("12", "ana@example.com")
    assert (number.mail.email.customers_affected, number.mail.sent_at.month) == (1_200, 11)
    assert (wide.position, "more cells than columns" in wide.wrong) == ("row 8", True)
    assert last.mail.email.body.split() == ["One", "Two"]
    assert last.mail.notes[0] == "Customers affected: -1 is out of range: it was left out."


def test_a_date_that_cannot_be_read_and_a_text_that_is_too_long_are_notes(tmp_path):
    path = file(tmp_path, "a.csv", f"date,text\n2026-11-13,{'long ' * 60_000}\n2026-11-14,x y\n2026-11-15,x\nsoon,x\n")
    notes = [one.mail.notes for one in read(path)]
    assert notes[0] == ("It is longer than 250,000 characters: the rest was left out.",)
    assert notes[3] == ("The date “soon” cannot be read: the time counts from when it was sorted.",)


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_an_mbox_is_cut_where_messages_begin(tmp_path, end):
    raw = b"\n".join(
        [
            ENVELOPE.strip(), b"Subject: one", b"", b"Hello", b"", b"From what I know it was due.", b"",
            b"From our shop in 2025, at 10:30 on Monday.", b"", b">From quoted", b">>From twice", b"",
            b"From MAILER-DAEMON Tue Nov 24 10:00:00 2026", b"Subject: two", b"", b"Bye", b"",
        ]
    ).replace(b"\n", end)  # fmt: skip
    found = read(file(tmp_path, "a.mbox", raw))
    assert [(one.position, one.mail.email.subject) for one in found] == [("message 1", "one"), ("message 2", "two")]
    first, _ = split_mbox(io.BytesIO(raw), 10_000)
    assert [line for line in first.raw.decode().splitlines() if "From " in line] == [
        "From what I know it was due.", "From our shop in 2025, at 10:30 on Monday.", "From quoted", ">From twice",
    ]  # fmt: skip


def test_text_before_the_first_message_of_an_mbox_is_not_lost(tmp_path):
    lost, good = read(file(tmp_path, "a.mbox", b"lost text\n\n" + ENVELOPE + MAIL))
    assert lost.wrong == "It is text before the first “From ” line."
    assert good.mail.email.subject == "Late"
    assert bodies(read(file(tmp_path, "b.mbox", MAIL + b"\n" + ENVELOPE + MAIL))) == ["Where is my parcel?"] * 2
    [one] = read(file(tmp_path, "c.mbox", b"nothing but text\n"))
    assert one.wrong
    assert bodies(read(file(tmp_path, "d.mbox", b"\n\n" + ENVELOPE + MAIL))) == ["Where is my parcel?"]


def test_a_huge_message_in_an_mbox_is_cut_and_the_next_one_whole(tmp_path):
    raw = ENVELOPE + MAIL + b"x" * 200_000 + b"\n" + b"y\n" * 9_000 + b"\n" + ENVELOPE + MAIL
    first, second = read(file(tmp_path, "a.mbox", raw), budget=Budget(bytes=5_000))
    assert "larger than 0.005 MB" in first.mail.notes[0]
    assert second.mail.notes == ()


def test_a_zip_of_everything(tmp_path):
    link = zipfile.ZipInfo("link.eml", NEW_YEAR)
    link.external_attr = 0o120777 << 16
    inner = zipped(tmp_path, [("a.eml", MAIL)], "inner.zip").read_bytes()
    entries = [
        ("folder/", b""), ("folder/a.eml", MAIL), ("folder/a.eml", MAIL), ("b.mbox", ENVELOPE + MAIL), ("c.csv", CSV),
        ("inner.zip", inner), ("book.xlsx", inner), ("__MACOSX/._a.eml", b"\0\5\x16\7\0\2\0\0"), (link, b"/etc/passwd"),
        ("empty.eml", b""), ("picture.png", b"\x89PNG"),
    ]  # fmt: skip
    with pytest.warns(UserWarning, match="Duplicate"):
        found = read(zipped(tmp_path, entries))
    assert {one.file for one in found} == {"x.zip"}
    assert [one.position for one in found if one.mail] == [
        "folder/a.eml", "folder/a.eml", "b.mbox, message 1", "c.csv, row 2", "c.csv, row 3",
    ]  # fmt: skip
    said = {one.position: one.wrong for one in found if one.wrong}
    assert said["inner.zip"] == said["book.xlsx"] == "It is a zip in a zip: unpack it first."
    assert "macOS" in said["__MACOSX/._a.eml"]
    assert "link" in said["link.eml"]
    assert len(found) == 11


NAMES = [
    "../../etc/passwd.eml", "/etc/x.eml", "C:\\Windows\\x.eml", "..\\..\\x.eml", "a" * 10_000 + ".eml",
    "\u202eeml.x.eml",
    "CON.eml", "Überraschung.eml", "~/x.eml", "a/../../../b.eml", "\n.eml",
]  # fmt: skip


def test_nothing_is_written_where_a_zip_says(tmp_path, monkeypatch):
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    path = zipped(tmp_path, [(name, MAIL) for name in NAMES])
    before = set(tmp_path.rglob("*"))
    seen = set()
    found = []
    for one in read_mail_files(path, "x.zip"):
        found.append(one)
        seen |= {p.name for p in spool.rglob("*") if p.is_file()}
    assert bodies(found) == ["Where is my parcel?"] * len(NAMES)
    assert seen == {"entry"}
    assert set(tmp_path.rglob("*")) == before
    assert all(one.position.isprintable() or "\n" in one.position for one in found)
    assert max(len(one.position) for one in found) <= 200


def test_names_with_nul_and_of_other_encodings(tmp_path):
    raw = zipped(tmp_path, [("aaaa.eml", MAIL), ("bbbb.eml", MAIL)]).read_bytes()
    found = read(file(tmp_path, "y.zip", raw.replace(b"aaaa", b"a\0aa").replace(b"bbbb", b"\xe4\xff\x80b")))
    assert bodies(found) == ["Where is my parcel?"] * 2


def test_one_bad_entry_stops_no_other(tmp_path):
    raw = zipped(tmp_path, [(f"{n}.eml", MAIL) for n in "abcd"], method=zipfile.ZIP_STORED).read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as opened:
        at = [one.header_offset for one in opened.infolist()]
    raw = bytearray(raw)
    raw[at[1] + 40] ^= 1  # its content
    found = read(file(tmp_path, "y.zip", bytes(raw)))
    assert [bool(one.mail) for one in found] == [True, False, True, True]
    assert found[1].wrong == "It cannot be read: it is damaged: pack it anew."


def changed(raw, offset, form, value):
    """A zip with a field of the last entry changed in the list at its end."""
    raw = bytearray(raw)
    struct.pack_into(form, raw, raw.rindex(b"PK\1\2") + offset, value)
    return bytes(raw)


@pytest.mark.parametrize(
    ("offset", "form", "value", "says"),
    [
        (8, "<H", 1, "locked with a password"),
        (10, "<H", 14, "packed in an unusual way"),
        (10, "<H", 12, "packed in an unusual way"),
        (10, "<H", 99, "packed in an unusual way"),
        (16, "<I", 7, "damaged"),
        (24, "<I", 5, "damaged"),
        (24, "<I", 400 * 2**20, "times its size"),
        (42, "<I", 9, "damaged"),
        (42, "<I", 2**31, "damaged"),
    ],
)
def test_what_an_entry_claims_is_not_believed(tmp_path, offset, form, value, says):
    raw = zipped(tmp_path, [("a.eml", MAIL), ("b.eml", MAIL)]).read_bytes()
    found = read(file(tmp_path, "y.zip", changed(raw, offset, form, value)))
    assert [bool(one.mail) for one in found] == [True, False]
    assert says in found[1].wrong


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_files, "MAX_UNPACKED_BYTES", 30 * 2**20)
    [one] = read(zipped(tmp_path, [("a.csv", b"0" * 2**24)]))
    assert "times its size" in one.wrong
    [one] = read(zipped(tmp_path, [(f"{n}.csv", b"0" * 2**24) for n in range(3)]))
    assert one.wrong == "The zip would be larger than 30 MB unpacked: split it."


def test_entries_that_overlap_are_not_unpacked(tmp_path):
    """As in David Fifield, A better zip bomb, WOOT 2019: many entries share one kernel."""
    path = zipped(tmp_path, [("a.eml", random.Random(1).randbytes(3_000)), ("b.eml", MAIL)])
    raw = path.read_bytes()
    start, end = raw.index(b"PK\1\2"), raw.rindex(b"PK\1\2")
    entry = raw[start:end]
    tail = bytearray(raw[raw.index(b"PK\5\6") :])
    struct.pack_into("<HHI", tail, 8, 50, 50, 50 * len(entry))
    [one] = read(file(tmp_path, "y.zip", raw[:start] + entry * 50 + bytes(tail)))
    assert "overlap" in one.wrong


def test_a_zip_of_too_many_files_is_said_before_they_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_files, "MAX_ZIP_FILES", 5)
    assert len(read(zipped(tmp_path, [(f"{n}.eml", MAIL) for n in range(5)]))) == 5
    monkeypatch.setattr(zipfile, "ZipFile", None)
    path = tmp_path / "x.zip"
    path.write_bytes(path.read_bytes() + b"PK\1\2")
    [one] = read(path)
    assert one.wrong == "The zip holds more than 5 files: split it."


def test_a_zip_without_files_is_a_bad_place(tmp_path):
    [one] = read(zipped(tmp_path, []))
    assert one.wrong == "The zip holds no files."


def test_a_zip_that_is_cut_or_damaged_anywhere_never_raises(tmp_path):
    raw = zipped(tmp_path, [("a.eml", MAIL), ("b.csv", CSV)]).read_bytes()
    dice = random.Random(0)
    for at in range(len(raw)):
        assert read(file(tmp_path, "y.zip", raw[:at]))
        broken = bytearray(raw)
        broken[at] = dice.randrange(256)
        assert read(file(tmp_path, "z.zip", bytes(broken)))


def test_a_folder_is_read_in_order_and_no_link_in_it_is_followed(tmp_path):
    folder = tmp_path / "mail"
    (folder / "b").mkdir(parents=True)
    for name in ("c.eml", "a.eml", "b/z.eml", "b/y.csv"):
        (folder / name).write_bytes(CSV.encode() if name.endswith("csv") else MAIL)
    (tmp_path / "secret.eml").write_bytes(MAIL)
    (folder / "out.eml").symlink_to(tmp_path / "secret.eml")
    (folder / "b" / "round").symlink_to(folder)
    (folder / "gone.eml").symlink_to(tmp_path / "nowhere")
    (folder / "notes.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    os.mkfifo(folder / "pipe.eml")
    found = read(folder)
    assert [one.file for one in found] == [
        "a.eml", "b/round", "b/y.csv", "b/y.csv", "b/z.eml", "c.eml", "gone.eml", "notes.doc", "out.eml", "pipe.eml",
    ]  # fmt: skip
    assert [one.file for one in found if one.wrong] == ["b/round", "gone.eml", "notes.doc", "out.eml", "pipe.eml"]


def test_files_that_may_not_be_read_are_bad_places(tmp_path, monkeypatch):
    for name in ("a.eml", "b.eml", "c.csv"):
        file(tmp_path, name, CSV if name == "c.csv" else MAIL)
    real = Path.open

    def refuse(path, *rest, **more):
        if path.name != "b.eml":
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    monkeypatch.setattr(Path, "open", refuse)
    found = read(tmp_path)
    assert [one.wrong for one in found] == [
        "It cannot be read: permission denied.", "", "It cannot be read: permission denied.",
    ]  # fmt: skip


def test_an_empty_folder_and_a_file_that_is_gone(tmp_path):
    assert read(tmp_path) == []
    [one] = read(tmp_path / "gone.eml")
    assert one.wrong == "It is no file."


def test_sizes_grow_with_what_was_read(tmp_path):
    dice = random.Random(0)
    rows = "text\n" + "".join(f"where is my parcel {dice.getrandbits(300)}\n" for _ in range(2_000))
    for path in (
        file(tmp_path, "a.csv", rows),
        zipped(tmp_path, [("a.csv", rows), ("b.csv", rows)]),
        file(tmp_path, "a.mbox", (ENVELOPE + MAIL + b"\r\n") * 200),
    ):
        found = read(path)
        half = sum(one.bytes for one in found[: len(found) // 2])
        assert 0.35 < half / path.stat().st_size < 0.65


def test_junk_of_any_name_never_raises(tmp_path):
    dice = random.Random(0)
    for name in ("a.csv", "a.eml", "a.mbox", "a.txt", "a.zip", "a.tsv"):
        for start in (b"", b"PK\3\4", b"From ", b"\xff\xfe", b"a,b\n", ENVELOPE, b"\xef\xbb\xbf", b'text\n"'):
            assert read(file(tmp_path, name, start + dice.randbytes(3_000)))
            assert read(file(tmp_path, name, start + bytes(dice.choices(b'",;\t|\r\n\0 ab', k=3_000))))
