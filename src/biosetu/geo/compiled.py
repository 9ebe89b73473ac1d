"""Functions compiled by numba, cached on disk, without fast-math, so that results repeat to the bit.

What is compiled lies in `$BIOSETU_HOME/numba`, or where `NUMBA_CACHE_DIR` says.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from biosetu.home import compiled_folder

config: Any = numba.config
config.CACHE_DIR = str(compiled_folder())

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function for one thread; it lets others run meanwhile."""
    return cast("Function", _kept_apart(numba.njit(cache=True, nogil=True)(function)))


def compiled_parallel(function: Function) -> Function:
    """Compile a function whose `numba.prange` loops run over threads; iterations must not depend on each other."""
    return cast("Function", _kept_apart(numba.njit(cache=True, nogil=True, parallel=True)(function)))


def _kept_apart(dispatcher: Any) -> Any:
    """Give each compiled file a name of its own.

    numba numbers the files of a function's signatures by its index. Two processes that compile two signatures at the
    same time take the same number, and whoever starts later runs one signature's code on the other's arguments.
    """
    kept = dispatcher._cache._cache_file  # noqa: SLF001 - numba has no public way to name its files
    start = kept._data_name_pattern.removesuffix("{number:d}.nbc")  # noqa: SLF001
    vars(kept)["_data_name"] = lambda number: f"{start}{os.getpid()}-{time.time_ns()}-{number}.nbc"
    return dispatcher
