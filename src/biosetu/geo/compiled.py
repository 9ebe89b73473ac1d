"""Functions compiled by numba, cached on disk, without fast-math, so that results repeat to the bit.

What is compiled lies in `$BIOSETU_HOME/numba`, or where `NUMBA_CACHE_DIR` says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from biosetu.home import compiled_folder

config: Any = numba.config
config.CACHE_DIR = str(compiled_folder())

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function for one thread; it lets others run meanwhile."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def compiled_parallel(function: Function) -> Function:
    """Compile a function whose `numba.prange` loops run over threads; iterations must not depend on each other."""
    return cast("Function", numba.njit(cache=True, nogil=True, parallel=True)(function))
