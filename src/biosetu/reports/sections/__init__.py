"""The sections of a dossier: one module each, in this folder; being here is being registered.

A module holds `section(evidence, voice) -> Section | None`: the section, or None when it has nothing to say.
A module may instead return several sections, as a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from biosetu.reports.content import Section
from biosetu.reports.evidence import Evidence
from biosetu.translation import Voice

Writer = Callable[[Evidence, Voice], Section | list[Section] | None]


@cache
def registered() -> Mapping[str, str]:
    """Return the registry of sections: name → dotted path, in the order of their names."""
    names = sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))
    return MappingProxyType({name: f"{__name__}.{name}:section" for name in names})


def _writer(path: str) -> Writer:
    module, _, attribute = path.partition(":")
    writer: Writer = getattr(import_module(module), attribute)
    return writer


def write(evidence: Evidence, voice: Voice, only: str | None = None) -> list[Section]:
    """Return the sections that have something to say about a Party, in the order of their `place`."""
    names = registered() if only is None else {only: registered()[only]}
    written = (part for path in names.values() for part in _sections(_writer(path)(evidence, voice)))
    return sorted(written, key=lambda section: section.place)


def _sections(found: Section | list[Section] | None) -> Iterator[Section]:
    if isinstance(found, Section):
        yield found
    elif found:
        yield from found
