"""Files of mail, of any kind and in any mix: a message, an .mbox, a table, a zip or a folder of these."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from data.intake import table_rows
from data.intake.formats import MBOX, MESSAGE, TABLE, ZIP, file_format, looks_like_message
from data.intake.limits import Budget
from data.intake.mbox import split_mbox
from data.intake.message import read_message
from data.intake.zip_files import unpack_zip
from data.mail import IntakeItem
from data.text_input import printable

__all__ = ["MBOX", "MESSAGE", "TABLE", "ZIP", "IntakeOptions", "file_format", "read_mail_files"]

LINK_NOT_FOLLOWED = "It is a link to another place: it was not followed."


@dataclass(frozen=True, slots=True)
class IntakeOptions:
    """How files are read: the column of each part where people chose them (by file name), the budget of each message,
    and the lists by which the desk's own mail comes.
    """

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    own_lists: tuple[str, ...] = ()


def read_mail_files(path: Path, name: str, ways: IntakeOptions | None = None) -> Iterator[IntakeItem]:
    """All that stands in a file or folder, each a mail or a sentence on why it is none; never raises for its contents.

    :param name: what people call it, which places are named after; what is in a folder is called as it is there.
    """
    read = _folder(path, ways or IntakeOptions()) if path.is_dir() else _file(path, name, ways or IntakeOptions())
    yield from read


def _folder(folder: Path, ways: IntakeOptions) -> Iterator[IntakeItem]:
    """What is in a folder and in those within, in the order of names. Links may lead anywhere, so none is followed."""
    left = [folder]
    while left:
        path = left.pop()
        name = printable(str(path.relative_to(folder)))
        try:
            if path.is_symlink() and path != folder:
                yield IntakeItem(name, "", wrong=LINK_NOT_FOLLOWED)
            elif path.is_dir():
                left += sorted(path.iterdir(), reverse=True)
            else:
                yield from _file(path, name, ways)
        except OSError as error:
            yield IntakeItem(name, "", wrong=_unread(error))


def _file(path: Path, name: str, ways: IntakeOptions) -> Iterator[IntakeItem]:
    """What is in a file; the last place takes what is left of its bytes, so that they add up to its size."""
    left, found = _size(path), _read(path, name, ways)
    one = next(found)
    while one:
        following = next(found, None)
        size = min(one.bytes, left) if following else left
        yield replace(one, bytes=size)
        one, left = following, left - size


def _read(path: Path, name: str, ways: IntakeOptions) -> Iterator[IntakeItem]:
    try:
        if not path.is_file():  # a pipe would never end
            raise ValueError("It is no file.")
        read = {MESSAGE: _message, MBOX: _mbox, TABLE: _table, ZIP: _zip}[file_format(path, name)]
        yield from read(path, name, ways)
    except ValueError as error:
        yield IntakeItem(name, "", wrong=str(error))
    except OSError as error:
        yield IntakeItem(name, "", wrong=_unread(error))


def _unread(error: OSError) -> str:
    return f"It cannot be read: {(error.strerror or 'the disk is in trouble').lower()}."


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _message(path: Path, name: str, ways: IntakeOptions) -> Iterator[IntakeItem]:
    with path.open("rb") as file:
        if name.lower().endswith(".emlx"):  # Apple Mail: a line with the number of bytes goes before the message
            file.readline(100)
        raw = file.read(ways.budget.bytes + 1)
    yield IntakeItem(name, "", read_message(raw, ways.budget, ways.own_lists))


def _mbox(path: Path, name: str, ways: IntakeOptions) -> Iterator[IntakeItem]:
    with path.open("rb") as file:
        for number, piece in enumerate(split_mbox(file, ways.budget.bytes + 1), start=1):
            position = f"message {number}"
            if piece.enveloped or looks_like_message(piece.raw.lstrip()):
                yield IntakeItem(name, position, read_message(piece.raw, ways.budget, ways.own_lists), bytes=piece.size)
            else:
                yield IntakeItem(name, position, wrong="It is text before the first “From ” line.", bytes=piece.size)


def _table(path: Path, name: str, ways: IntakeOptions) -> Iterator[IntakeItem]:
    return table_rows.read_table(path, name, ways.columns.get(name))


def _zip(path: Path, name: str, ways: IntakeOptions) -> Iterator[IntakeItem]:
    """What the files in a zip hold, each place sized by its share of the zip."""
    for entry, inside in unpack_zip(path):
        if entry.wrong:
            yield IntakeItem(name, entry.name, wrong=entry.wrong, bytes=entry.size)
            continue
        share, done = entry.size / max(1, inside.stat().st_size), 0
        for one in _file(inside, entry.name, ways):
            position = f"{entry.name}, {one.position}" if one.position else entry.name
            size = int((done + one.bytes) * share) - int(done * share)
            yield replace(one, file=name, position=position, bytes=size)
            done += one.bytes
