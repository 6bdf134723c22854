"""The taxonomy is data, and whole."""

from pathlib import Path

import pytest

from data import taxonomy as kinds

SHIPPED = [
    *("billing", "refund", "delivery", "cancellation", "account_access", "technical_problem", "how_to", "sales"),
    *("feature_request", "complaint", "praise", "security_privacy", "job_application", "spam_or_automatic"),
]


def test_the_shipped_categories_are_described_in_full(taxonomy):
    assert list(taxonomy.categories) == SHIPPED
    for category in taxonomy.categories.values():
        assert category.name
        assert category.team
        assert len(category.examples) == 3
        assert category.tie_breaks
        assert " not " in f" {category.definition.lower()} "
        assert category.definition.count(". ") == 1, "two sentences"


def test_service_targets(taxonomy):
    promised = {p: (t.answer, t.solve) for p, t in taxonomy.categories["billing"].targets.items()}
    assert promised == {"P1": (1, 4), "P2": (4, 8), "P3": (8, 24), "P4": (24, 72)}


def test_no_code_names_a_category():
    """A few keys are everyday words, so only those that are not are looked for, as whole strings."""
    root = Path(kinds.__file__).parents[1]
    for path in [*root.glob("model/*.py"), *root.glob("pages/**/*.py"), *root.glob("data/*.py")]:
        text = path.read_text("utf-8")
        for key in SHIPPED:
            in_code = [line for line in text.splitlines() if f'"{key}"' in line and "examples=" not in line]
            assert not in_code, f"{path.name} names {key}: {in_code}"


def test_a_missing_part_is_named(tmp_path):
    whole = kinds.TAXONOMY_FILE.read_text("utf-8").replace('team = "Finance"\n', "", 1)
    (tmp_path / "taxonomy.toml").write_text(whole)
    (tmp_path / kinds.PRESSURE_FILE).write_bytes(kinds.TAXONOMY_FILE.with_name(kinds.PRESSURE_FILE).read_bytes())
    with pytest.raises(ValueError, match=r"taxonomy\.toml: 'team' is missing"):
        kinds.read_taxonomy(tmp_path / "taxonomy.toml")


def test_a_category_of_somebody_elses_data_is_named_after_its_key(taxonomy):
    assert taxonomy.category("card_not_working").name == "Card not working"
