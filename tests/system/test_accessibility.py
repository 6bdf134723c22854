"""Everybody can use it: axe-core finds nothing, the keyboard is enough, and what is meant to be read can be."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from data.model_records import REJECTED, Promotion, StoredModel
from data.schema import Email, Label, Received
from data.store import Store
from model.evaluation.reports import Interval
from model.serving.manifest import read_manifest
from model.training.comparison_report import ON_RANDOM_SAMPLE, ChangedEmail, LabelWorth
from pages.ui import charts
from pages.ui.page import MENU_ENTRIES
from tests.conftest import NOON
from tests.model.training.test_comparison import report, row
from tests.support.accessibility import colours, contrast, leaps, mixed, rgb, tab_to, until, violations
from tests.support.browser import READ_MS, click_button, still
from tests.system.test_inbox_page import TABLE, as_csv, drop, select, sort

SCHEMES = ("light", "dark")
TEXT, GRAPHICS = 4.5, 3.0
"""WCAG 2.2, AA: contrast of text (1.4.3) and of what is no text (1.4.11)."""

LONG = "Where is my parcel? The tracking has not moved for a week.\n" * 80
MAIL = ("Money back or a new one?", "Where is my parcel?", "Please cancel my plan at the end of the month.")
SAID = {"ana": ("refund", "delivery", "cancellation"), "ben": ("delivery", "delivery", "cancellation")}


def calm(page):
    """The page once its style sheet and all else is there: what is drawn anew would lose the focus."""
    until(page, "getComputedStyle(document.documentElement).getPropertyValue('--decided')")
    still(page)
    return page


def open_learn(enter, **options):
    """The Learn page as somebody sees it who may promote."""
    return calm(enter("/learn", **options))


@pytest.fixture
def desk(database):
    """The store of the app: three emails, labelled by two people who differ on one, and no candidate."""
    store = Store(f"sqlite:///{database}")
    mail = [Email(subject="A kettle", body=body, sender="p@example.com") for body in MAIL]
    store.receive([Received(f"a{i}", NOON, "import", email) for i, email in enumerate(mail)])
    if not store.labels.history("a0"):
        store.labels.add([label(by, i, key) for by, keys in SAID.items() for i, key in enumerate(keys)])
    decided = {one.version for one in store.models.promotions()}
    for one in store.models.all():
        if one.version not in decided:
            store.models.decide(Promotion(one.version, REJECTED, "ana", NOON))
    return store


def label(by, i, category):
    return Label(id=uuid4().hex, email_id=f"a{i}", by=by, at=NOON, category=category)


def offer(store, folder, version):
    """Let the model of a folder be a candidate by another name, with a report in which everything happens."""
    manifest = read_manifest(folder)
    files = {one.name: (folder / one.name).read_bytes() for one in (manifest.table, manifest.evidence)}
    share = Interval(value=0.7, low=0.6, high=0.8)
    judged = ((True, "delivery"), (False, "refund"), (None, "")) * 6
    changes = [
        ChangedEmail(email_id=f"a{i % 3}", before="refund", after="delivery", sure=0.8, truth=truth, better=better)
        for i, (better, truth) in enumerate(judged)
    ]
    told = report(
        compared=[row(ON_RANDOM_SAMPLE, 100, 0.01, 0.02, 0.03)],
        by_category=[row("refund", 40, 0.01, 0.02, 0.03)],
        changes=changes,
        worth=LabelWorth(points=[(20, share), (80, share)], more=50, gain=Interval(value=0.02, low=0.0, high=0.04)),
    )
    renamed = manifest.model_copy(update={"version": version}).model_dump_json()
    store.models.add(StoredModel(version, datetime.now(UTC), "ana", renamed, told.model_dump_json(), files))


def send(page, body, **fields):
    page.get_by_label("Email", exact=True).fill(body)
    for name, value in fields.items():
        page.get_by_label(name.replace("_", " ")).fill(value)
    click_button(page, "Sort it")


def example(page, name):
    click_button(page, name)
    drawn(page, 4)


def drawn(page, count):
    """Wait for so many charts."""
    until(page, f"document.querySelectorAll('.js-plotly-plot .subplot').length >= {count}")


def a_field_is_wrong(page):
    send(page, MAIL[1], Customers_affected="a thousand")
    page.wait_for_selector(".mr-field-error")


def a_long_email(page):
    send(page, LONG)
    page.wait_for_selector(".mr-matrix")


def an_email(page):
    page.wait_for_selector(".choice:not([disabled])")


def the_guideline(page):
    an_email(page)
    page.keyboard.press("?")
    page.wait_for_selector("dialog.guideline[open]")


def suggestions(page):
    an_email(page)
    page.get_by_text("Show what the model suggests").click()
    expect(page.get_by_label("Show what the model suggests")).to_be_checked()


def columns_of_a_table(page):
    drop(page, ("desk.csv", as_csv(TABLE)))


def a_batch(page):
    columns_of_a_table(page)
    sort(page)


def a_filter(page):
    a_batch(page)
    page.get_by_role("button", name="Decided 3").or_(page.get_by_role("checkbox", name="Decided 3")).click()
    expect(page.get_by_text("3 shown.")).to_be_visible()


def an_opened_mail(page):
    a_batch(page)
    page.get_by_test_id("stDataFrame").first.scroll_into_view_if_needed()
    select(page, 0)
    page.wait_for_selector(".mr-matrix")
    drawn(page, 8)


def the_dial(page):
    page.wait_for_selector(".mr-figures")
    drawn(page, 6)


def a_candidate(page):
    page.wait_for_selector(".mr-change")
    drawn(page, 1)


def address_of(entry):
    return "/" if entry.get("default") else f"/{entry.get('url_path', entry['page'].stem)}"


PAGES = {f"{one['title']}": (address_of(one), None) for one in MENU_ENTRIES if one.get("visibility") != "hidden"}
STATES = PAGES | {
    "Triage: decided": ("/", lambda page: example(page, "Charged twice")),
    "Triage: asks a person": ("/", lambda page: example(page, "Nothing we know")),
    "Triage: a field is wrong": ("/", a_field_is_wrong),
    "Triage: a long email": ("/", a_long_email),
    "Label: an email": ("/label", an_email),
    "Label: suggestions": ("/label", suggestions),
    "Label: the guideline": ("/label", the_guideline),
    "Agree: people differ": ("/agree", lambda page: page.wait_for_selector(".mr-mail")),
    "Inbox: columns of a table": ("/inbox", columns_of_a_table),
    "Inbox: a batch": ("/inbox", a_batch),
    "Inbox: a filter": ("/inbox", a_filter),
    "Inbox: an opened mail": ("/inbox", an_opened_mail),
    "Quality: the dial": ("/quality", the_dial),
    "Learn: a candidate": ("/learn", a_candidate),
}
WITH_CHARTS = ("Triage: decided", "Inbox: an opened mail", "Quality: the dial", "Learn: a candidate")


@pytest.fixture
def at(enter, desk, model_dir):
    """Open a page as a lead, who sees all that there is on it, and bring it into a state."""

    def open_(state, **options):
        path, bring = STATES[state]
        if bring is a_candidate:
            offer(desk, model_dir, f"offered-{uuid4().hex[:8]}")
        page = open_learn(enter, **options) if path == "/learn" else calm(enter(path, **options))
        if bring:
            bring(page)
            still(page)
        return page

    return open_


def turn(page, scheme, width=1280):
    """Light or dark, wide or narrow, as the visitor's system may change at any time."""
    ground = rgb(colours(scheme)["background"])
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    app = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    until(page, "{} === 'rgb({}, {}, {})'".format(app, *ground))
    still(page)


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_and_at_twice_the_size_nothing_sticks_out_sideways(at, state):
    page = at(state)
    found = []
    for scheme in SCHEMES:
        for width in (1280, 390):
            turn(page, scheme, width)
            found += [f"{state}, {scheme}, {width} px. {one}" for one in violations(page)]
    assert not found, "\n".join(found)
    turn(page, scheme, 640)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    assert page.evaluate("(main => main.scrollWidth - main.clientWidth)(document.querySelector('.stMain'))") <= 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_where_people_sign_in(browser, guarded, scheme):
    page = browser.new_page(viewport={"width": 390, "height": 900}, color_scheme=scheme)
    page.goto(guarded)
    page.wait_for_selector("input[type=password]")
    assert not violations(page)
    page.close()


@pytest.mark.parametrize("state", ["Triage: decided", "Label: an email", "Quality: the dial"])
def test_nothing_moves_for_those_who_do_not_want_it(at, state):
    page = at(state, reduced_motion="reduce")
    slow = page.evaluate(
        "[...document.querySelectorAll('*')].flatMap(one => { const s = getComputedStyle(one); "
        "return `${s.transitionDuration}, ${s.animationDuration}`.split(', ') }).filter(t => parseFloat(t) > .001)"
    )
    assert slow == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_colours_of_the_theme_can_be_read(scheme):
    named = colours(scheme)
    grounds = [named["background"], named["secondaryBackground"]]
    faint = [(mixed(named["text"], ground, 0.68), ground) for ground in grounds]
    words = [(named[name], ground) for name in ("text", "decided", "ask", "risk") for ground in grounds]
    on_buttons = [("#FFFFFF", named["primary"])]
    marks = [(named["text"], mixed(named["decided"], ground, 0.45)) for ground in grounds]
    in_charts = [(named["words"], grounds[0]), (charts.TEXT_ON_ASK_COLOUR, charts.ASK_COLOUR)]
    for fore, ground in [*faint, *words, *on_buttons, *marks, *in_charts]:
        assert contrast(fore, ground) >= TEXT, (fore, ground)
    for mark in (named["primary"], named["decided"], charts.DECIDED_COLOUR, charts.ASK_COLOUR):
        assert contrast(mark, grounds[0]) >= GRAPHICS, mark


@pytest.mark.parametrize("scheme", SCHEMES)
def test_one_meaning_has_one_colour(scheme):
    named = {name: code.lower() for name, code in colours(scheme).items()}
    assert named["ask"] == named["orange"]
    assert named["risk"] == named["red"]


@pytest.mark.parametrize("state", WITH_CHARTS)
def test_charts_can_be_read_and_are_told_in_words(at, state):
    page = at(state)
    for scheme in SCHEMES:
        turn(page, scheme)
        ground = colours(scheme)["background"]
        for text, fill in styled(page, "text", "fill", ground):
            assert fill == rgb(charts.TEXT_ON_ASK_COLOUR) or contrast(fill, ground) >= TEXT, (scheme, text, fill)
        for _, fill in styled(page, ".bars path, .scatterlayer .points path", "fill", ground):
            assert contrast(fill, ground) >= GRAPHICS, (scheme, fill)
        for _, stroke in styled(page, ".scatterlayer .js-line, .errorbar path", "stroke", ground):
            assert contrast(stroke, ground) >= GRAPHICS, (scheme, stroke)
    drawings = page.get_by_test_id("stPlotlyChart")
    assert drawings.count() == page.locator("[data-testid=stPlotlyChart][aria-label]").count() > 0


def styled(page, selector, style, ground):
    """The text of each such part of the charts, and a colour of it as it is seen on the ground."""
    inside = ", ".join(f".js-plotly-plot {one}" for one in selector.split(", "))
    found = page.evaluate(
        "([inside, style]) => [...document.querySelectorAll(inside)].map(one => [one.textContent, "
        "getComputedStyle(one)[style], getComputedStyle(one)[style + 'Opacity'] * getComputedStyle(one).opacity])",
        [inside, style],
    )
    return [(text, mixed(colour, ground, opacity)) for text, colour, opacity in found]


def seen(stops, scheme):
    """Every stop has an outline of ours that can be told from the ground."""
    ground = colours(scheme)["background"]
    for stop in stops:
        outlines = re.findall(r"(rgb\([^)]*\)) 2px", stop.look)
        assert outlines, f"no outline around {stop.name}"
        assert contrast(outlines[0], ground) >= GRAPHICS, stop.name
    assert leaps(stops) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_email_is_triaged_and_judged_by_keyboard_alone(visit, desk, scheme):
    page = calm(visit("/", color_scheme=scheme))
    stops = tab_to(page, "Subject")
    page.keyboard.type("My plan")
    stops += tab_to(page, "Email")
    page.keyboard.type("Please cancel my subscription at the end of the month.")
    stops += tab_to(page, "Sort it")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Right: Cancellation").wait_for()
    drawn(page, 5)
    stops += tab_to(page, "Right: Cancellation", most=3)
    seen(stops, scheme)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Kept as a label: it belongs to Cancellation")


def label_by_keyboard(page, act):
    """Do something, and wait for the next email."""
    before = page.locator(".mail").inner_text()
    page.wait_for_timeout(READ_MS)
    act()
    expect(page.locator(".mail")).not_to_have_text(before, use_inner_text=True)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_emails_are_labelled_by_keyboard_alone(visit, desk, scheme):
    page = calm(visit(f"/label?by=keys-{scheme}", color_scheme=scheme))
    an_email(page)
    stops = tab_to(page, "B Billing")
    label_by_keyboard(page, lambda: page.keyboard.press("Enter"))
    label_by_keyboard(page, lambda: page.keyboard.press("f"))
    stops += tab_to(page, "D Delivery")
    label_by_keyboard(page, lambda: page.keyboard.press(" "))
    seen(stops, scheme)
    page.wait_for_selector("text=3 today")
    said = [one.category for one in desk.labels.current_labels() if one.by == f"keys-{scheme}"]
    assert said == ["billing", "refund", "delivery"]


def test_single_keys_can_be_turned_off(visit, desk):
    page = calm(visit("/label?by=voice"))
    an_email(page)
    tab_to(page, "on single keys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="off single keys")).to_be_visible()
    before = page.locator(".mail").inner_text()
    page.keyboard.type("bf?")
    page.wait_for_timeout(500)
    assert page.locator(".mail").inner_text() == before
    page.keyboard.press("Enter")
    label_by_keyboard(page, lambda: page.keyboard.press("b"))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_candidate_is_promoted_by_keyboard_alone(enter, desk, model_dir, scheme):
    version = f"by-keyboard-{scheme}"
    offer(desk, model_dir, version)
    page = open_learn(enter, color_scheme=scheme)
    a_candidate(page)
    stops = tab_to(page, "Promote")
    seen(stops, scheme)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Promote")).to_have_count(0)
    assert desk.models.in_force() == version
