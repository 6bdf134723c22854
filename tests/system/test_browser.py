"""A real browser on the real app: a stakeholder's first minute."""

import pytest

from data.schema import Email, Label, Received
from data.store import Store
from tests.conftest import NOON
from tests.support.browser import click_button
from tests.support.server import PAGES, serve

MENU = 7


def try_example(page, name):
    click_button(page, name)
    page.wait_for_selector(".mr-answer")
    page.wait_for_selector(".mr-matrix")
    page.wait_for_selector(".js-plotly-plot .barlayer path >> nth=0")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_one_click_from_the_home_page_to_a_decision(visit, width, scheme):
    page = visit(width=width, color_scheme=scheme, timezone_id="Europe/Paris")
    assert page.title() == "Triage · Mailroom"
    try_example(page, "Charged twice")
    sentence = page.locator(".mr-answer p").inner_text()
    assert sentence.startswith("Goes to Billing. P")
    assert "answer by" in sentence
    assert "CE" in page.locator(".mr-answer time").get_attribute("title"), "the visitor's zone on hover"
    page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length === 5")
    assert page.locator(".mr-mail mark").count() > 3
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, "nothing sticks out to the side"
    assert page.troubles == []


def test_an_email_of_ones_own_by_keyboard(visit):
    page = visit()
    page.get_by_label("Email", exact=True).fill("Please cancel my subscription at the end of the month.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".mr-answer.decided")
    assert "Goes to Cancellation" in page.locator(".mr-answer p").inner_text()
    assert page.troubles == []


def test_a_mistake_stands_under_its_field_and_nothing_is_lost(visit):
    page = visit()
    page.get_by_label("Email", exact=True).fill("Where is my parcel?")
    page.get_by_label("Customers affected").fill("a thousand")
    click_button(page, "Sort it")
    error = page.wait_for_selector(".mr-field-error")
    assert "“a thousand” is not a whole number" in error.inner_text()
    field = page.get_by_label("Customers affected").bounding_box()
    assert 0 < error.bounding_box()["y"] - field["y"] < 90
    assert page.get_by_label("Email", exact=True).input_value() == "Where is my parcel?"


def test_hostile_mail_is_text(visit):
    page = visit()
    try_example(page, "Full of HTML")
    assert page.locator(".mr-mail script, .mr-mail img, .mr-mail iframe").count() == 0
    assert "<script>alert('hello')</script>" in page.locator(".mr-mail").inner_text()
    assert page.troubles == []


def test_what_it_asks_a_person_looks_finished(visit):
    page = visit()
    try_example(page, "Nothing we know")
    assert page.locator(".mr-answer.ask p").inner_text().startswith("Ask a person.")


def test_was_this_right(visit):
    page = visit()
    try_example(page, "Locked out")
    click_button(page, "Right: Account access")
    page.wait_for_selector("text=Kept as a label: it belongs to Account access")


def test_a_first_visitor_is_shown_around_in_three_steps_and_never_again(visit):
    page = visit()
    page.get_by_text("1 of 3").wait_for()
    page.get_by_role("button", name="Show me").click()
    page.wait_for_selector(".mr-answer.decided")
    page.get_by_text("2 of 3").wait_for()
    page.get_by_role("button", name="Try that").click()
    page.wait_for_selector(".mr-answer.ask")
    page.get_by_text("3 of 3").wait_for()
    page.get_by_role("button", name="See how good it is").click()
    page.wait_for_selector("h1:has-text('How good is it')")
    page.get_by_role("link", name="Triage").click()
    page.wait_for_selector("h1:has-text('Which team')")
    page.wait_for_selector("text=Try one of these")
    assert page.get_by_text("of 3").count() == 0
    again = page.context.new_page()
    again.goto(page.url)
    again.wait_for_selector("text=Try one of these")
    assert again.get_by_text("of 3").count() == 0


def test_on_a_phone_the_answer_is_under_what_was_clicked(visit):
    page = visit(width=390, height=844)
    page.get_by_role("button", name="Show me").click()
    page.wait_for_selector(".mr-answer.decided")
    page.get_by_text("2 of 3").wait_for()
    said, banner = (page.locator(one).bounding_box() for one in (".mr-answer", ".st-key-tour"))
    assert said["y"] + 100 < banner["y"], "its first lines are above the tour"
    click_button(page, "Skip the tour")
    page.get_by_text("2 of 3").wait_for(state="detached")
    click_button(page, "Sort it")
    page.wait_for_selector(".st-key-typed .mr-answer")
    form, answer = (page.locator(one).bounding_box() for one in ("[data-testid=stForm]", ".mr-answer"))
    assert form["y"] + form["height"] < answer["y"]


def test_the_tour_can_be_skipped(visit):
    page = visit()
    click_button(page, "Skip the tour")
    page.get_by_text("1 of 3").wait_for(state="detached")
    assert page.get_by_role("button", name="Sort it").is_visible()


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/guide", "Where mail can go"),
        ("/label", "Which team should"),
        ("/quality", "How good is it"),
        ("/triage", "Which team gets"),
    ],
)
def test_a_deep_link_as_the_very_first_request(browser, model_dir, tmp_path, path, heading):
    with serve(PAGES, DATABASE_URL=f"sqlite:///{tmp_path}/b.db", MAILROOM_MODEL_DIR=str(model_dir)) as fresh:
        page = browser.new_page()
        page.goto(fresh + path)
        page.wait_for_selector(f"h1:has-text('{heading}')")
        assert page.locator("[data-testid=stTopNavLink]").count() == MENU, "the menu is there"
        assert page.locator("[role=dialog]").count() == 0
        other = "What it knows" if path == "/triage" else "Triage"
        page.get_by_role("link", name=other).click()
        page.wait_for_function("heading => !document.querySelector('h1').innerText.startsWith(heading)", arg=heading)
        page.close()


def figures(page):
    """What the dial says of a week: share decided, share right, errors, time and money, as they stand there."""
    return page.locator(".mr-figures b").all_inner_texts()


def turn(page, key, times):
    """Turn the dial by keys, and wait until the figures have followed."""
    before = figures(page)
    page.get_by_role("slider").focus()
    for _ in range(times):
        page.keyboard.press(key)
    page.wait_for_function("before => document.querySelector('.mr-figures b').innerText !== before", arg=before[0])
    page.wait_for_selector("[data-testid=stStatusWidget]", state="detached")
    return figures(page)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_dial_moves_share_errors_time_and_money_together(visit, width, scheme):
    page = visit("/quality", width=width, color_scheme=scheme)
    page.wait_for_selector(".mr-figures")
    assert "of 100" in page.locator(".mr-says").inner_text()
    careful, bold = turn(page, "Home", 1), turn(page, "End", 1)
    share, right, errors, _, money = zip(careful, bold, strict=True)
    number = [[float(text.replace(",", "").strip("<> %")) for text in pair] for pair in (share, right, errors, money)]
    assert number[0][0] < number[0][1], "bold decides more"
    assert number[1][0] > number[1][1], "and is right less often"
    assert number[2][0] < number[2][1], "and makes more errors"
    assert number[3][0] != number[3][1]
    click_button(page, "Cheapest")
    page.wait_for_function("before => document.querySelectorAll('.mr-figures b')[4].innerText !== before", arg=bold[4])
    assert float(figures(page)[4].replace(",", "")) <= min(number[3])
    page.wait_for_selector(".js-plotly-plot >> nth=3")
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing sticks out to the side"
    assert [one for one in page.troubles if "404" not in one] == []


def test_a_wrong_number_on_the_dial_is_a_sentence_and_the_rest_stays(visit):
    page = visit("/quality")
    page.wait_for_selector(".mr-figures")
    page.get_by_label("Minutes to sort one by hand").fill("two")
    page.keyboard.press("Enter")
    error = page.wait_for_selector(".mr-field-error")
    assert "“two” is not a number" in error.inner_text()
    assert page.get_by_label("Minutes to sort one by hand").input_value() == "two"
    page.get_by_label("Minutes to sort one by hand").fill("2,5")
    page.keyboard.press("Enter")
    page.wait_for_selector(".mr-figures")


def test_use_this_holds_for_everybody_and_names_who_said_so(enter):
    page = enter("/quality")
    page.wait_for_selector(".mr-figures")
    turn(page, "Home", 1)
    click_button(page, "for everybody")
    page.wait_for_selector("text=99 % is in force")
    page.wait_for_selector("text=Set before: 99 % by Ana *Bold*")
    other = enter("/")
    try_example(other, "Locked out")
    assert "it takes 99 % to decide" in other.locator(".mr-answer").inner_text()
    page.get_by_role("slider").focus()
    for _ in range(29):
        page.keyboard.press("ArrowRight")
    click_button(page, "Use 70 % for everybody")
    page.wait_for_selector("text=70 % is in force")


def test_a_square_opens_its_emails(visit):
    page = visit("/quality", height=2600)
    points = page.locator(".js-plotly-plot:has(.xtick text:has-text('Billing')) .scatterlayer .point")
    points.first.wait_for()
    first = page.locator(".mr-quoted").first.inner_text()
    points.nth(40).click(force=True)
    page.wait_for_function("first => document.querySelector('.mr-quoted').innerText !== first", arg=first)


def test_ones_own_labelled_mail_gets_the_same_page(visit, tmp_path):
    page = visit("/quality")
    rows = ["Message,Team", *[f"Where is my parcel number {i}? It has not come.,Delivery" for i in range(30)]]
    rows += [f"Please cancel my plan {i} at the end of the month.,cancellation" for i in range(30)] + ["Hello,Nonsense"]
    (tmp_path / "ours.csv").write_text("\n".join(rows))
    page.get_by_text("Test it on your own mail").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "ours.csv")
    page.wait_for_selector("text=Judged by 60 of 61 rows")
    page.wait_for_selector("text=Counted on your own mail: 60 of them")
    page.get_by_text("What could not be used").click()
    page.wait_for_selector("text=1 rows are labelled “Nonsense”: that is none of")


def test_where_people_disagree_somebody_has_the_last_word(visit, database):
    store = Store(f"sqlite:///{database}")
    store.receive([Received("torn", NOON, "import", Email(subject="<i>Torn</i>", body="Money back or a new one?"))])
    for by, category in (("ana", "refund"), ("ben", "delivery")):
        store.labels.add([Label(id=f"torn{by}", email_id="torn", by=by, at=NOON, category=category)])
    page = visit("/agree")
    assert "<i>Torn</i>" in page.locator(".mr-mail").inner_text()
    page.wait_for_selector("text=emails labelled by two or more")
    assert "Delivery and Refund: on 1 email" in page.inner_text("body")
    click_button(page, "Settle it")
    page.wait_for_selector("text=The last word needs a name")
    page.get_by_label("Your name, for the log").fill("Lea")
    page.keyboard.press("Enter")
    click_button(page, "Settle it")
    page.wait_for_selector("text=The last word needs a category")
    page.get_by_label("It goes to").click()
    page.get_by_role("option", name="Refund").click()
    click_button(page, "Settle it")
    page.wait_for_selector("text=Nobody disagrees")
    [settled] = [one for one in store.labels.history("torn") if one.kind == "settle"]
    assert (settled.by, settled.category) == ("Lea", "refund")
    assert [one for one in page.troubles if "404" not in one] == []
