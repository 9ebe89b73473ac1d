"""Functions compiled by numba, cached on disk, without fast-math, so that results repeat to the bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile a function for one thread; it lets others run meanwhile."""
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def compiled_parallel(function: Function) -> Function:
    """Compile a function whose `numba.prange` loops run over threads; iterations must not depend on each other."""
    return cast("Function", numba.njit(cache=True, nogil=True, parallel=True)(function))
