"""Which column of a table holds what: guessed from names and from what stands in them, for people to correct."""

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
"""What a column can hold, in the order in which columns are given away: first what is known by its looks."""

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
"""Words of a name that speak for a part, the likeliest first; of the longer ones a beginning or end is enough."""

OPPOSING_WORDS = {
    "sender": "to cc bcc agent assignee owner recipient",
    "date": "updated modified closed resolved solved due last first",
    "body": "id number date url answer reply response resolution solution notes internal antwort losung",
    "subject": "first last full your user customer requester contact group",
    "category": "from to id",
    "id": "author user customer contact phone account parent sys",
}
SAMPLED_ROWS, SAMPLED_CELL_CHARACTERS = 200, 2_000
"""Rows, and characters of each cell, that are looked at."""

MIN_COLUMN_SCORE = 0.5
MIN_BODY_WORDS = 2
"""Score below which a column is not taken for a part; a body, which there must be, only needs more words than that."""

ZONE_HOURS = {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "CET": 1,
    "CEST": 2,
}
_FOR = {part: words.split() for part, words in NAME_WORDS.items()}
_AGAINST = {part: words.split() for part, words in OPPOSING_WORDS.items()}


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """What stands in a column: words a cell, and the shares of different cells, addresses, numbers and dates."""

    cells: int
    words: float
    distinct: float
    addresses: float
    numbers: float
    dates: float


def guess_columns(path: Path, form: TableFormat) -> dict[str, str]:
    """The name of the column of each part that was found: {"body": "Message", ...}."""
    first = (row.cells for row in islice(reader.read_table_rows(path, form), SAMPLED_ROWS) if not row.wrong)
    sample = [[cell[:SAMPLED_CELL_CHARACTERS].strip() for cell in cells] for cells in first]
    looks = {name: _looks([row[at] for row in sample if row[at]]) for at, name in enumerate(form.names)}
    found: dict[str, str] = {}
    for part in MAIL_FIELDS:
        scores = {name: _score(part, name, looks[name]) for name in form.names if name not in found.values()}
        best = max(scores, key=scores.get, default=None)
        if best is not None and scores[best] >= (_length(MIN_BODY_WORDS) if part == "body" else MIN_COLUMN_SCORE):
            found[part] = best
    return found


def column_indices(form: TableFormat, chosen: Mapping[str, str]) -> dict[str, int]:
    """The place of the column of each part. Raises ValueError where no column is chosen for the body."""
    if chosen.get("body") not in form.names:
        names = shortened(", ".join(form.names), 500).strip("“”")
        raise ValueError(f"No column was found for the body among: {names}. Say which one it is.")
    return {part: form.names.index(name) for part, name in chosen.items() if name in form.names}


def name_score(part: str, name: str) -> float:
    """How much a column's name says that it holds a part, from 0 to 1; less where it says that it may not."""
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).lower()
    tokens = re.findall(r"[^\W\d_]+", "".join(c for c in plain if not unicodedata.combining(c)))
    places = [place for place, word in enumerate(_FOR[part]) for token in tokens if _is(token, word)]
    if not places:
        return 0.0
    against = any(token in _AGAINST.get(part, ()) for token in tokens)
    return (1.0 if len(tokens) == 1 else 0.9) - 0.02 * min(places) - 0.5 * against


def _is(token: str, word: str) -> bool:
    return token == word or (len(word) >= 5 and (token.startswith(word) or token.endswith(word)))


def _looks(filled: Sequence[str]) -> ColumnStatistics:
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


def _score(part: str, name: str, looks: ColumnStatistics) -> float:
    """How well a column fits a part: up to 1 by its name, and up to 1 by what stands in it, if anything does."""
    return name_score(part, name) + (_suits(part, looks) if looks.cells else 0.0)


def _suits(part: str, looks: ColumnStatistics) -> float:
    """How well what stands in a column suits a part: up to 1, and below 0 where it speaks against it."""
    is_text = max(looks.addresses, looks.numbers, looks.dates) < 0.5
    match part:
        case "sender":
            return looks.addresses if looks.addresses > 0.5 and looks.words < 8 else -1.0
        case "date":
            return looks.dates * (0.3 if looks.numbers > 0.5 else 1.0) if looks.dates > 0.6 else -1.0
        case "body":
            return _length(looks.words) if is_text else -0.6
        case "subject":
            is_line = MIN_BODY_WORDS < looks.words <= 20 and looks.distinct > 0.8
            return -1.0 if not is_text or looks.words > 40 else 0.5 * is_line
        case "category":
            if not is_text or looks.words > 6:
                return -1.0
            repeats = looks.cells >= 8 and looks.distinct < 0.5
            return -0.4 if looks.cells * looks.distinct == 1 else 0.45 * repeats
        case "id":
            return 0.3 if looks.distinct == 1 and looks.words == 1 else -0.5
    return 0.3 if looks.numbers > 0.5 else -1.0


def _length(words: float) -> float:
    return min(1.0, words / 25)


def parse_date(cell: str, day_first: bool) -> datetime | None:
    """A date as tables hold them, in UTC where it names no zone; None where it is none."""
    cell = cell.strip()
    try:
        found = _seconds(cell) or _iso(cell) or _free(cell, day_first)
        return found and (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _seconds(cell: str) -> datetime | None:
    """Seconds or milliseconds since 1970, of this century."""
    if not re.fullmatch(r"\d{10}(\d{3})?(\.\d{1,9})?", cell, re.ASCII) or not "0946684800" <= cell[:10] < "4102444800":
        return None
    return datetime.fromtimestamp(int(cell[:10]), UTC)


def _iso(cell: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def _free(cell: str, day_first: bool) -> datetime | None:
    """A date in another order, of at least a day, a month and a year. Raises ValueError, OverflowError."""
    from dateutil import parser

    numbers = re.findall(r"\d+", cell)
    if len(cell) > 60 or len(numbers) + bool(re.search(r"[^\W\d_]{3}", cell)) < 3:
        return None
    zones = {name: 3600 * hours for name, hours in ZONE_HOURS.items()}
    return parser.parse(cell, dayfirst=day_first and len(numbers[0]) < 4, tzinfos=zones)


def dates_begin_with_day(cells: Sequence[str]) -> bool:
    """Whether dates such as 03/04/2026 begin with the day: some other one can only be read so, or it has dots."""
    found = [re.match(r"(\d{1,2})([./-])(\d{1,2})\2", cell.strip()) for cell in cells]
    firsts = [int(one[1]) for one in found if one]
    seconds = [int(one[3]) for one in found if one]
    if max(firsts, default=0) > 12 or max(seconds, default=0) > 12:
        return max(firsts) > 12
    return any(one[2] == "." for one in found if one)
