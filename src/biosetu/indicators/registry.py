"""Indicator code → method and inputs. A module in `methods/` is registered by being there.

The framework names a method as `room.method`; it lives in `methods/room_method.py` as `METHOD`.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from biosetu.framework import indicators
from biosetu.indicators import methods
from biosetu.indicators.conversion import IndicatorMethod
from biosetu.problems import UsageError
from biosetu.translation import say


@cache
def names() -> tuple[str, ...]:
    """Return the names of all methods."""
    return tuple(sorted(_load(module.name).name for module in pkgutil.iter_modules(methods.__path__)))


def method(name: str) -> IndicatorMethod:
    """Return a method by the name the framework gives it. Raises UsageError for an unknown one."""
    if name not in names():
        raise UsageError(say("there is no method {name}; there are {names}", name=name, names=", ".join(names())))
    return _load(name.replace(".", "_"))


def method_of(code: str) -> IndicatorMethod | None:
    """Return the method of an indicator of the framework, None where it is recorded only.

    Raises UsageError for an unknown indicator.
    """
    indicator = indicators().get(code)
    if indicator is None:
        raise UsageError(say("there is no indicator {code}", code=code))
    return method(indicator.computed_by) if indicator.computed_by else None


def _load(module: str) -> IndicatorMethod:
    found = import_module(f"{methods.__name__}.{module}").METHOD
    if not isinstance(found, IndicatorMethod):
        raise TypeError(f"{module}.METHOD is not an IndicatorMethod")
    return found
