"""Coroutines in tests that share a process with a browser, which has a loop of its own in the thread of the tests."""

from concurrent.futures import ThreadPoolExecutor

import anyio


def apart(main):
    """What a coroutine function returns, run in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, main).result()
