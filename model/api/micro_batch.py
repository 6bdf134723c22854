"""Micro-batches concurrent requests: one model pass and one commit for all that wait."""

from asyncio import Future, Task, create_task, get_running_loop
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from anyio import to_thread

T, R = TypeVar("T"), TypeVar("R")


class MicroBatcher(Generic[T, R]):
    """Runs a function over the items of concurrent callers, in order, in a worker thread.

    A lone caller does not wait for others; those that come while a batch runs are the next batch.
    """

    def __init__(self, function: Callable[[list[T]], list[R]], max_batch: int) -> None:
        """`function` returns one result for each item; it gets at most `max_batch` items."""
        self._function = function
        self._max_batch = max_batch
        self._waiting: deque[tuple[T, Future[R]]] = deque()
        self._task: Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """The result for an item. Raises what the function raised, to every caller of that batch."""
        future = get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(self._max_batch, len(self._waiting)))]
            items, futures = zip(*batch, strict=True)
            try:
                results = await to_thread.run_sync(self._function, list(items))
                answered = list(zip(futures, results, strict=True))
            except Exception as error:
                for future in futures:
                    if not future.done():
                        future.set_exception(error)
                continue
            for future, result in answered:
                if not future.done():  # its caller may have gone
                    future.set_result(result)
