"""Emails are checked at the door, and what is wrong is said in sentences."""

import pytest
from pydantic import ValidationError

from data.schema import Email
from data.text_input import parse_whole_number
from data.validation_errors import field_errors


def wrong(**fields):
    with pytest.raises(ValidationError) as caught:
        Email.model_validate(fields)
    return field_errors(caught.value.errors())


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"body": ""}, "body", "no text"),
        ({"body": "\x00\x00", "subject": "\u202e"}, "body", "no text"),
        ({"body": " \n\t ", "subject": "  "}, "body", "no text"),
        ({}, "body", "missing"),
        ({"body": 5}, "body", "5 is not text"),
        ({"body": "x" * 250_001}, "body", "250,001 characters are more than the 250,000"),
        ({"body": "x", "sender": "nobody"}, "sender", "“nobody” is not an email address"),
        ({"body": "x", "customers_affected": "many"}, "customers_affected", "“many” is not a whole number"),
        ({"body": "x", "customers_affected": 2.5}, "customers_affected", "2.5 is not a whole number"),
        ({"body": "x", "customers_affected": True}, "customers_affected", "True is not a whole number"),
        ({"body": "x", "customers_affected": float("nan")}, "customers_affected", "nan is not a whole number"),
        ({"body": "x", "customers_affected": -1}, "customers_affected", "-1 is out of range"),
        ({"body": "x", "customers_affected": 10**30}, "customers_affected", "out of range"),
        ({"body": "x", "colour": "red"}, "colour", "not known here"),
    ],
)
def test_a_mistake_names_the_field_the_value_and_the_way_out(fields, field, says):
    [mistake] = wrong(**fields)
    assert mistake.field == field
    assert says in mistake.message
    assert mistake.message.endswith(".")
    assert ":" in mistake.message, "there is a way out after the colon"


def test_every_wrong_field_is_named_at_once():
    assert {m.field for m in wrong(body="", sender="x", customers_affected="y")} == {
        "body",
        "sender",
        "customers_affected",
    }


def test_a_subject_alone_is_an_email():
    assert Email(subject="Cancel my plan", body="").text == "Cancel my plan\n"


def test_unprintable_characters_are_taken_out_and_words_stay():
    email = Email(subject="a\x00b", body="x\u202ey\r\nz\x1b[31m")
    assert (email.subject, email.body) == ("ab", "xy\nz[31m")


def test_half_a_character_gets_a_sentence_that_can_be_sent():
    [mistake] = wrong(body="\ud800")
    assert "half a character" in mistake.message
    mistake.value.encode()


@pytest.mark.parametrize(
    ("typed", "number"),
    [("", None), ("  ", None), ("12", 12), (" 1,000 ", 1000), ("1 000 000", 1000000), ("1'000", 1000), ("-3", -3)],
)
def test_a_count_as_people_type_it(typed, number):
    assert parse_whole_number(typed) == number


@pytest.mark.parametrize("typed", ["many", "1.5", "1e3", "=1+1", "12 people", "٣", "1,00", "9" * 400, "<b>"])
def test_what_is_not_a_count_gets_a_sentence(typed):
    with pytest.raises(ValueError, match="is not a whole number: write one in digits"):
        parse_whole_number(typed)
