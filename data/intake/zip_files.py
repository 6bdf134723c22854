"""The files in a zip, one at a time: bounded before any is unpacked, and never unpacked to where they say."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory

from data.text_input import printable

MAX_ZIP_FILES = 20_000
MAX_ZIP_RATIO = 200
MAX_UNPACKED_BYTES = 500 * 2**20
"""What a zip may hold: files, times its own size in any of them, and bytes in all."""

RATIO_FREE_BYTES = 2**20
"""Bytes up to which no ratio is suspicious."""

DAMAGED_ZIP = "it is damaged: pack it anew."
_OFFICE = {"[Content_Types].xml", "mimetype"}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others can grow by far more at a step than they are asked for."""


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file in a zip: what it is called there, its size in it, and what is wrong with it, "" if nothing."""

    name: str
    size: int
    wrong: str


def unpack_zip(path: Path) -> Iterator[tuple[ZipEntry, Path]]:
    """Each file in turn, and where it lies until the next one is asked for. Raises ValueError where nothing is read."""
    _check_count(path)
    try:
        opened = zipfile.ZipFile(path)
    except Exception as error:  # the library raises all kinds over damage
        raise ValueError(f"The zip cannot be read: {DAMAGED_ZIP}") from error
    with opened, TemporaryDirectory() as folder:
        files = [one for one in opened.infolist() if not one.is_dir()]
        _check(files, path.stat().st_size)
        target = Path(folder, "entry")
        for one in files:
            name = printable(one.filename)[-200:]
            yield ZipEntry(name, one.compress_size, _refused(one) or _unpack(opened, one, target)), target


def _check_count(path: Path) -> None:
    """Count the files before a list is made of them. Raises ValueError."""
    count, tail = 0, b""
    with path.open("rb") as file:
        for block in iter(lambda: file.read(RATIO_FREE_BYTES), b""):
            count += (tail + block).count(b"PK\x01\x02")
            tail = block[-3:]
    if count > MAX_ZIP_FILES:
        raise ValueError(f"The zip holds more than {MAX_ZIP_FILES:,} files: split it.")


def _check(files: list[zipfile.ZipInfo], size: int) -> None:
    """Raise ValueError where a zip is too much, or not what it claims to be."""
    if not files:
        raise ValueError("The zip holds no files.")
    if _OFFICE & {one.filename for one in files}:
        raise ValueError("It is a spreadsheet or document of an office program: save it as CSV.")
    if sum(one.file_size for one in files) > MAX_UNPACKED_BYTES:
        raise ValueError(f"The zip would be larger than {MAX_UNPACKED_BYTES // 2**20} MB unpacked: split it.")
    if sum(one.compress_size for one in files) > size:
        raise ValueError(f"The zip cannot be read: its files overlap, so {DAMAGED_ZIP}")


def _refused(one: zipfile.ZipInfo) -> str:
    """Why a file is not unpacked, "" where it is."""
    if stat.S_ISLNK(one.external_attr >> 16):
        return "It is a link to another place: it was not followed."
    if one.flag_bits & 1:
        return "It is locked with a password: unlock it first."
    if one.compress_type not in _METHODS:
        return "It is packed in an unusual way: pack it as an ordinary zip."
    if one.file_size > max(RATIO_FREE_BYTES, MAX_ZIP_RATIO * one.compress_size):
        return f"It would grow to {one.file_size // max(1, one.compress_size):,} times its size: it was not unpacked."
    return ""


def _unpack(opened: zipfile.ZipFile, one: zipfile.ZipInfo, target: Path) -> str:
    """Write a file to a place of our own. What is wrong with it, "" if nothing."""
    try:
        with opened.open(one) as source, target.open("wb") as copy:
            copyfileobj(source, copy)
        with target.open("rb") as copy:
            return "It is a zip in a zip: unpack it first." if copy.read(4) == b"PK\3\4" else ""
    except Exception:  # the library raises all kinds over damage
        return f"It cannot be read: {DAMAGED_ZIP}"
