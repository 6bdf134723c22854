"""The emails that are to teach danger: enough of each kind and phrasing, calmly told, each its own story."""

import re
import tomllib
from collections import Counter

from data.corpus import CORPUS_FOLDER, NO_CATEGORY
from model.evaluation.splits import near_duplicates

FILES = sorted((CORPUS_FOLDER / "danger").glob("*.toml"))
EMAILS = [email for file in FILES for email in tomllib.loads(file.read_text("utf-8"))["email"]]
KINDS = {file.stem for file in FILES}
DANGEROUS = [email for email in EMAILS if "danger" in email]
ALIKE = [email for email in EMAILS if "looks_like" in email]
PRESSING = re.compile(r"\b(urgent\w*|asap|immediately|emergency)\b", re.IGNORECASE)


def text(email):
    return f"{email['subject']}\n{email['body']}"


def test_each_is_complete_and_either_dangerous_or_alike(taxonomy):
    known = {*taxonomy.categories, NO_CATEGORY}
    assert len({email["id"] for email in EMAILS}) == len(EMAILS) == len(DANGEROUS) + len(ALIKE)
    for email in EMAILS:
        assert email["body"].strip() and email["family"] and email["industry"] and email["phrasing"]
        assert {email["category"], *filter(None, email.get("also", "").split("|"))} <= known
        assert {email["impact"], email["urgency"]} <= set(taxonomy.priorities.levels)
        assert set(email.get("danger", email.get("looks_like")).split("|")) <= KINDS


def test_there_are_enough_of_each_kind_in_many_industries():
    dangerous = Counter(kind for email in DANGEROUS for kind in email["danger"].split("|"))
    assert len(KINDS) == 12
    assert len(DANGEROUS) >= 700 and len(ALIKE) >= 700
    assert min(dangerous.values()) >= 50
    assert len({email["industry"] for email in DANGEROUS}) > 20


def test_danger_is_told_in_passing_and_in_one_line_and_seldom_pressing():
    for emails in (DANGEROUS, ALIKE):
        phrasing = Counter(email["phrasing"] for email in emails)
        assert phrasing["passing"] >= 0.2 * len(emails)
        assert phrasing["one_liner"] >= 0.15 * len(emails)
        assert sum(bool(PRESSING.search(text(email))) for email in emails) <= 0.1 * len(emails)


def test_no_two_families_tell_it_alike():
    pairs = zip(*near_duplicates([text(email) for email in EMAILS]), strict=True)
    assert not [(EMAILS[i]["id"], EMAILS[j]["id"]) for i, j in pairs if EMAILS[i]["family"] != EMAILS[j]["family"]]
