"""The labelling page in a real browser: by keyboard alone, and while the store is away."""

import sqlite3
from contextlib import closing

import pytest

from tests.support.browser import READ_MS, still
from tests.support.server import PAGES, serve

ROOT = "document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot"
ANOTHER = f"before => {ROOT}.querySelector('.mail').innerText !== before"
KEYS = {"b": "billing", "f": "refund", "d": "delivery", "x": "cancellation", "n": "none"}


def start(visit, **options):
    page = visit("/label", **options)
    page.wait_for_selector(".mail p")
    page.wait_for_selector(".choice:not([disabled])")
    return page


def name(page, by):
    page.get_by_label("Your name").fill(by)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.locator("h1").click()
    page.wait_for_url(f"**by={by}*")
    page.wait_for_selector("text=0 today")
    still(page)


def shown(page):
    return page.locator(".mail").inner_text()


def press(page, key):
    """Press a key, no sooner than somebody could have read the email, and wait for the next one."""
    before = shown(page)
    page.wait_for_timeout(READ_MS)
    page.keyboard.press(key)
    page.wait_for_function(ANOTHER, arg=before)
    return before


def log(address_of, query, *values):
    with closing(sqlite3.connect(address_of)) as raw:
        return raw.execute(query, values).fetchall()


def test_a_letter_labels_and_the_next_email_is_there(visit, database):
    page = start(visit)
    name(page, "ana")
    texts = [press(page, key) for key in "bfdxn"]
    page.wait_for_selector("text=5 today")
    assert len(set(texts)) == 5
    kept = log(database, "select category, seconds, shown from label where \"by\" = 'ana' order by number")
    assert [row[0] for row in kept] == list(KEYS.values())
    assert all(0 < row[1] < 60 and not row[2] for row in kept)
    assert [one for one in page.troubles if "404" not in one] == []


def test_space_skips_and_backspace_undoes_as_often_as_one_likes(visit, database):
    page = start(visit)
    name(page, "ben")
    first, second = press(page, "b"), press(page, " ")
    press(page, "Backspace")
    assert shown(page) == second
    press(page, "Backspace")
    assert shown(page) == first
    page.wait_for_selector("text=0 today")
    kinds = [row[0] for row in log(database, "select kind from label where \"by\" = 'ben' order by number")]
    assert kinds == ["label", "skip", "undo", "undo"]


def test_second_category_levels_note_and_expert_are_one_key_away(visit, database):
    page = start(visit)
    name(page, "carla")
    for key in ("Shift+F", "3", "4", "!", "/"):
        page.keyboard.press(key)
    page.keyboard.type('b? not sure, <b>ask</b> "Jo"')
    page.keyboard.press("Enter")
    press(page, "b")
    query = "select category, also, impact, urgency, expert, note from label where \"by\" = 'carla'"
    assert log(database, query) == [("billing", "refund", "high", "low", 1, 'b? not sure, <b>ask</b> "Jo"')]
    assert page.get_by_label("Note").input_value() == "", "a note belongs to one email"


def test_the_guideline_is_one_key_away_and_keys_rest_meanwhile(visit):
    page = start(visit)
    page.keyboard.press("?")
    guideline = page.locator("dialog.guideline")
    for part in (
        "Security and privacy",
        "Where two fit, from the top",
        "None of these",
        "You took the March payment twice",
    ):
        assert part in guideline.inner_text()
    before = shown(page)
    page.keyboard.press("b")
    page.wait_for_timeout(500)
    assert shown(page) == before
    page.keyboard.press("Escape")
    press(page, "b")


def test_a_double_press_labels_one_email_once(visit, database):
    page = start(visit)
    name(page, "dan")
    before = shown(page)
    page.keyboard.press("b")
    page.keyboard.press("b")
    page.wait_for_selector("text=1 today")
    page.wait_for_timeout(500)
    assert shown(page) != before
    assert log(database, "select count(*) from label where \"by\" = 'dan'") == [(1,)]


def test_a_second_press_that_comes_when_the_next_email_does_is_not_about_that(visit, database):
    page = start(visit)
    name(page, "gil")
    answer_as_soon_as_shown = f"""() => new Promise((done) => {{
        const mail = {ROOT}.querySelector('.mail')
        const press = () => document.dispatchEvent(new KeyboardEvent('keydown', {{key: 'b', bubbles: true}}))
        new MutationObserver(() => (press(), done())).observe(mail, {{subtree: true, childList: true}})
        press()
    }})"""
    page.evaluate(answer_as_soon_as_shown)
    page.wait_for_timeout(500)
    assert log(database, "select count(*) from label where \"by\" = 'gil'") == [(1,)]
    press(page, "b")
    page.wait_for_selector("text=2 today")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_fits_the_window(visit, width, scheme):
    page = start(visit, width=width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.wait_for_timeout(READ_MS)
    page.locator(".choice").nth(3).click()
    page.wait_for_selector("text=1 today")


def test_what_the_model_suggests_can_be_shown(visit):
    page = start(visit)
    assert "%" not in page.locator(".categories").inner_text()
    page.get_by_text("Show what the model suggests").click()
    page.locator("h1").click()  # a space would turn it off again
    answered = (
        f"() => /%/.test({ROOT}.querySelector('.categories').innerText) || {ROOT}.querySelector('.under').innerText"
    )
    page.wait_for_function(answered)
    while "No suggestion" in page.locator(".under").inner_text():
        press(page, " ")
    page.wait_for_function(f"() => /%/.test({ROOT}.querySelector('.categories').innerText)")


def test_mail_is_text(visit, database):
    body = "<img src=x onerror=alert(1)><script>alert(2)</script> & <b>bold</b>"
    with closing(sqlite3.connect(database)) as raw:
        raw.execute(
            "insert into email (id, at, source, subject, body) values ('evil', '2027-01-01', 'import', '<i>x', ?)",
            [body],
        )
        raw.commit()
    page = start(visit)
    page.get_by_label("Order").click()
    page.get_by_role("option", name="Newest first").click()
    page.wait_for_function("body => " + ROOT + ".querySelector('.mail').innerText.includes(body)", arg=body)
    assert body in shown(page)
    assert page.locator(".mail img, .mail script, .mail b").count() == 0
    assert [one for one in page.troubles if "404" not in one] == []


def test_a_store_that_is_away_loses_nothing_and_it_goes_on_by_itself(browser, model_dir, postgres):
    """A press while PostgreSQL is stopped is kept as soon as it is started."""
    import psycopg

    url = postgres.database("away")
    with serve(PAGES, DATABASE_URL=url, MAILROOM_MODEL_DIR=str(model_dir)) as address:
        page = browser.new_page()
        page.goto(f"{address}/label")
        page.wait_for_selector(".choice:not([disabled])")
        press(page, "b")
        page.wait_for_timeout(READ_MS)
        postgres.stop()
        try:
            page.keyboard.press("f")
            page.wait_for_selector("text=The store is away, nothing you typed is lost")
            before = shown(page)
        finally:
            postgres.start()
        page.wait_for_selector("text=2 today")
        assert shown(page) != before
        press(page, "d")
        page.wait_for_selector("text=3 today")
        with psycopg.connect(url) as raw:
            kept = raw.execute("select category from label order by number").fetchall()
        assert [row[0] for row in kept] == ["billing", "refund", "delivery"]
        page.close()
