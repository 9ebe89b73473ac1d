"""The Dask cluster at an address: one way to reach it, one way to say that it cannot be reached."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from biosetu.problems import UsageError
from biosetu.translation import say

WAITED = "10s"


@contextmanager
def cluster_client(address: str) -> Iterator[Any]:
    """Yield a client of the Dask scheduler at `address`, such as `tcp://host:8786`.

    Raises UsageError, with the address named: it is none, nothing answers there, or Dask is not installed.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise UsageError("--scheduler needs the cluster part: pip install 'biosetu[cluster]'") from error
    noisy = logging.getLogger("distributed")
    level = noisy.level
    noisy.setLevel(logging.CRITICAL)
    try:
        client: Any = distributed.Client(address, timeout=WAITED, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            say("--scheduler {address}: no Dask cluster answers there (write tcp://HOST:PORT)", address=address)
        ) from error
    finally:
        noisy.setLevel(level)
    with client:
        yield client


def completed(client: Any, futures: list[Any]) -> Iterator[Any]:
    """Yield futures of a client as they are done."""
    distributed: Any = import_module("distributed")
    yield from distributed.as_completed(futures, loop=client.loop)
