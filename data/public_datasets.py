"""Reads public data sets from the folder beside the project; none of their rows are kept in the project."""

import csv
import gzip
from pathlib import Path

from data.corpus import Example

PUBLIC_FOLDER = Path(__file__).parents[2] / "shared" / "data"

LabelledTexts = tuple[list[str], list[str]]
"""Texts and their labels."""


def read_dev_mail(folder: Path = PUBLIC_FOLDER) -> list[Example]:
    """1,764 messages of several public sets, labelled with our categories; `industry` is the set of each."""
    with (folder / "dev_mail" / "dev.csv").open(encoding="utf-8", newline="") as file:
        return [
            Example(
                id=row["id"],
                subject=row["subject"],
                body=row["body"],
                category=row["category"],
                also=tuple(filter(None, row["also_ok"].split("|"))),
                industry=row["source"],
            )
            for row in csv.DictReader(file)
        ]


def read_banking77(folder: Path = PUBLIC_FOLDER) -> tuple[LabelledTexts, LabelledTexts]:
    """The official training and test part of banking77 (Casanueva et al., 2020)."""
    return tuple(_text_and_category(folder / "banking77" / f"{part}.csv") for part in ("train", "test"))


def read_clinc150(folder: Path = PUBLIC_FOLDER) -> tuple[LabelledTexts, LabelledTexts]:
    """The training and test part of CLINC150 (Larson et al., 2019); the intent "oos" means out of scope."""
    with gzip.open(folder / "clinc150" / "clinc150.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        ([r["text"] for r in rows if r["split"] == part], [r["intent"] for r in rows if r["split"] == part])
        for part in ("train", "test")
    )


def _text_and_category(path: Path) -> LabelledTexts:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["category"] for row in rows]
