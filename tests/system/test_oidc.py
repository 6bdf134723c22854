"""Single sign-on, by the app as a real process and a real OpenID provider on this machine."""

import json
import time
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from data.access import LABELLER, LEAD
from data.settings import Settings
from model.access.authenticator import Authenticator
from model.access.middleware import SESSION_COOKIE
from tests.support.server import PAGES, PATIENCE, free_port, serve
from tests.support.sign_in import PASSWORD, sign_in

mock = pytest.importorskip("oidc_provider_mock", reason="no OpenID provider for tests is installed")

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # of the provider

SECRET = "what the app and the provider share"
LISTS = {"MAILROOM_LEADS": "ana@example.com", "MAILROOM_LABELLERS": "@example.com"}
PEOPLE = {
    "ana": {"email": "Ana@Example.com", "email_verified": True, "name": "Ana Bold"},
    "ben": {"email": "ben@example.com"},
    "eve": {"email": "eve@example.org", "email_verified": True},
    "mal": {"email": "ana@example.com", "email_verified": False},
    "tom": {"email": "ana@example.com", "email_verified": "false"},
    "nil": {"name": "Nil"},
    "kim": {"email": "an\u212a@example.com", "email_verified": True},
    "big": {"email": "big@example.com", "groups": ["a group with quite a long name"] * 200},
}
BUTTON = "Sign in with your organisation"


@pytest.fixture(scope="module")
def provider():
    """The address of an OpenID provider that knows these people."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        people = [mock.User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
        with mock.run_server_in_thread(user_claims=people) as server:
            yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def app(model_dir, tmp_path_factory):
    """Serve the app with an [auth] section that has these changes, where None takes one out."""

    @contextmanager
    def serving(provider, changed=(), folder=None, **environment):
        folder = folder or tmp_path_factory.mktemp("sso")
        auth = {
            "redirect_uri": "http://127.0.0.1:{port}/oauth2callback",
            "cookie_secret": "an oatmeal biscuit of many crumbs",
            "client_id": "mailroom",
            "client_secret": SECRET,
            "server_metadata_url": f"{provider}/.well-known/openid-configuration",
            **dict(changed),
        }
        secrets = folder / "secrets.toml"
        lines = [f"{key} = {json.dumps(value)}" for key, value in auth.items() if value is not None]
        secrets.write_text("\n".join(["[auth]", *lines] if lines else []), "utf-8")
        known = {"DATABASE_URL": f"sqlite:///{folder}/a.db", "MAILROOM_MODEL_DIR": str(model_dir)}
        with serve(PAGES, STREAMLIT_SECRETS_FILES=str(secrets), **known, **environment) as at:
            yield at

    return serving


@pytest.fixture(scope="module")
def desk(app, provider):
    """The address of the app where only single sign-on lets people in."""
    with app(provider, **LISTS) as at:
        yield at


@pytest.fixture
def window(browser):
    """An empty page of a browser that knows nobody."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def program():
    return httpx.Client(follow_redirects=True, timeout=PATIENCE)


def vouched(client, desk, sub, to="/api/v1/taxonomy"):
    """The answer at the end of the way to the provider, where somebody says to be `sub`, and back."""
    asked = client.get(f"{desk}/sso", params={"to": to})
    assert "Authorize" in asked.text, asked.text
    return client.post(asked.url, data={"sub": sub})


def enter(window, desk, path, sub):
    """The same in a browser, by what there is to click."""
    window.goto(desk + path)
    window.get_by_role("link", name=BUTTON).click()
    window.get_by_role("button", name=sub, exact=True).first.click()


def test_somebody_on_a_list_comes_in_by_two_clicks_with_role_and_address_to_where_they_wanted(window, desk):
    enter(window, desk, "/quality", "ana")
    window.wait_for_selector("h1:has-text('How good is it')")
    assert "ana@example.com, lead" in window.locator(".mr-head").inner_text()
    window.goto(f"{desk}/access")
    window.wait_for_selector("text=Make a password")
    cookie = next(one for one in window.context.cookies() if one["name"] == SESSION_COOKIE)
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


def test_a_domain_on_a_list_lets_in_whoever_has_an_address_there(window, desk):
    enter(window, desk, "/learn", "ben")
    window.wait_for_selector("text=A lead can train a candidate; you are signed in as a labeller")
    assert "ben@example.com, labeller" in window.locator(".mr-head").inner_text()


def test_somebody_on_no_list_is_told_so_and_shown_a_way_out(window, desk):
    enter(window, desk, "/", "eve")
    said = window.get_by_role("alert").inner_text()
    assert "eve@example.org is on none of the lists of who may come in here. Ask whoever runs" in said
    assert not window.get_by_label("Password").is_visible()
    assert SESSION_COOKIE not in {one["name"] for one in window.context.cookies()}
    window.get_by_role("link", name="Sign out there").click()
    window.get_by_role("button", name="End session").click()
    window.wait_for_selector("h1:has-text('Sign in')")
    enter(window, desk, "/", "ben")
    window.wait_for_selector("text=ben@example.com, labeller")


@pytest.mark.parametrize("sub", ["mal", "tom"])
def test_an_address_that_is_not_verified_lets_nobody_in(desk, sub):
    with program() as client:
        answer = vouched(client, desk, sub)
        assert answer.status_code == 403
        assert "has not verified that ana@example.com is yours" in answer.text
        assert SESSION_COOKIE not in client.cookies


def test_who_has_no_address_or_one_in_another_alphabet_is_not_let_in(desk):
    with program() as client:
        assert "did not say your mail address" in vouched(client, desk, "nil").text
        assert "is on none of the lists" in vouched(client, desk, "kim").text
        assert SESSION_COOKIE not in client.cookies


def test_an_address_that_the_token_does_not_hold_is_asked_for(desk, monkeypatch):
    with program() as client:
        monkeypatch.setattr(mock._app.OpenIDCode, "generate_user_info", lambda self, user, scope: {"sub": user.sub})
        assert vouched(client, desk, "ana").status_code == 200
        monkeypatch.setattr(mock._app.OpenIDCode, "generate_user_info", lambda self, user, scope: {"sub": "other"})
        assert "did not say your mail address" in vouched(client, desk, "ana").text


def test_what_came_back_works_once_and_only_where_it_was_asked_for(desk):
    seen = []
    with program() as client, program() as other:
        client.event_hooks = {"request": [lambda request: seen.append(str(request.url))]}
        assert vouched(client, desk, "ana").status_code == 200
        back = next(url for url in seen if "/oauth2callback" in url)
        for somebody in (client, other):
            assert "Begin again" in somebody.get(back).text
        assert SESSION_COOKIE not in other.cookies


def test_a_token_that_another_key_signed_lets_nobody_in(desk, provider, monkeypatch):
    from joserfc.jwk import RSAKey

    with program() as client:
        forged = RSAKey.generate_key(2048).as_dict(private=True)
        given = mock._app.OpenIDCode.get_jwt_config
        monkeypatch.setattr(
            mock._app.OpenIDCode, "get_jwt_config", lambda *these, **those: {**given(*these, **those), "key": forged}
        )
        answer = vouched(client, desk, "ana")
        assert (answer.status_code, SESSION_COOKIE in client.cookies) == (502, False)
        assert "does not answer as it should" in answer.text


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "nonce"])
def test_a_token_that_is_not_meant_for_here_and_now_lets_nobody_in(desk, monkeypatch, claim):
    wrong = {"iss": "https://other.example", "aud": ["other"], "exp": int(time.time()) - 1000, "nonce": "other"}
    with program() as client:
        monkeypatch.setattr(
            mock._app.OpenIDCode,
            "generate_user_info",
            lambda self, user, scope: {"sub": user.sub, **PEOPLE["ana"], claim: wrong[claim]},
        )
        answer = vouched(client, desk, "ana")
        assert (answer.status_code, SESSION_COOKIE in client.cookies) == (502, False)


def test_single_sign_on_opens_nothing_else_to_strangers(desk):
    for cookies in ({}, {"_streamlit_user": "made up", "_streamlit_session": "made up"}):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(desk.replace("http", "ws") + "/_stcore/stream", additional_headers=headers),
        ):
            pass
        assert refused.value.response.status_code == 403
        for path in (
            "/inbox",
            "/auth/login",
            "/auth/logout",
            "/_stcore/host-config",
            "/static/x.js",
            "/sso/",
            "/sso/x",
        ):
            answer = httpx.get(desk + path, headers=headers, timeout=PATIENCE, verify=False)
            assert answer.status_code == 401, path
        assert httpx.get(f"{desk}/sso/out", headers=headers, timeout=PATIENCE).headers["location"] == "/sign-in"
        shown = httpx.get(f"{desk}/inbox", headers={"accept": "text/html", **headers}, timeout=PATIENCE)
        assert shown.headers["location"] == "/sign-in?to=/inbox"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/sign-out", "/sso"])
def test_single_sign_on_leads_to_no_other_site(desk, to):
    with program() as client:
        answer = vouched(client, desk, "ana", to)
        assert str(answer.url) == f"{desk}/"


def test_whoever_signs_out_is_out_here_and_there(window, desk):
    enter(window, desk, "/", "ana")
    window.wait_for_selector("text=ana@example.com, lead")
    secret = next(one["value"] for one in window.context.cookies() if one["name"] == SESSION_COOKIE)
    window.get_by_role("link", name="Sign out").click()
    window.wait_for_selector("h1:has-text('End Session')")
    told = parse_qs(urlsplit(window.url).query)
    assert told["client_id"] == ["mailroom"]
    assert told["id_token_hint"][0].count(".") == 2
    window.get_by_role("button", name="End session").click()
    window.wait_for_selector("h1:has-text('Sign in')")
    window.goto(f"{desk}/inbox")
    window.wait_for_selector("h1:has-text('Sign in')")
    assert window.url.startswith(desk), "nobody is sent to the provider who did not ask for it"
    assert httpx.get(f"{desk}/api/v1/taxonomy", cookies={SESSION_COOKIE: secret}, timeout=PATIENCE).status_code == 401


def test_a_proof_that_no_cookie_holds_keeps_nobody_from_coming_in_and_going_out(window, desk):
    enter(window, desk, "/", "big")
    window.wait_for_selector("text=big@example.com, labeller")
    window.get_by_role("link", name="Sign out").click()
    window.wait_for_selector("h1:has-text('End Session')")
    assert "id_token_hint" not in window.url


def test_a_password_that_a_lead_made_works_beside_it(window, desk):
    enter(window, desk, "/access", "ana")
    window.get_by_label("Name").first.fill("Guest")
    window.get_by_role("button", name="Make a password").click()
    password = window.locator("code").inner_text()
    window.context.clear_cookies()
    window.goto(desk)
    assert not window.get_by_label("Password").is_visible(), "what most people here do not need is folded away"
    window.get_by_text("Sign in with a password").click()
    window.get_by_label("Your name").fill("Guest")
    window.get_by_label("Password").fill("something else")
    window.keyboard.press("Enter")
    window.get_by_label("Password").fill(password)
    window.keyboard.press("Enter")
    window.wait_for_selector("text=Guest, ")
    window.get_by_role("link", name="Sign out").click()
    window.wait_for_selector("h1:has-text('Sign in')")
    assert window.url.startswith(desk), "who did not come from the provider is not sent there"


def test_with_a_password_set_both_ways_lead_in(app, provider):
    with app(provider, MAILROOM_VIEWER_PASSWORD=PASSWORD, **LISTS) as at, program() as client:
        assert sign_in(at, "Vic").status_code == 303
        assert vouched(client, at, "ana").status_code == 200


def test_a_session_outlives_a_restart_but_not_a_change_of_the_lists(app, provider, tmp_path):
    with app(provider, folder=tmp_path, **LISTS) as at, program() as client:
        vouched(client, at, "ana")
        known = {"cookies": {SESSION_COOKIE: client.cookies[SESSION_COOKIE]}, "timeout": PATIENCE}
    with app(provider, folder=tmp_path, **LISTS) as at:
        assert httpx.get(f"{at}/api/v1/taxonomy", **known).status_code == 200
    with app(provider, folder=tmp_path, MAILROOM_LEADS="ben@example.com") as at:
        assert httpx.get(f"{at}/api/v1/taxonomy", **known).status_code == 401


def test_a_provider_that_is_away_is_said_in_a_sentence_and_asked_anew_later(app):
    port = free_port()
    with app(f"http://localhost:{port}", **LISTS) as at, program() as client:
        answer = client.get(f"{at}/sso")
        assert (answer.status_code, "does not answer as it should" in answer.text) == (502, True)
        assert "Traceback" not in answer.text
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
            with mock.run_server_in_thread(port, user_claims=[mock.User(sub="ana", claims=PEOPLE["ana"])]):
                assert vouched(client, at, "ana").status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": None, "client_secret": ""}, "[auth] lacks client_id, client_secret"),
        ({"redirect_uri": "http://localhost/"}, "redirect_uri must end in /oauth2callback"),
    ],
)
def test_secrets_that_do_not_do_are_named(app, provider, changed, said):
    with app(provider, changed, **LISTS) as at:
        answer = httpx.get(f"{at}/sso", timeout=PATIENCE)
        assert (answer.status_code, said in answer.text) == (503, True)


def test_without_what_it_needs_installed_it_says_so(app, provider, tmp_path):
    (tmp_path / "authlib").mkdir()
    (tmp_path / "authlib" / "__init__.py").write_text("raise ImportError", "utf-8")
    with app(provider, PYTHONPATH=str(tmp_path), **LISTS) as at:
        answer = httpx.get(f"{at}/sso", timeout=PATIENCE)
        assert (answer.status_code, "pip install -r requirements.txt" in answer.text) == (503, True)


def test_where_no_provider_is_named_or_nobody_is_listed_there_is_no_such_way_in(app, provider):
    nothing = dict.fromkeys(("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url"))
    for changed, environment in ((nothing, LISTS), ({}, {"MAILROOM_PASSWORD": PASSWORD})):
        with app(provider, changed, **environment) as at:
            assert BUTTON not in httpx.get(f"{at}/sign-in", timeout=PATIENCE).text
            assert httpx.get(f"{at}/sso", timeout=PATIENCE).status_code == 401
            assert httpx.get(f"{at}/oauth2callback?code=x", timeout=PATIENCE).status_code == 401


def test_whoever_sets_out_too_often_is_told_when_to_come_back(app, provider):
    with app(provider, **LISTS) as at, httpx.Client(timeout=PATIENCE) as client:
        answers = (client.get(f"{at}/sso") for _ in range(1000))
        refused = next(answer for answer in answers if answer.status_code != 302)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1


def test_nothing_that_lets_anybody_in_is_in_the_log(app, provider, capfd):
    seen = []
    with app(provider, **LISTS) as at, program() as client:
        client.event_hooks = {"request": [lambda request: seen.append(str(request.url))]}
        vouched(client, at, "ana")
        back = next(url for url in seen if "/oauth2callback" in url)
        client.get(back)
        secrets = [
            client.cookies[SESSION_COOKIE],
            SECRET,
            *(values[0] for values in parse_qs(urlsplit(back).query).values()),
        ]
    said = [line for line in capfd.readouterr().err.splitlines() if '"mailroom' in line or '"pages' in line]
    assert any("/oauth2callback" in line for line in said)
    assert not [line for line in said if any(secret in line for secret in secrets)]


def test_a_list_names_addresses_and_domains_in_any_case_and_nothing_that_only_looks_like_them():
    authenticator = Authenticator(Settings(leads="Ana@Example.com", labellers="@example.com, kim@x.org"), lambda: None)
    assert authenticator.role_of("aNA@example.COM") == LEAD
    assert authenticator.role_of("ben@example.com") == LABELLER
    for other in ("ben@sub.example.com", "ben@example.com.evil.org", "example.com", "", "\u212aim@x.org", "xkim@x.org"):
        assert authenticator.role_of(other) is None
