"""Who is let in and who is not, by real processes: pages, deep links, files, sockets and the API."""

import json
import re
from contextlib import contextmanager

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from model.access.middleware import SESSION_COOKIE
from tests.support.browser import click_button
from tests.support.server import API, PAGES, PATIENCE, serve
from tests.support.sign_in import PASSWORD, client, sign_in, signed_in

SECRET = "the purple giraffe wants her money back"
EMAIL = {"subject": "Charged twice", "body": f"My card was charged twice for March: {SECRET}."}
PATHS = [
    "/",
    "/home",
    "/triage",
    "/inbox",
    "/inbox?batch=a",
    "/label",
    "/agree",
    "/learn",
    "/quality",
    "/guide",
    "/access",
    "/nothing-of-the-kind",
    "/index.html",
    "/favicon.png",
    "/_stcore/host-config",
    "/_stcore/allowed-message-origins",
    "/_stcore/metrics",
    "/_stcore/upload_file/a/b",
    "/_stcore/stream",
    "/_stcore/bidi-components/x/y",
    "/_stcore/agent",
    "/component/x/index.html",
    "/media/0123456789abcdef.csv",
    "/static/js/index.js",
    "/app/static/x",
    "/auth/login",
    "/oauth2callback",
    "//api/v1/health",
    "/api/../inbox",
    "/API/v1/health",
    "/sign-in/../inbox",
    "/sign-in/",
    "/api/docs",
    "/api/openapi.json",
    "/api/v1/model",
    "/api/v1/taxonomy",
    "/api/v1/health/",
    "/api/static-offline-docs/swagger-ui.css",
    "/api/v1/../v1/model",
]


@pytest.fixture(scope="module")
def kept(guarded):
    """The app, in which a lead has had an email sorted."""
    assert client(guarded).post("/api/v1/predict", json=EMAIL).status_code == 200
    return guarded


@contextmanager
def app(command, tmp_path, model_dir, **environment):
    with serve(
        command, DATABASE_URL=f"sqlite:///{tmp_path}/a.db", MAILROOM_MODEL_DIR=str(model_dir), **environment
    ) as at:
        yield at


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_served_to_whoever_has_not_signed_in(kept, path):
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        for headers in (
            {},
            {"accept": "text/html"},
            {"cookie": f"{SESSION_COOKIE}=made-up"},
            {"authorization": "Bearer x"},
        ):
            answer = httpx.request(method, kept + path, headers=headers, timeout=PATIENCE, verify=False)
            assert answer.status_code in (303, 307, 401, 404, 405), (method, headers, answer.status_code)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith("/sign-in?to=")
            assert SECRET not in answer.text
            assert "charged" not in answer.text.lower()


def test_a_socket_is_refused(kept):
    socket = kept.replace("http", "ws") + "/_stcore/stream"
    for headers in ({}, {"Cookie": f"{SESSION_COOKIE}=made-up"}, {"Authorization": "Bearer x"}):
        with pytest.raises(InvalidStatus) as refused, connect(socket, additional_headers=headers):
            pass
        assert refused.value.response.status_code == 403


def test_health_is_told_to_everybody_and_nothing_of_a_mail(kept):
    for path in ("/api/v1/health", "/api/v1/ready", "/_stcore/health"):
        answer = httpx.get(kept + path, timeout=PATIENCE)
        assert answer.status_code == 200
        assert SECRET not in answer.text


def test_a_sign_in_leads_back_to_where_somebody_wanted_to_go_and_out_again(browser, kept):
    page = browser.new_page()
    page.goto(f"{kept}/quality")
    page.get_by_label("Your name").fill("Ana <b>Bold</b>")
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    assert "do not go together" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Your name").input_value() == "Ana <b>Bold</b>", "what was typed is still there"
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('How good is it')")
    assert "Ana <b>Bold</b>, lead" in page.locator(".mr-head").inner_text()
    page.get_by_role("link", name="Sign out").click()
    page.wait_for_selector("h1:has-text('Sign in')")
    page.goto(f"{kept}/inbox")
    page.wait_for_selector("h1:has-text('Sign in')")
    page.close()


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_sign_in_leads_to_no_other_site(kept, to):
    form = {"name": "Ana", "password": PASSWORD}
    answer = httpx.post(f"{kept}/sign-in", params={"to": to}, data=form, timeout=PATIENCE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(kept):
    cookie = sign_in(kept).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie, "over plain HTTP it would never come back"
    assert "secure" in sign_in(kept, **{"X-Forwarded-Proto": "https"}).headers["set-cookie"].lower()


def test_another_site_signs_nobody_in_and_changes_nothing(kept):
    assert sign_in(kept, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    answer = client(kept).post("/api/v1/predict", json=EMAIL, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    preflight = httpx.options(f"{kept}/api/v1/predict", headers={"Origin": "https://evil.example"}, timeout=PATIENCE)
    assert "access-control-allow-origin" not in preflight.headers


def test_whoever_signs_out_on_one_page_is_out_on_all_of_them(browser, kept):
    context = signed_in(browser, kept)
    open_, other = context.new_page(), context.new_page()
    open_.goto(kept)
    open_.wait_for_selector("h1:has-text('Which team')")
    other.goto(f"{kept}/sign-out")
    click_button(open_, "Charged twice")
    open_.wait_for_timeout(2_000)  # for an answer that must not come
    assert open_.locator(".mr-answer").count() == 0
    open_.reload()
    open_.wait_for_selector("h1:has-text('Sign in')")
    context.close()


def test_each_role_can_do_what_it_is_for(browser, tmp_path, model_dir):
    others = {"MAILROOM_LABELLER_PASSWORD": "labeller password", "MAILROOM_VIEWER_PASSWORD": "viewer password"}
    with app(PAGES, tmp_path, model_dir, MAILROOM_PASSWORD=PASSWORD, **others) as at:
        seen = {}
        for role, password in (("lead", PASSWORD), ("labeller", "labeller password"), ("viewer", "viewer password")):
            page = signed_in(browser, at, role.title(), password).new_page()
            texts = []
            for path, landmark in (
                ("/label", "text=can label; you" if role == "viewer" else "text=What the next labels are worth"),
                ("/learn", "text=/rain a candidate/"),
                ("/quality", "text=/for everybody|is in force/"),
                ("/access", "text=Make a password" if role == "lead" else "text=signed in as"),
            ):
                page.goto(at + path)
                page.wait_for_selector(landmark)
                texts.append(page.locator("[data-testid=stMain]").inner_text())
            seen[role] = texts
            api = client(at, role.title(), password)
            made = api.post("/api/v1/predict", json=EMAIL).json()
            said = api.post("/api/v1/feedback", json={"id": made["id"], "category": "billing"})
            assert said.status_code == (403 if role == "viewer" else 201)
            page.context.close()
    assert "A labeller or a lead can label" in seen["viewer"][0]
    assert "can label; you" not in seen["labeller"][0] + seen["lead"][0]
    for role in ("viewer", "labeller"):
        assert f"A lead can train a candidate; you are signed in as a {role}" in seen[role][1]
        assert f"A lead can set it for everybody; you are signed in as a {role}" in seen[role][2]
        assert "Make a password" not in seen[role][3]
    assert "Train a candidate" in seen["lead"][1]
    assert "Make a password" in seen["lead"][3]


def test_an_open_demo_changes_nothing_that_others_see_and_says_why(visit):
    for path, deed in (
        ("/learn", "train a candidate"),
        ("/quality", "set it for everybody"),
        ("/access", "let people"),
    ):
        page = visit(path)
        page.wait_for_selector(f"text=/open demo.*MAILROOM_PASSWORD.*{deed}/")
        assert (
            page.get_by_role("button", name=re.compile("Train|Promote|for everybody|Use this one|Make a")).count() == 0
        )


def test_a_person_is_invited_comes_in_and_is_out_again(browser, enter, guarded):
    lead = enter("/access")
    lead.get_by_label("Name").first.fill("Ben")
    lead.get_by_text("Labeller:").click()
    click_button(lead, "Make a password")
    password = lead.locator("code").inner_text()
    assert sign_in(guarded, "Ben", "something else").status_code == 401
    assert sign_in(guarded, "Carl", password).status_code == 401, "a pass is one person's"
    page = signed_in(browser, guarded, "ben", password).new_page()
    page.goto(guarded)
    page.wait_for_selector("text=Ben, labeller")
    lead.reload()
    lead.wait_for_selector("text=Ben")
    assert password not in lead.content(), "it is shown once"
    lead.get_by_role("button", name="End it").first.click()
    lead.wait_for_selector("text=Ended: Ben")
    assert sign_in(guarded, "Ben", password).status_code == 401
    page.goto(guarded)
    page.wait_for_selector("h1:has-text('Sign in')")
    page.context.close()


def test_a_key_is_scoped_shown_once_and_ended(enter, guarded, database):
    lead = enter("/access")
    lead.get_by_label("Name").nth(1).fill("Help desk")
    click_button(lead, "Make a key")
    key = lead.locator("code").inner_text()
    program = httpx.Client(base_url=guarded, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE)
    made = program.post("/api/v1/predict", json=EMAIL)
    assert made.status_code == 200
    raw = {"content-type": "message/rfc822"}
    assert (
        program.post("/api/v1/predict", content=b"Subject: Hi\r\n\r\nWhere is my parcel?", headers=raw).status_code
        == 200
    )
    said = program.post("/api/v1/feedback", json={"id": made.json()["id"], "category": "billing"})
    assert said.status_code == 403
    assert "“teach”" in said.json()["detail"]
    assert program.get("/inbox").status_code == 401, "a key opens no page"
    assert key.encode() not in database.read_bytes() + database.with_name(f"{database.name}-wal").read_bytes()
    lead.get_by_role("button", name="End it").first.click()
    lead.wait_for_selector("text=Ended: Help desk")
    assert program.post("/api/v1/predict", json=EMAIL).status_code == 401


def test_a_guess_is_slowed_by_account_and_by_address(tmp_path, model_dir):
    with app(PAGES, tmp_path, model_dir, MAILROOM_PASSWORD=PASSWORD, MAILROOM_PROXIES="1") as at:
        answers = [sign_in(at, "ana", f"guess {i}", **{"X-Forwarded-For": f"10.0.0.{i}"}) for i in range(12)]
        assert [one.status_code for one in answers] == [401] * 10 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) > 0
        assert "try again in" in answers[-1].text
        known = sign_in(at, "Ana", PASSWORD, **{"X-Forwarded-For": "10.0.1.1"})
        assert known.status_code == 429, "whoever guesses right now learns nothing by it"
        answers = [sign_in(at, f"name {i}", "guess", **{"X-Forwarded-For": "1.2.3.4, 10.9.9.9"}) for i in range(32)]
        assert [one.status_code for one in answers] == [401] * 30 + [429] * 2
        assert sign_in(at, "Ben", PASSWORD, **{"X-Forwarded-For": "9.9.9.9, 10.9.9.9"}).status_code == 429
        assert sign_in(at, "Ben", PASSWORD, **{"X-Forwarded-For": "10.9.9.9, 10.8.8.8"}).status_code == 303


def test_requests_are_counted_by_address_and_key_and_told_when_to_come_back(tmp_path, model_dir):
    with app(API, tmp_path, model_dir, MAILROOM_REQUESTS_A_MINUTE="5") as at:
        answers = [httpx.get(f"{at}/api/v1/taxonomy", timeout=PATIENCE, verify=False) for _ in range(7)]
        assert [one.status_code for one in answers] == [200] * 5 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert answers[-1].json()["title"] == "Too often"
        assert httpx.get(f"{at}/api/v1/health", timeout=PATIENCE).status_code == 200


def test_every_answer_has_a_number_and_safe_headers(kept):
    known = client(kept)
    for path in ("/", "/api/v1/health", "/api/v1/nothing", "/sign-in", "/_stcore/health", "/static/nothing.js"):
        headers = known.get(path, headers={"X-Request-Id": "mine"}).headers
        assert re.fullmatch("[0-9a-f]{12}", headers["x-request-id"])
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert "'unsafe-inline'" not in headers["content-security-policy"].split("style-src")[0]
    wrong = known.post("/api/v1/predict", json={})
    assert wrong.json()["request"] == wrong.headers["x-request-id"]


def test_a_session_ends_by_itself_and_when_a_password_is_changed(tmp_path, model_dir):
    with app(PAGES, tmp_path, model_dir, MAILROOM_PASSWORD=PASSWORD) as at:
        secret = sign_in(at).cookies[SESSION_COOKIE]
    with app(PAGES, tmp_path, model_dir, MAILROOM_PASSWORD=PASSWORD) as at:
        known = {"cookies": {SESSION_COOKIE: secret}, "timeout": PATIENCE}
        assert httpx.get(f"{at}/api/v1/model", **known).status_code == 200, "a restart ends none"
    with app(PAGES, tmp_path, model_dir, MAILROOM_PASSWORD="another password") as at:
        assert httpx.get(f"{at}/api/v1/model", **known).status_code == 401


def test_the_log_has_every_request_as_json_and_no_mail(tmp_path, model_dir, capfd):
    with app(PAGES, tmp_path, model_dir, MAILROOM_PASSWORD=PASSWORD) as at:
        known = client(at)
        number = known.post("/api/v1/predict", json=EMAIL, params={"q": SECRET}).headers["x-request-id"]
        known.post("/api/v1/predict", content=SECRET.encode())
        known.post("/api/v1/predict", json={**EMAIL, "sender": SECRET})
    said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    lines = [json.loads(line) for line in said]
    one = next(line for line in lines if line["request"] == number and "path" in line)
    assert (one["message"], one["path"], one["status"]) == ("POST", "/api/v1/predict", 200)
    assert one["ms"] > 0
    assert not [line for line in said if SECRET in line or PASSWORD in line or "twice" in line]


def test_no_visitor_can_empty_everybodys_caches_or_stop_the_server(kept):
    """The authenticator's count of wrong passwords is in one."""
    from streamlit.proto.BackMsg_pb2 import BackMsg

    known = client(kept, "Zoe")
    with app_socket(kept, known) as socket:
        for kind in ("clear_cache", "debug_shutdown_runtime", "debug_disconnect_websocket"):
            for _ in range(9 if kind == "clear_cache" else 1):
                sign_in(kept, "mallory", "guess")
                socket.send(BackMsg(**{kind: True}).SerializeToString())
        socket.ping().wait(10)
    answers = [sign_in(kept, "mallory", "guess").status_code for _ in range(3)]
    assert answers[-1] == 429
    assert known.get("/_stcore/health").status_code == 200


def app_socket(address, known):
    """The socket that a page of somebody who has signed in would open."""
    headers = {"Cookie": f"{SESSION_COOKIE}={known.cookies[SESSION_COOKIE]}", "Origin": address}
    return connect(f"{address.replace('http', 'ws')}/_stcore/stream", additional_headers=headers)
