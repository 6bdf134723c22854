"""The REST API by a real HTTP client: in the process of the pages, and alone."""

import sqlite3
import threading
from datetime import datetime
from functools import partial

import httpx
import pytest

from tests.support.server import API, PAGES, PATIENCE, serve

TWICE = {"subject": "Charged twice for March", "body": "My card was charged twice for March. Please check the invoice."}


@pytest.fixture(scope="module", params=[PAGES, API], ids=["beside the pages", "alone"])
def client(request, model_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    environment = {"DATABASE_URL": f"sqlite:///{folder}/api.db", "MAILROOM_MODEL_DIR": str(model_dir)}
    with serve(request.param, **environment) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        client.database = folder / "api.db"
        yield client


def test_a_decision_has_all_that_was_promised(client, taxonomy):
    answer = client.post("/api/v1/predict", json=TWICE)
    assert answer.status_code == 200
    made = answer.json()
    assert (made["category"], made["team"], made["action"]) == ("billing", "Finance", "route")
    assert made["decided_by"] == "the trained model"
    assert sum(made["scores"].values()) == pytest.approx(1)
    assert set(made["scores"]) == set(taxonomy.categories)
    assert made["shortlist"] == ["billing"]
    assert made["priority"] in {"P1", "P2", "P3", "P4"}
    assert datetime.fromisoformat(made["respond_by"]).tzinfo
    assert {"charged", "invoice"} & {reason["word"] for reason in made["why"]}
    assert made["model"]["version"] == client.get("/api/v1/model").json()["version"]
    assert {"id", "confidence", "reason", "impact", "urgency", "novelty"} <= made.keys()


def test_a_decision_is_kept_with_its_input_before_it_is_answered(client):
    made = client.post("/api/v1/predict", json={**TWICE, "sender": "ana@example.com", "customers_affected": 4}).json()
    with sqlite3.connect(client.database) as raw:
        row = raw.execute(
            "select subject, sender, customers_affected, model_version, latency_ms"
            " from triaged join email using (id) where id = ?",
            [made["id"]],
        ).fetchone()
    assert row[:4] == (TWICE["subject"], "ana@example.com", 4, made["model"]["version"])
    assert row[4] > 0


def test_mail_that_came_over_the_api_says_so(client):
    raw = {"content": RAW, "headers": {"content-type": "message/rfc822"}}
    batch = client.post("/api/v1/predict/batch", json={"emails": [TWICE]}).json()[0]["decision"]
    made = [client.post("/api/v1/predict", **given).json() for given in ({"json": TWICE}, raw)]
    with sqlite3.connect(client.database) as database:
        for one in (batch, *made):
            assert database.execute("select source from email where id = ?", [one["id"]]).fetchone() == ("api",)


RAW = b"""From: Ana <ana@example.com>
Subject: Charged twice for March
Date: Mon, 23 Nov 2026 09:00:00 +0000
Content-Type: text/html; charset=x-martian

<p>My card was <b>charged twice</b> for March at the caf\xe9.</p><script>alert(1)</script>
<blockquote type="cite">Where is my parcel?</blockquote>
"""


def test_a_raw_message_is_read_sorted_and_kept(client):
    answer = client.post("/api/v1/predict", content=RAW, headers={"content-type": "message/rfc822"})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made["category"] == "billing"
    assert any("x-martian" in note for note in made["notes"])
    assert datetime.fromisoformat(made["respond_by"]).day in (23, 24), "the time counts from when it was sent"
    with sqlite3.connect(client.database) as raw:
        query = "select subject, body, sender, beside from mail join email on email.id = email_id where email.id = ?"
        subject, body, sender, beside = raw.execute(query, [made["id"]]).fetchone()
    assert (subject, sender) == ("Charged twice for March", "ana@example.com")
    assert "charged twice" in body and "<" not in body and "alert" not in body and "parcel" not in body
    assert "parcel" in beside


def test_a_message_that_a_machine_sent_is_told_by_its_header(client):
    raw = RAW.replace(b"Subject:", b"Auto-Submitted: auto-replied\nSubject:")
    made = client.post("/api/v1/predict", content=raw, headers={"content-type": "message/rfc822"}).json()
    assert (made["category"], made["action"], made["cause"]) == ("spam_or_automatic", "route", "automatic")
    assert "Auto-Submitted: auto-replied" in made["reason"]


@pytest.mark.parametrize("raw", [b"\0" * 500, bytes(range(256)) * 20, b"Subject: x\n" * 5_000, b"no headers at all"])
def test_whatever_is_sent_as_a_message_is_answered(client, raw):
    answer = client.post("/api/v1/predict", content=raw, headers={"content-type": "Message/RFC822; x=y"})
    assert answer.status_code == 200, answer.text


def test_no_message_is_a_problem_with_a_way_out(client):
    answer = client.post("/api/v1/predict", content=b" \n", headers={"content-type": "message/rfc822"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "send one as it came" in answer.json()["detail"]


def test_one_bad_item_does_not_spoil_a_batch(client):
    items = [TWICE, {"body": 3}, "x", {"body": "x", "customers_affected": "many"}, {"body": "Where is my parcel?"}]
    answer = client.post("/api/v1/predict/batch", json={"emails": items})
    assert answer.status_code == 200
    first, text, shape, count, last = answer.json()
    assert (first["decision"]["category"], last["decision"]["category"]) == ("billing", "delivery")
    assert text["problem"]["errors"][0] == {
        "field": "body",
        "value": "3",
        "message": "3 is not text: put it in quotes.",
    }
    assert "is not an email" in shape["problem"]["detail"]
    assert "“many” is not a whole number" in count["problem"]["detail"]


def test_a_thousand_at_once_and_no_more(client):
    assert len(client.post("/api/v1/predict/batch", json={"emails": [TWICE] * 1000}).json()) == 1000
    too_many = client.post("/api/v1/predict/batch", json={"emails": [TWICE] * 1001})
    assert too_many.status_code == 422
    assert "1,001 items: send 1 to 1,000" in too_many.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b'{"body": ""}', 422, "The email has no text"),
        (b"{}", 422, "body is missing"),
        (b"[]", 422, "is not an email"),
        (b'{"body": "x", "customers_affected": "many"}', 422, "is not a whole number"),
        (b'{"body": "x", "sender": "me"}', 422, "is not an email address"),
        (b'{"body": "x", "customers_affected": NaN}', 422, "is not a whole number"),
        (b'{"body": "\\ud800"}', 422, "half a character"),
        (b'{"body"', 400, "not JSON"),
        (b"\xff\xfe\x00", 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        (b" " * (51 * 2**20), 413, "over 50 MB"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_an_error_is_a_problem_document_with_a_way_out(client, body, status, says):
    answer = client.post("/api/v1/predict", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert says in problem["detail"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/predict", 405), ("GET", "/api/nothing", 404)])
def test_a_wrong_address_is_a_problem_document_too(client, method, path, status):
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_feedback_is_kept_as_a_label(client):
    made = client.post("/api/v1/predict", json=TWICE).json()
    answer = client.post("/api/v1/feedback", json={"id": made["id"], "category": "refund", "by": "ana"})
    assert answer.status_code == 201
    with sqlite3.connect(client.database) as raw:
        kept = raw.execute('select category, "by" from label where email_id = ?', [made["id"]]).fetchall()
    assert kept == [("refund", "ana")]
    unknown = client.post("/api/v1/feedback", json={"id": made["id"], "category": "nonsense"})
    assert unknown.status_code == 422
    assert "is not a category: use one of billing, refund" in unknown.json()["detail"]
    assert client.post("/api/v1/feedback", json={"id": "nothing", "category": "refund"}).status_code == 404


def test_health_ready_model_taxonomy_and_docs(client, taxonomy):
    assert client.get("/api/v1/health").json() == {"status": "ok"}
    assert client.get("/api/v1/ready").json()["decided_by"] == "the trained model"
    report = client.get("/api/v1/model").json()["report"]
    for scores in (report["grouped"], report["away"]):
        assert scores["accuracy"]["low"] < scores["accuracy"]["value"] < scores["accuracy"]["high"]
    assert [c["key"] for c in client.get("/api/v1/taxonomy").json()["categories"]] == list(taxonomy.categories)
    docs = client.get("/api/docs").text
    assert 'src="/api/' in docs
    assert "https://" not in docs, "the docs load nothing from elsewhere"
    predict = client.get("/api/openapi.json").json()["paths"]["/v1/predict"]["post"]
    assert predict["requestBody"]["content"]["application/json"]["examples"]


def test_slow_calls_do_not_hold_up_others(client):
    batch = {"emails": [{"body": f"{TWICE['body']} {i}" * 20} for i in range(300)]}
    send = partial(httpx.post, f"{client.base_url}/api/v1/predict/batch", json=batch, timeout=PATIENCE)
    calls = [threading.Thread(target=send) for _ in range(6)]
    for call in calls:
        call.start()
    answered = [client.get("/api/v1/health").status_code for _ in range(5)]
    home = client.get("/").status_code
    busy = any(call.is_alive() for call in calls)
    for call in calls:
        call.join()
    assert busy, "the calls ended before the others were answered"
    assert answered == [200] * 5
    assert home in (200, 404)  # the API alone has no pages
