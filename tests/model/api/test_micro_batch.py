"""What many ask for at the same time is done for all of them at once."""

import threading

import anyio

from model.api.micro_batch import MicroBatcher
from tests.support.loops import apart


def run(work, ask, most=3):
    """What each of those who ask at the same time gets: a result, or the error."""

    async def main():
        together, got = MicroBatcher(work, most), {}

        async def one(name):
            try:
                got[name] = await together(name)
            except Exception as error:
                got[name] = error

        async with anyio.create_task_group() as group:
            for name in ask:
                group.start_soon(one, name)
        return got

    return apart(main)


def test_each_gets_the_result_of_its_own_and_few_runs_are_enough():
    runs = []

    def work(some):
        runs.append(list(some))
        return [name.upper() for name in some]

    assert run(work, "abcdefg") == {name: name.upper() for name in "abcdefg"}
    assert [one for some in runs for one in some] == list("abcdefg"), "in the order in which they came"
    assert max(map(len, runs)) == 3
    assert len(runs) == 3


def test_an_error_is_everybodys_who_was_worked_on_with_it_and_nobody_elses():
    def work(some):
        if "b" in some:
            raise ValueError("no")
        return some

    got = run(work, "abcdef")
    assert [name for name, one in got.items() if isinstance(one, ValueError)] == ["a", "b", "c"]
    assert [got[name] for name in "def"] == ["d", "e", "f"]


def test_whoever_goes_does_not_hold_up_the_others():
    started, go_on = threading.Event(), threading.Event()

    def work(some):
        started.set()
        assert go_on.wait(10)
        return some

    async def main():
        together = MicroBatcher(work, 8)
        with anyio.move_on_after(0.05) as gone:
            await together("a")
        assert gone.cancelled_caught
        assert started.is_set()
        go_on.set()
        assert await together("b") == "b"

    apart(main)


def test_there_is_no_result_where_the_work_lost_one():
    assert all(isinstance(one, ValueError) for one in run(lambda some: some[:-1], "ab").values())
