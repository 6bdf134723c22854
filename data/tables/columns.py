"""Guesses from names and contents which column of a table holds which field of a mail; people can correct it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import fmean

from data.tables import reader
from data.tables.reader import TableFormat
from data.text_input import shortened

MAIL_FIELDS = ("sender", "date", "body", "subject", "category", "id", "customers_affected")
"""Fields that a column can hold, in the order of assignment: first those that their contents tell."""

NAME_WORDS = {
    "sender": "sender from requester customer email mail reporter address contact author absender expediteur"
    " remitente remetente mittente afzender adresse correo courriel von",
    "date": "received sent created create opened started submitted timestamp ts date time eingang empfangen erstell"
    " recu recibido datum fecha data",
    "body": "body text message description content question inquiry comment details nachricht anfrage beschreibung"
    " inhalt mensaje descripcion messaggio descrizione mensagem descricao bericht omschrijving msg",
    "subject": "subject title summary headline short betreff titel objet sujet asunto oggetto assunto onderwerp name",
    "category": "category kategorie categor queue label labels team group department abteilung departamento service"
    " topic intent reason type tag tags class reparto afdeling",
    "id": "key id number nummer numero case nr ticket ref",
    "customers_affected": "affected impacted betroffen",
}
"""Words in a column's name that suggest a field, likeliest first; long ones also match as prefix or suffix."""

OPPOSING_WORDS = {
    "sender": "to cc bcc agent assignee owner recipient",
    "date": "updated modified closed resolved solved due last first",
    "body": "id number date url answer reply response resolution solution notes internal antwort losung",
    "subject": "first last full your user customer requester contact group",
    "category": "from to id",
    "id": "author user customer contact phone account parent sys",
}
SAMPLED_ROWS, SAMPLED_CELL_CHARACTERS = 200, 2_000
"""Rows, and characters of each cell, from which statistics are taken."""

MIN_COLUMN_SCORE = 0.5
MIN_BODY_WORDS = 2
"""Least score of a column for a field; for the body, which is required, this mean number of words suffices."""

ZONE_HOURS = {
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"CET": 1, "CEST": 2},
}
_WORDS = {field: words.split() for field, words in NAME_WORDS.items()}
_OPPOSING = {field: words.split() for field, words in OPPOSING_WORDS.items()}


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """A column's number of cells, mean words a cell, and shares of distinct cells, addresses, numbers and dates."""

    cells: int
    words: float
    distinct: float
    addresses: float
    numbers: float
    dates: float


def guess_columns(path: Path, table: TableFormat) -> dict[str, str]:
    """The column of each field that was found: {"body": "Message", ...}."""
    first = (row.cells for row in islice(reader.read_table_rows(path, table), SAMPLED_ROWS) if not row.wrong)
    sample = [[cell[:SAMPLED_CELL_CHARACTERS].strip() for cell in cells] for cells in first]
    statistics = {name: _statistics([row[at] for row in sample if row[at]]) for at, name in enumerate(table.names)}
    columns: dict[str, str] = {}
    for field in MAIL_FIELDS:
        scores = {name: _score(field, name, statistics[name]) for name in table.names if name not in columns.values()}
        best = max(scores, key=scores.get, default=None)
        least = _length_score(MIN_BODY_WORDS) if field == "body" else MIN_COLUMN_SCORE
        if best is not None and scores[best] >= least:
            columns[field] = best
    return columns


def column_indices(table: TableFormat, chosen: Mapping[str, str]) -> dict[str, int]:
    """The index of each chosen column: {"body": 2, ...}. Raises ValueError where none is chosen for the body."""
    if chosen.get("body") not in table.names:
        names = shortened(", ".join(table.names), 500).strip("“”")
        raise ValueError(f"No column was found for the body among: {names}. Say which one it is.")
    return {field: table.names.index(name) for field, name in chosen.items() if name in table.names}


def name_score(field: str, name: str) -> float:
    """How strongly a column's name suggests a field, from 0 to 1; opposing words lower it."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).lower()
    tokens = re.findall(r"[^\W\d_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    places = [place for place, word in enumerate(_WORDS[field]) for token in tokens if _matches(token, word)]
    if not places:
        return 0.0
    against = any(token in _OPPOSING.get(field, ()) for token in tokens)
    return (1.0 if len(tokens) == 1 else 0.9) - 0.02 * min(places) - 0.5 * against


def _matches(token: str, word: str) -> bool:
    return token == word or (len(word) >= 5 and (token.startswith(word) or token.endswith(word)))


def _statistics(filled: Sequence[str]) -> ColumnStatistics:
    if not filled:
        return ColumnStatistics(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return ColumnStatistics(
        cells=len(filled),
        words=fmean(len(cell.split()) for cell in filled),
        distinct=len(set(filled)) / len(filled),
        addresses=fmean(len(cell) < 200 and re.search(r"\S@\S+\.\w", cell) is not None for cell in filled),
        numbers=fmean(re.fullmatch(r"[-+]?[\d.,]+", cell) is not None for cell in filled),
        dates=fmean(len(cell) < 50 and parse_date(cell, True) is not None for cell in filled[:40]),
    )


def _score(field: str, name: str, column: ColumnStatistics) -> float:
    """How well a column fits a field: up to 1 by its name, plus up to 1 by its contents, if it has any."""
    return name_score(field, name) + (_content_score(field, column) if column.cells else 0.0)


def _content_score(field: str, column: ColumnStatistics) -> float:
    """How well a column's contents fit a field: up to 1, and below 0 where they speak against it."""
    is_text = max(column.addresses, column.numbers, column.dates) < 0.5
    match field:
        case "sender":
            return column.addresses if column.addresses > 0.5 and column.words < 8 else -1.0
        case "date":
            return column.dates * (0.3 if column.numbers > 0.5 else 1.0) if column.dates > 0.6 else -1.0
        case "body":
            return _length_score(column.words) if is_text else -0.6
        case "subject":
            is_line = MIN_BODY_WORDS < column.words <= 20 and column.distinct > 0.8
            return -1.0 if not is_text or column.words > 40 else 0.5 * is_line
        case "category":
            if not is_text or column.words > 6:
                return -1.0
            repeats = column.cells >= 8 and column.distinct < 0.5
            return -0.4 if column.cells * column.distinct == 1 else 0.45 * repeats
        case "id":
            return 0.3 if column.distinct == 1 and column.words == 1 else -0.5
    return 0.3 if column.numbers > 0.5 else -1.0


def _length_score(words: float) -> float:
    return min(1.0, words / 25)


def parse_date(cell: str, day_first: bool) -> datetime | None:
    """The date in a cell as a time in UTC, which is also assumed where it names no zone; None where it is no date."""
    cell = cell.strip()
    try:
        found = _parse_epoch(cell) or _parse_iso(cell) or _parse_free(cell, day_first)
        return found and (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parse_epoch(cell: str) -> datetime | None:
    """Parses seconds or milliseconds since 1970, of this century."""
    if not re.fullmatch(r"\d{10}(\d{3})?(\.\d{1,9})?", cell, re.ASCII) or not "0946684800" <= cell[:10] < "4102444800":
        return None
    return datetime.fromtimestamp(int(cell[:10]), UTC)


def _parse_iso(cell: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def _parse_free(cell: str, day_first: bool) -> datetime | None:
    """Parses a date in any other format, with at least day, month and year. Raises ValueError, OverflowError."""
    from dateutil import parser

    numbers = re.findall(r"\d+", cell)
    if len(cell) > 60 or len(numbers) + bool(re.search(r"[^\W\d_]{3}", cell)) < 3:
        return None
    zones = {name: 3600 * hours for name, hours in ZONE_HOURS.items()}
    return parser.parse(cell, dayfirst=day_first and len(numbers[0]) < 4, tzinfos=zones)


def dates_begin_with_day(cells: Sequence[str]) -> bool:
    """Whether dates such as 03/04/2026 begin with the day: another cell can only be read so, or they have dots."""
    found = [re.match(r"(\d{1,2})([./-])(\d{1,2})\2", cell.strip()) for cell in cells]
    firsts = [int(one[1]) for one in found if one]
    seconds = [int(one[3]) for one in found if one]
    if max(firsts, default=0) > 12 or max(seconds, default=0) > 12:
        return max(firsts) > 12
    return any(one[2] == "." for one in found if one)
