"""Red List categories in their usual spellings, from a table; what is not in it is refused."""

from __future__ import annotations

import re
from functools import cache

from biosetu.species.tables import rows

_WITH_CODE = re.compile(r"(.+)\((\w+)\)")
_DROPPED = re.compile(r"[\s_.°*]+")


def _key(text: str) -> str:
    return _DROPPED.sub("", text).replace("[", "(").replace("]", ")").replace("–", "-").casefold()


@cache
def spellings() -> dict[str, str]:
    """Return category by spelling, the spelling without blanks, case, dots and the mark ° of an adjusted category."""
    return {_key(row["spelling"]): row["category"] for row in rows("category_spellings.csv")}


def category(text: str) -> str | None:
    """Return the category that a text spells, alone or with its code in brackets, None where it spells none."""
    key, known = _key(text), spellings()
    both = _WITH_CODE.fullmatch(key)
    if key in known or both is None:
        return known.get(key)
    name, code = (known.get(part) for part in both.groups())
    return name if name == code else None
