"""Work shared among processes: results in the order of the items, with a bounded number under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_CHUNK = 16
"""Items that a process is given at a time, once the first results are out."""
_AHEAD = 3
"""Portions for each process that are handed out or wait to be shown."""


def shared(work: Callable[[_Item], _Result], items: Iterable[_Item], jobs: int) -> Iterator[_Result]:
    """One result an item, as they come; with one job, or for a single item, in this process."""
    waiting_items = iter(items)
    first = list(islice(waiting_items, 2))
    if jobs == 1 or len(first) < 2:
        yield from map(work, chain(first, waiting_items))
        return
    from concurrent.futures import ProcessPoolExecutor

    under_way: deque[Future[list[_Result]]] = deque()
    pool = ProcessPoolExecutor(jobs, initializer=_undisturbed)
    try:
        for portion in _portions(chain(first, waiting_items), jobs):
            under_way.append(pool.submit(_each, work, portion))
            while under_way and (len(under_way) >= jobs * _AHEAD or under_way[0].done()):
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _portions(items: Iterator[_Item], jobs: int) -> Iterator[list[_Item]]:
    """Single items first, so that something is seen soon; then more at a time."""
    size, made = 1, 0
    while portion := list(islice(items, size)):
        yield portion
        made += 1
        if made % jobs == 0:
            size = min(_CHUNK, size * 2)


def _each(work: Callable[[_Item], _Result], items: list[_Item]) -> list[_Result]:
    return [work(item) for item in items]


def _undisturbed() -> None:
    """Ctrl-C is for the process that shares out the work."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
