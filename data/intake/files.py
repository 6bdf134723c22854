"""Reads files of mail: single messages, .mbox, tables, and zips and folders of these."""

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
    """How files are read.

    `columns` are the chosen columns of tables by file name ({"a.csv": {"body": "Message"}}), `budget` limits each
    message, and mail through the mailing lists in `own_lists` counts as personal.
    """

    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    own_lists: tuple[str, ...] = ()


def read_mail_files(path: Path, name: str, options: IntakeOptions | None = None) -> Iterator[IntakeItem]:
    """Yields every mail of a file or folder, and an item with the reason for each that cannot be read.

    Never raises for the contents.
    :param name: the file's name in the items; files in a folder have their path within it.
    """
    options = options or IntakeOptions()
    yield from _read_folder(path, options) if path.is_dir() else _read_sized(path, name, options)


def _read_folder(folder: Path, options: IntakeOptions) -> Iterator[IntakeItem]:
    """All files of a folder and its subfolders, by name. No symbolic link is followed: it may lead anywhere."""
    remaining = [folder]
    while remaining:
        path = remaining.pop()
        name = printable(str(path.relative_to(folder)))
        try:
            if path.is_symlink() and path != folder:
                yield IntakeItem(name, "", wrong=LINK_NOT_FOLLOWED)
            elif path.is_dir():
                remaining += sorted(path.iterdir(), reverse=True)
            else:
                yield from _read_sized(path, name, options)
        except OSError as error:
            yield IntakeItem(name, "", wrong=_os_error_sentence(error))


def _read_sized(path: Path, name: str, options: IntakeOptions) -> Iterator[IntakeItem]:
    """The items of a file; the last one gets the rest of its bytes, so that they add up to its size."""
    bytes_left, items = _size(path), _read(path, name, options)
    item = next(items)
    while item:
        next_item = next(items, None)
        size = min(item.bytes, bytes_left) if next_item else bytes_left
        yield replace(item, bytes=size)
        item, bytes_left = next_item, bytes_left - size


def _read(path: Path, name: str, options: IntakeOptions) -> Iterator[IntakeItem]:
    try:
        if not path.is_file():  # a pipe would never end
            raise ValueError("It is no file.")
        read = {MESSAGE: _read_message_file, MBOX: _read_mbox, TABLE: _read_table, ZIP: _read_zip}
        yield from read[file_format(path, name)](path, name, options)
    except ValueError as error:
        yield IntakeItem(name, "", wrong=str(error))
    except OSError as error:
        yield IntakeItem(name, "", wrong=_os_error_sentence(error))


def _os_error_sentence(error: OSError) -> str:
    return f"It cannot be read: {(error.strerror or 'the disk is in trouble').lower()}."


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read_message_file(path: Path, name: str, options: IntakeOptions) -> Iterator[IntakeItem]:
    with path.open("rb") as file:
        if name.lower().endswith(".emlx"):  # Apple Mail: a line with the number of bytes goes before the message
            file.readline(100)
        raw = file.read(options.budget.bytes + 1)
    yield IntakeItem(name, "", read_message(raw, options.budget, options.own_lists))


def _read_mbox(path: Path, name: str, options: IntakeOptions) -> Iterator[IntakeItem]:
    with path.open("rb") as file:
        for number, message in enumerate(split_mbox(file, options.budget.bytes + 1), start=1):
            position = f"message {number}"
            if message.enveloped or looks_like_message(message.raw.lstrip()):
                mail = read_message(message.raw, options.budget, options.own_lists)
                yield IntakeItem(name, position, mail, bytes=message.size)
            else:
                yield IntakeItem(name, position, wrong="It is text before the first “From ” line.", bytes=message.size)


def _read_table(path: Path, name: str, options: IntakeOptions) -> Iterator[IntakeItem]:
    return table_rows.read_table(path, name, options.columns.get(name))


def _read_zip(path: Path, name: str, options: IntakeOptions) -> Iterator[IntakeItem]:
    """The items of all files in a zip; their sizes are shares of the zip's size."""
    for entry, unpacked in unpack_zip(path):
        if entry.wrong:
            yield IntakeItem(name, entry.name, wrong=entry.wrong, bytes=entry.size)
            continue
        share, done = entry.size / max(1, unpacked.stat().st_size), 0
        for item in _read_sized(unpacked, entry.name, options):
            position = f"{entry.name}, {item.position}" if item.position else entry.name
            size = int((done + item.bytes) * share) - int(done * share)
            yield replace(item, file=name, position=position, bytes=size)
            done += item.bytes
