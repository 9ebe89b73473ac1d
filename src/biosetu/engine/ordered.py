"""Parts worked on threads here or on a Dask cluster, their results taken in order while later parts are made.

For parts that are made on the way and whose results are small; `partitions` keeps results on disk to go on later.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar

from biosetu.engine.cluster import cluster_client

Part = TypeVar("Part")
Result = TypeVar("Result")
AHEAD = 3


class Runner(Protocol):
    """Works parts in any place and returns the results in order."""

    def __call__(self, work: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
        """Yield work(part) for each part."""


@contextmanager
def threads(count: int | None = None) -> Iterator[Runner]:
    """Yield a runner over threads; useful where the work is in GEOS, GDAL or compiled kernels, which let others run."""
    number = count or os.cpu_count() or 1
    with ThreadPoolExecutor(number) as pool:
        yield lambda work, parts: _in_order(pool.submit, work, parts, AHEAD * number)


@contextmanager
def cluster(address: str) -> Iterator[Runner]:
    """Yield a runner on the Dask cluster at this address; parts and work are sent there."""
    with cluster_client(address) as client:
        ahead = AHEAD * max(len(client.scheduler_info()["workers"]), 1)
        yield lambda work, parts: _in_order(client.submit, work, parts, ahead)


def ordered(scheduler: str | None = None, count: int | None = None) -> AbstractContextManager[Runner]:
    """Return the runner for `--scheduler`: threads here without an address, else the cluster."""
    return cluster(scheduler) if scheduler else threads(count)


def _in_order(
    submit: Callable[..., Any], work: Callable[[Part], Result], parts: Iterable[Part], ahead: int
) -> Iterator[Result]:
    waiting: deque[Any] = deque()
    try:
        for part in parts:
            waiting.append(submit(work, part))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
