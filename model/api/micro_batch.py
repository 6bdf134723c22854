"""What many ask for at the same time is done for all at once: one pass of the model, one commit of the store."""

from asyncio import Future, Task, create_task, get_running_loop
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from anyio import to_thread

T, R = TypeVar("T"), TypeVar("R")


class MicroBatcher(Generic[T, R]):
    """Work over some things in order, in a thread of its own. Whoever is alone does not wait for others to come."""

    def __init__(self, work: Callable[[list[T]], list[R]], most: int) -> None:
        """At `most` so many are worked on at once; those that come meanwhile are the next ones."""
        self._work = work
        self._most = most
        self._waiting: deque[tuple[T, Future[R]]] = deque()
        self._task: Task[None] | None = None

    async def __call__(self, one: T) -> R:
        """What the work made of one. Raises what the work raised, for all that were worked on with it."""
        made = get_running_loop().create_future()
        self._waiting.append((one, made))
        if self._task is None or self._task.done():
            self._task = create_task(self._through())
        return await made

    async def _through(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
            try:
                results = await to_thread.run_sync(self._work, [one for one, _ in some])
                answered = list(zip(some, results, strict=True))
            except Exception as error:
                for _, made in some:
                    if not made.done():
                        made.set_exception(error)
                continue
            for (_, made), result in answered:
                if not made.done():  # whoever asked may have gone
                    made.set_result(result)
