"""Code lists: the Global Ecosystem Typology, IUCN's classification schemes, the categories of both Red Lists."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from biosetu.framework.reading import records
from biosetu.framework.records import Code
from biosetu.problems import UsageError
from biosetu.translation import say

PARENT_LIST = {"functional-group": "biome", "biome": "realm"}


@cache
def code_lists() -> Mapping[str, Mapping[str, Code]]:
    """Return every code list by name, each a mapping from code to entry in the publisher's order.

    `realm` (10), `biome` (25) and `functional-group` (110) of the Global Ecosystem Typology 2.1; `threat`, `action`,
    `habitat`, `stress`, `use`, `research`, `system` of IUCN; `species-category`, `ecosystem-category`; `fao-area`.
    """
    lists: dict[str, dict[str, Code]] = {}
    for code in records(Code, "codes"):
        lists.setdefault(code.list, {})[code.code] = code
    return MappingProxyType({name: MappingProxyType(codes) for name, codes in lists.items()})


def code_list(name: str) -> Mapping[str, Code]:
    """Return one code list; raise `UsageError` naming all."""
    try:
        return code_lists()[name]
    except KeyError:
        raise UsageError(
            say(
                "There is no code list '{name}'. Use one of {code_lists}.",
                name=name,
                code_lists=", ".join(code_lists()),
            )
        ) from None


def parent(code: Code) -> Code | None:
    """Return the entry above: 5.3 of 5.3.1, the biome of a functional group, the realm of a biome."""
    return code_list(PARENT_LIST.get(code.list, code.list)).get(code.parent)


def parts(code: Code) -> tuple[Code, ...]:
    """Return the entries right below."""
    below = {above: name for name, above in PARENT_LIST.items()}.get(code.list, code.list)
    return tuple(entry for entry in code_list(below).values() if entry.parent == code.code)
