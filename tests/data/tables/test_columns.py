"""What columns hold is guessed right for the exports of many help desks, and dates are read as they are written."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from data.tables import columns, reader

TEXTS = [
    "Hello, I was charged twice for the March invoice. Please refund one of the two payments. Kind regards, Ana",
    "My parcel was due on Friday, and the tracking has not moved since then. Where is it?\nThanks, Ben",
    "I cannot log in any more since I changed my phone. The code never arrives, whatever I try. Can you help?",
    "Please cancel my subscription at the end of the month, and confirm it in writing. I no longer need it.",
    "How do I export all of my contacts as a spreadsheet? I looked everywhere in the settings and found nothing.",
    "The app crashes whenever I open the second tab. This began with the last update, and a restart does not help.",
    "You sent me a blue one and I ordered a red one. How do I send it back, and who pays for the parcel?",
    "We are thinking of moving forty people to your product: could you make us an offer by the end of next week?",
    "I moved house last week, so please send the next invoices to my new address: Hill Road 12, Springfield.",
    "Great service, the driver even carried the boxes upstairs for me. Thank you very much to all of you!",
]
TITLES = [
    "Charged twice in March", "Where is my parcel?", "Cannot log in any more", "Please cancel my subscription",
    "Export of contacts", "App crashes on the second tab", "Wrong colour was sent", "An offer for forty people",
    "New address for invoices", "Thank you to the driver",
]  # fmt: skip
PEOPLE = [
    "Ana Lopez", "Ben Okoro", "Cem Aydin", "Dora Weiss", "Eli Stone", "Fay Wong",
    "Gus Berg", "Hana Sato", "Ivo Petrov", "Jo Lee",
]  # fmt: skip
ANSWERS = [
    "We refunded it.",
    "It arrived on Monday.",
    "",
    "Cancelled.",
    "See article 12.",
    "",
    "Sent anew.",
    "",
    "",
    "",
]
HTML = [f"<div><p>{text}</p><br/>--<br/>Sent from my phone</div>" for text in TEXTS]
URLS = [f"https://acme.example.com/tickets/{n}" for n in range(10)]


def numbers(start):
    return [str(start + n) for n in range(10)]


def keys(project):
    return [f"{project}-{41 + 7 * n}" for n in range(10)]


def mixed(*values):
    return [values[n * n % len(values)] for n in range(10)]


def addresses(pattern="{0}.{1}@example.com"):
    return [pattern.format(*person.lower().split()) for person in PEOPLE]


def dates(pattern):
    return [datetime(2026, 11, 3 + 2 * n, 9 + n % 8, 5 + n, tzinfo=UTC).strftime(pattern) for n in range(10)]


ISO = dates("%Y-%m-%dT%H:%M:%SZ")
PLAIN = dates("%Y-%m-%d %H:%M")
KIND = mixed("Question", "Incident", "Problem")
TEAM = mixed("Billing", "Delivery", "Support")
STATE = mixed("open", "closed", "pending")
NAMED = [f"{person} <{address}>" for person, address in zip(PEOPLE, addresses(), strict=True)]

LAYOUTS = {
    "Zendesk": (
        {"Ticket ID": numbers(10_201), "Status": STATE, "Subject": TITLES, "Description": TEXTS, "Requester": PEOPLE,
         "Requester Email": addresses(), "Group": TEAM, "Created at": ISO, "Updated at": ISO, "Priority": STATE},
        {"id": "Ticket ID", "subject": "Subject", "body": "Description", "sender": "Requester Email",
         "category": "Group", "date": "Created at"},
    ),
    "Zendesk, explore": (
        {"Ticket ID": numbers(10_201), "Ticket subject": TITLES, "Ticket description": TEXTS, "Ticket group": TEAM,
         "Requester name": PEOPLE, "Requester email": addresses(), "Ticket created - Timestamp": PLAIN},
        {"id": "Ticket ID", "subject": "Ticket subject", "body": "Ticket description", "sender": "Requester email",
         "category": "Ticket group", "date": "Ticket created - Timestamp"},
    ),
    "Freshdesk": (
        {"Ticket ID": numbers(501), "Subject": TITLES, "Description": HTML, "Status": STATE, "Priority": STATE,
         "Source": mixed("Email", "Portal"), "Type": KIND, "Agent": PEOPLE, "Group": TEAM, "Created time": PLAIN,
         "Due by Time": PLAIN, "Resolved time": PLAIN, "Full name": PEOPLE, "Email": addresses(),
         "Tags": mixed("a,b", "", "c")},
        {"id": "Ticket ID", "subject": "Subject", "body": "Description", "sender": "Email", "category": "Group",
         "date": "Created time"},
    ),
    "Jira": (
        {"Summary": TITLES, "Issue key": keys("HELP"), "Issue id": numbers(90_001), "Issue Type": KIND,
         "Status": STATE, "Project name": ["Help"] * 10, "Reporter": addresses(), "Assignee": PEOPLE,
         "Created": dates("%d/%b/%y %I:%M %p"), "Updated": dates("%d/%b/%y %I:%M %p"), "Description": TEXTS,
         "Comment": ANSWERS},
        {"id": "Issue key", "subject": "Summary", "body": "Description", "sender": "Reporter",
         "category": "Issue Type", "date": "Created"},
    ),
    "Intercom": (
        {"conversation_id": numbers(215_470_001), "conversation_started_at": PLAIN, "user_email": addresses(),
         "user_name": PEOPLE, "first_message": TEXTS, "team_assigned": TEAM, "conversation_url": URLS},
        {"id": "conversation_id", "date": "conversation_started_at", "sender": "user_email", "body": "first_message",
         "category": "team_assigned"},
    ),
    "HubSpot": (
        {"Ticket ID": numbers(900_001), "Ticket name": TITLES, "Ticket description": TEXTS, "Pipeline": STATE,
         "Create date": PLAIN, "Category": KIND, "Associated Contact": NAMED, "Ticket owner": PEOPLE},
        {"id": "Ticket ID", "subject": "Ticket name", "body": "Ticket description", "date": "Create date",
         "category": "Category", "sender": "Associated Contact"},
    ),
    "Gmail": (
        {"Date": dates("%a, %d %b %Y %H:%M:%S +0000"), "From": NAMED, "To": ["help@acme.example"] * 10,
         "Subject": TITLES, "Snippet": [text[:30] for text in TEXTS], "Body": TEXTS, "Labels": TEAM},
        {"date": "Date", "sender": "From", "subject": "Subject", "body": "Body", "category": "Labels"},
    ),
    "Outlook": (
        {"Subject": TITLES, "Body": TEXTS, "From: (Name)": PEOPLE, "From: (Address)": addresses(),
         "From: (Type)": ["SMTP"] * 10, "To: (Name)": ["Help desk"] * 10, "To: (Address)": ["help@acme.example"] * 10,
         "CC: (Name)": [""] * 10, "Categories": TEAM, "Importance": ["Normal"] * 10},
        {"subject": "Subject", "body": "Body", "sender": "From: (Address)", "category": "Categories"},
    ),
    "Outlook, in German": (
        {"Betreff": TITLES, "Text": TEXTS, "Von: (Name)": PEOPLE, "Von: (Adresse)": addresses(),
         "An: (Name)": ["Hilfe"] * 10, "An: (Adresse)": ["hilfe@acme.example"] * 10, "Kategorien": TEAM},
        {"subject": "Betreff", "body": "Text", "sender": "Von: (Adresse)", "category": "Kategorien"},
    ),
    "German": (
        {"Ticketnummer": numbers(2_026_001), "Betreff": TITLES, "Nachricht": TEXTS, "Absender": addresses(),
         "Eingang": dates("%d.%m.%Y %H:%M"), "Abteilung": TEAM},
        {"id": "Ticketnummer", "subject": "Betreff", "body": "Nachricht", "sender": "Absender", "date": "Eingang",
         "category": "Abteilung"},
    ),
    "German, another": (
        {"Nr.": numbers(1), "Erstellt am": dates("%d.%m.%Y %H:%M"), "E-Mail-Adresse": addresses(), "Titel": TITLES,
         "Beschreibung": TEXTS, "Lösung": ANSWERS, "Kategorie": TEAM, "Betroffene Kunden": mixed("1", "20", "3")},
        {"id": "Nr.", "date": "Erstellt am", "sender": "E-Mail-Adresse", "subject": "Titel", "body": "Beschreibung",
         "category": "Kategorie", "customers_affected": "Betroffene Kunden"},
    ),
    "French": (
        {"Numéro": numbers(77), "Objet": TITLES, "Message": TEXTS, "Expéditeur": addresses(),
         "Date de création": dates("%d/%m/%Y %H:%M"), "Catégorie": TEAM},
        {"id": "Numéro", "subject": "Objet", "body": "Message", "sender": "Expéditeur", "date": "Date de création",
         "category": "Catégorie"},
    ),
    "Spanish": (
        {"Número": numbers(77), "Asunto": TITLES, "Descripción": TEXTS, "Correo electrónico": addresses(),
         "Fecha de creación": dates("%d/%m/%Y %H:%M"), "Categoría": TEAM},
        {"id": "Número", "subject": "Asunto", "body": "Descripción", "sender": "Correo electrónico",
         "date": "Fecha de creación", "category": "Categoría"},
    ),
    "Italian": (
        {"Oggetto": TITLES, "Messaggio": TEXTS, "Mittente": addresses(), "Data": dates("%d/%m/%Y"), "Reparto": TEAM},
        {"subject": "Oggetto", "body": "Messaggio", "sender": "Mittente", "date": "Data", "category": "Reparto"},
    ),
    "Portuguese": (
        {"Assunto": TITLES, "Mensagem": TEXTS, "Remetente": addresses(), "Data": dates("%d/%m/%Y"), "Categoria": TEAM},
        {"subject": "Assunto", "body": "Mensagem", "sender": "Remetente", "date": "Data", "category": "Categoria"},
    ),
    "Dutch": (
        {"Onderwerp": TITLES, "Bericht": TEXTS, "Afzender": addresses(), "Datum": dates("%d-%m-%Y"), "Afdeling": TEAM},
        {"subject": "Onderwerp", "body": "Bericht", "sender": "Afzender", "date": "Datum", "category": "Afdeling"},
    ),
    "two columns of text": (
        {"Subject": TITLES, "Description": TEXTS, "Resolution notes": [f"{text} Done, see above." for text in TEXTS]},
        {"subject": "Subject", "body": "Description"},
    ),
    "an answer that is longer than the question": (
        {"question": TEXTS, "answer": [f"Dear customer, thank you. {text} {text}" for text in TEXTS], "intent": KIND},
        {"body": "question", "category": "intent"},
    ),
    "a subject and a body of public data": (
        {"subject": TITLES, "body": TEXTS, "answer": [text * 2 for text in TEXTS], "type": KIND, "queue": TEAM,
         "priority": STATE, "language": ["en"] * 10, "tag_1": KIND, "tag_2": STATE},
        {"subject": "subject", "body": "body", "category": "queue"},
    ),
    "text and label": ({"text": TEXTS, "label": TEAM}, {"body": "text", "category": "label"}),
    "short texts and their labels": ({"text": TITLES, "category": TEAM}, {"body": "text", "category": "category"}),
    "a single column": ({"message": TEXTS}, {"body": "message"}),
    "a single column of another name": ({"What went wrong": TEXTS}, {"body": "What went wrong"}),
    "a form": (
        {"Timestamp": dates("%m/%d/%Y %H:%M:%S"), "Email Address": addresses(), "Your name": PEOPLE,
         "What can we help you with?": TEXTS, "How many customers are affected?": mixed("1", "25", "300")},
        {"date": "Timestamp", "sender": "Email Address", "body": "What can we help you with?",
         "customers_affected": "How many customers are affected?"},
    ),
    "a shop": (
        {"Order number": numbers(40_000), "Customer": PEOPLE, "Customer e-mail": addresses(), "Reason": KIND,
         "Comments": TEXTS, "Submitted": PLAIN, "Amount": ["12.50"] * 10},
        {"id": "Order number", "sender": "Customer e-mail", "body": "Comments", "date": "Submitted",
         "category": "Reason"},
    ),
    "ServiceNow": (
        {"number": [f"INC00{n}" for n in numbers(10_001)], "short_description": TITLES, "description": TEXTS,
         "caller_id": PEOPLE, "category": TEAM, "opened_at": PLAIN, "close_notes": ANSWERS, "sys_id": keys("f9a")},
        {"id": "number", "subject": "short_description", "body": "description", "category": "category",
         "date": "opened_at"},
    ),
    "Salesforce": (
        {"Case Number": [f"000{n}" for n in numbers(10_001)], "Subject": TITLES, "Description": TEXTS,
         "Contact Email": addresses(), "Case Reason": KIND, "Case Owner": PEOPLE, "Date/Time Opened": PLAIN},
        {"id": "Case Number", "subject": "Subject", "body": "Description", "sender": "Contact Email",
         "category": "Case Reason", "date": "Date/Time Opened"},
    ),
    "Help Scout": (
        {"Number": numbers(900), "Subject": TITLES, "Customer Name": PEOPLE, "Customer Email": addresses(),
         "Preview": [text[:40] for text in TEXTS], "Message Text": TEXTS, "Mailbox": ["Help"] * 10, "Tags": TEAM,
         "Created At": PLAIN, "Closed At": PLAIN},
        {"id": "Number", "subject": "Subject", "sender": "Customer Email", "body": "Message Text", "category": "Tags",
         "date": "Created At"},
    ),
    "epoch seconds": (
        {"id": numbers(1), "ts": numbers(1_763_024_700), "from_email": addresses(), "msg": TEXTS},
        {"id": "id", "date": "ts", "sender": "from_email", "body": "msg"},
    ),
    "tweets": (
        {"tweet_id": numbers(1), "author_id": numbers(115_700), "inbound": ["True"] * 10,
         "created_at": dates("%a %b %d %H:%M:%S +0000 %Y"), "text": TEXTS},
        {"id": "tweet_id", "date": "created_at", "body": "text"},
    ),
    "capitals": (
        {"CASE_ID": numbers(1), "SUBJECT_LINE": TITLES, "EMAIL_BODY": TEXTS, "SENDER_EMAIL": addresses(),
         "DATE_RECEIVED": ISO, "CATEGORY_NAME": TEAM},
        {"id": "CASE_ID", "subject": "SUBJECT_LINE", "body": "EMAIL_BODY", "sender": "SENDER_EMAIL",
         "date": "DATE_RECEIVED", "category": "CATEGORY_NAME"},
    ),
    "camel case": (
        {"ticketId": numbers(1), "messageBody": TEXTS, "messageSubject": TITLES, "fromAddress": addresses(),
         "receivedAt": ISO, "queueName": TEAM},
        {"id": "ticketId", "body": "messageBody", "subject": "messageSubject", "sender": "fromAddress",
         "date": "receivedAt", "category": "queueName"},
    ),
    "our own": (
        {"id": numbers(1), "subject": TITLES, "body": TEXTS, "sender": addresses(), "customers_affected": ["3"] * 10,
         "category": TEAM},
        {"id": "id", "subject": "subject", "body": "body", "sender": "sender", "category": "category",
         "customers_affected": "customers_affected"},
    ),
    "blank names": (
        {"": numbers(1), " ": TITLES, "  ": TEXTS, "   ": addresses()},
        {"body": "Column 3", "sender": "Column 4", "subject": "Column 2"},
    ),
    "names of no meaning": (
        {"A": numbers(1), "B": TITLES, "C": TEXTS, "D": addresses(), "E": ISO},
        {"subject": "B", "body": "C", "sender": "D", "date": "E"},
    ),
    "sixty columns": (
        {"Id": numbers(1), **{f"Custom field {n}": mixed("", "x", str(n)) for n in range(55)}, "Subject": TITLES,
         "Message": TEXTS, "Email": addresses(), "Created": ISO},
        {"id": "Id", "subject": "Subject", "body": "Message", "sender": "Email", "date": "Created"},
    ),
    "cells that are all numbers": (
        {"id": numbers(1), "text": numbers(4_000), "customer": numbers(70_000)},
        {"id": "id", "body": "text"},
    ),
}  # fmt: skip


def written(tmp_path, rows):
    path = tmp_path / "x.csv"
    out = StringIO()
    csv.writer(out).writerows(rows)
    path.write_text(out.getvalue())
    return path


def guessed(tmp_path, rows):
    path = written(tmp_path, rows)
    return columns.guess_columns(path, reader.detect_format(path))


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("count", [10, 3])
def test_the_columns_of_an_export_are_known(tmp_path, name, count):
    layout, expected = LAYOUTS[name]
    assert guessed(tmp_path, [list(layout), *list(zip(*layout.values(), strict=True))[:count]]) == expected


def test_two_columns_of_one_name_are_told_apart(tmp_path):
    rows = zip(TITLES, TEXTS, ANSWERS, ANSWERS, strict=True)
    found = guessed(tmp_path, [["Subject", "Comment", "Comment", "Comment"], *rows])
    assert found == {"subject": "Subject", "body": "Comment"}


def test_without_a_header_the_cells_tell(tmp_path):
    rows = zip(numbers(1), addresses(), TITLES, TEXTS, PLAIN, strict=True)
    assert guessed(tmp_path, rows) == {
        "sender": "Column 2",
        "subject": "Column 3",
        "body": "Column 4",
        "date": "Column 5",
    }


@pytest.mark.parametrize("header", [[], ["Comment"]])
def test_a_list_of_texts_is_one_column(tmp_path, header):
    path = tmp_path / "x.csv"
    path.write_text("\n".join([*header, *TEXTS]).replace("?\n", "? ").replace('"', ""))
    form = reader.detect_format(path)
    assert columns.guess_columns(path, form) == {"body": header[0] if header else "Column 1"}


def test_a_table_of_numbers_has_no_body_and_says_what_it_has(tmp_path):
    path = written(tmp_path, [["a", "b"], ["1", "2"], ["3", "4"]])
    form = reader.detect_format(path)
    assert "body" not in columns.guess_columns(path, form)
    with pytest.raises(ValueError, match=r"No column was found for the body among: a, b\. Say which one it is\."):
        columns.column_indices(form, {})
    with pytest.raises(ValueError, match="No column was found for the body"):
        columns.column_indices(form, {"body": "c"})
    assert columns.column_indices(form, {"body": "b", "subject": "gone"}) == {"body": 1}


MOMENT = datetime(2026, 11, 13, 9, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-13T09:05:00Z", "2026-11-13 09:05", "2026-11-13T10:05:00+01:00", "2026-11-13T09:05:00.000Z",
        "2026-11-13 09:05:00 UTC", "2026-11-13T04:05:00-0500", "20261113T090500Z", "13.11.2026 09:05", "13.11.26 9:05",
        "11/13/2026 9:05 AM", "13/11/2026 09:05", "13/Nov/26 9:05 AM", "Nov 13, 2026 9:05 AM",
        "Fri, 13 Nov 2026 09:05:00 +0000", "Fri, 13 Nov 2026 04:05:00 -0500 (EST)", "Fri Nov 13 09:05:00 +0000 2026",
        "1794560700", "1794560700000", "1794560700.0", "2026/11/13 09:05",
    ],
)  # fmt: skip
@pytest.mark.parametrize("day_first", [True, False])
def test_dates_are_read_as_they_are_written(cell, day_first):
    assert columns.parse_date(cell, day_first) == MOMENT


def test_the_order_of_day_and_month_is_that_of_the_column():
    assert columns.parse_date("03/04/2026", True) == datetime(2026, 4, 3, tzinfo=UTC)
    assert columns.parse_date("03/04/2026", False) == datetime(2026, 3, 4, tzinfo=UTC)
    assert columns.dates_begin_with_day(["03/04/2026", "13/04/2026", ""])
    assert not columns.dates_begin_with_day(["03/04/2026", "04/13/2026"])
    assert columns.dates_begin_with_day(["03.04.2026", "04.05.2026"])
    assert not columns.dates_begin_with_day(["03/04/2026", "04/05/2026"])


@pytest.mark.parametrize(
    "cell", ["", "May", "soon", "7", "12.50", "2026-13-45", "99/99/9999", "0001-01-01T00:00:00+14:00", "9" * 13,
             "9" * 100, "1e9999", "Ticket 12, page 3", "٣٤/٥/٢٠٢٦ x", "10:10:10:10", "1" * 90 + ".1", "\ud800 12 12"],
)  # fmt: skip
def test_what_is_no_date_is_none(cell):
    assert columns.parse_date(cell, True) is None
