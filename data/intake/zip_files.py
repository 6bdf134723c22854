"""Unpacks a zip one file at a time, after checks of its size, and never to the paths that it names."""

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
"""Limits of a zip: number of files, compression ratio of each, and unpacked bytes of all."""

RATIO_FREE_BYTES = 2**20
"""Unpacked bytes of a file up to which any ratio is allowed."""

DAMAGED_ZIP = "it is damaged: pack it anew."
_OFFICE = {"[Content_Types].xml", "mimetype"}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Other methods can unpack far more bytes at a time than are asked for."""


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """A file in a zip: its name, its packed size in bytes, and why it was not unpacked, "" where it was."""

    name: str
    size: int
    wrong: str


def unpack_zip(path: Path) -> Iterator[tuple[ZipEntry, Path]]:
    """Yields each file with its temporary path, valid until the next one. Raises ValueError for the zip as a whole."""
    _check_count(path)
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:  # the library raises many kinds on damaged files
        raise ValueError(f"The zip cannot be read: {DAMAGED_ZIP}") from error
    with archive, TemporaryDirectory() as folder:
        files = [file for file in archive.infolist() if not file.is_dir()]
        _check_size(files, path.stat().st_size)
        target = Path(folder, "entry")
        for file in files:
            name = printable(file.filename)[-200:]
            yield ZipEntry(name, file.compress_size, _refusal(file) or _unpack(archive, file, target)), target


def _check_count(path: Path) -> None:
    """Raises ValueError where there are too many files; counts them before the library lists them."""
    count, tail = 0, b""
    with path.open("rb") as file:
        for block in iter(lambda: file.read(RATIO_FREE_BYTES), b""):
            count += (tail + block).count(b"PK\x01\x02")
            tail = block[-3:]
    if count > MAX_ZIP_FILES:
        raise ValueError(f"The zip holds more than {MAX_ZIP_FILES:,} files: split it.")


def _check_size(files: list[zipfile.ZipInfo], size: int) -> None:
    """Raises ValueError where a zip is empty, too large, inconsistent, or an office document."""
    if not files:
        raise ValueError("The zip holds no files.")
    if _OFFICE & {file.filename for file in files}:
        raise ValueError("It is a spreadsheet or document of an office program: save it as CSV.")
    if sum(file.file_size for file in files) > MAX_UNPACKED_BYTES:
        raise ValueError(f"The zip would be larger than {MAX_UNPACKED_BYTES // 2**20} MB unpacked: split it.")
    if sum(file.compress_size for file in files) > size:
        raise ValueError(f"The zip cannot be read: its files overlap, so {DAMAGED_ZIP}")


def _refusal(file: zipfile.ZipInfo) -> str:
    """Why a file must not be unpacked, "" where it may."""
    if stat.S_ISLNK(file.external_attr >> 16):
        return "It is a link to another place: it was not followed."
    if file.flag_bits & 1:
        return "It is locked with a password: unlock it first."
    if file.compress_type not in _METHODS:
        return "It is packed in an unusual way: pack it as an ordinary zip."
    if file.file_size > max(RATIO_FREE_BYTES, MAX_ZIP_RATIO * file.compress_size):
        return f"It would grow to {file.file_size // max(1, file.compress_size):,} times its size: it was not unpacked."
    return ""


def _unpack(archive: zipfile.ZipFile, file: zipfile.ZipInfo, target: Path) -> str:
    """Unpacks a file to `target`. Returns a sentence where it cannot be read, else ""."""
    try:
        with archive.open(file) as source, target.open("wb") as copy:
            copyfileobj(source, copy)
        with target.open("rb") as copy:
            return "It is a zip in a zip: unpack it first." if copy.read(4) == b"PK\3\4" else ""
    except Exception:  # the library raises many kinds on damaged files
        return f"It cannot be read: {DAMAGED_ZIP}"
