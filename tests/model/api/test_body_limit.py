"""A body is refused where it is too large, and few large ones are held at once."""

import anyio

from model.api.body_limit import LARGE_BODY_BYTES, MAX_LARGE_BODIES, BodyLimitMiddleware
from tests.support.loops import apart

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": []}


class Sender:
    """Somebody who sends a body in two parts, and counts how much of it was taken."""

    def __init__(self, size):
        self.parts = [b"x" * (LARGE_BODY_BYTES + 1), b"x" * (size - LARGE_BODY_BYTES - 1)]
        self.taken, self.answers = 0, []

    async def receive(self):
        self.taken += 1
        return {"type": "http.request", "body": self.parts.pop(0), "more_body": bool(self.parts)}

    async def send(self, message):
        self.answers.append(message)


def test_the_next_large_body_waits_until_another_is_done():
    async def run():
        working, go_on = [], anyio.Event()

        async def work(scope, receive, send):
            working.append(len((await receive())["body"]))
            await go_on.wait()

        limit = BodyLimitMiddleware(work, max_bytes=10 * LARGE_BODY_BYTES)
        senders = [Sender(3 * LARGE_BODY_BYTES) for _ in range(MAX_LARGE_BODIES + 1)]
        async with anyio.create_task_group() as group:
            for one in senders:
                group.start_soon(limit, SCOPE, one.receive, one.send)
            await anyio.wait_all_tasks_blocked()
            assert working == [3 * LARGE_BODY_BYTES] * MAX_LARGE_BODIES
            assert [one.taken for one in senders] == [2] * MAX_LARGE_BODIES + [1], "it is not read meanwhile"
            go_on.set()
        assert working == [3 * LARGE_BODY_BYTES] * (MAX_LARGE_BODIES + 1)

    apart(run)


def test_a_body_that_is_too_large_is_refused_before_it_is_worked_on():
    async def run():
        async def work(*_):
            raise AssertionError("it was worked on")

        one = Sender(3 * LARGE_BODY_BYTES)
        await BodyLimitMiddleware(work, max_bytes=2 * LARGE_BODY_BYTES)(SCOPE, one.receive, one.send)
        assert one.answers[0]["status"] == 413

    apart(run)
