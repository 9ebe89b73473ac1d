"""Functions compiled by numba, cached on disk, without fast-math, so that results repeat to the bit.

What is compiled lies in `$BIOSETU_HOME/numba`, or where `NUMBA_CACHE_DIR` says.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from biosetu.home import home

config: Any = numba.config
if not os.environ.get("NUMBA_CACHE_DIR"):
    config.CACHE_DIR = str(home() / "numba")

Function = TypeVar("Function", bound=Callable[..., Any])


def cache_folder() -> str:
    """Return where compiled functions lie, for processes that have another home."""
    return str(config.CACHE_DIR)


def compiled(function: Function) -> Function:
    """Compile a function for one thread; it lets others run meanwhile."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def compiled_parallel(function: Function) -> Function:
    """Compile a function whose `numba.prange` loops run over threads; iterations must not depend on each other."""
    return cast("Function", numba.njit(cache=True, nogil=True, parallel=True)(function))
