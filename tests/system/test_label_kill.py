"""Two people label in browsers while the server is killed, again and again."""

import signal
import time

from tests.support.browser import READ_MS
from tests.support.server import PAGES, free_port, serve
from tests.system.test_label_page import ANOTHER, log, shown

ROUNDS = 20


def press_all(pages, key):
    """Everybody presses a key, as soon as they could have read their email. Returns these emails, by name."""
    next(iter(pages.values())).wait_for_timeout(READ_MS)
    before = {by: shown(page) for by, page in pages.items()}
    for page in pages.values():
        page.keyboard.press(key)
    return before


def test_what_the_screen_acknowledged_survives_kill_9(browser, model_dir, tmp_path):
    database, port = tmp_path / "kill.db", free_port()  # the same one, so that browsers keep the app's scripts
    environment = {"DATABASE_URL": f"sqlite:///{database}", "MAILROOM_MODEL_DIR": str(model_dir)}
    said = {"eva": 0, "finn": 0}
    people = {by: browser.new_context() for by in said}
    for round_ in range(ROUNDS):
        with serve(PAGES, port=port, **environment) as address:
            pages = {by: context.new_page() for by, context in people.items()}
            for by, page in pages.items():
                page.goto(f"{address}/label?by={by}", wait_until="commit")
            for page in pages.values():
                page.wait_for_selector(".choice:not([disabled])")
            for key in "bf":
                before = press_all(pages, key)
                for by, page in pages.items():
                    page.wait_for_function(ANOTHER, arg=before[by])
                    said[by] += 1
            press_all(pages, "x")  # not acknowledged: it may be there or not
            time.sleep(0.01 * (round_ % 5))
            address.process.send_signal(signal.SIGKILL)
            for page in pages.values():
                page.close()
        for by in said:
            there = log(database, 'select count(*), count(distinct email_id) from label where "by" = ?', by)[0]
            assert there[0] == there[1], "once"
            assert said[by] <= there[0] <= said[by] + 1, "all that was acknowledged, and at most what was on its way"
            said[by] = there[0]
    for context in people.values():
        context.close()
