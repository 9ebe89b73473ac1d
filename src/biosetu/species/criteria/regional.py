"""Regional and national application: the filter, and the steps that move a category up or down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from biosetu.species.tables import rows

SCALE = ("LC", "NT", "VU", "EN", "CR")
NEVER = frozenset({"EX", "EW", "RE", "DD", "NE", "NA", "CR(PE)", "CR(PEW)"})
START = "native"
RESULTS = frozenset({"NA", "RE", "same", "up", "down"})


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A regional category: the category, `°` where it was moved, the steps moved, the path of answered questions."""

    category: str
    symbol: str
    steps: int
    path: tuple[str, ...]

    def __str__(self) -> str:
        return self.category + self.symbol


@cache
def _tree() -> dict[str, dict[str, str]]:
    tree: dict[str, dict[str, str]] = {}
    for row in rows("regional_steps.csv"):
        tree.setdefault(row["question"], {})[row["answer"]] = row["next"]
    return tree


def decide(answers: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Return what the questions lead to (NA, RE, same, up, down) and the questions on the way.

    Args:
        answers: yes, no or unknown by question of `data/regional_steps.csv`; a missing answer is unknown.

    Reference: IUCN Guidelines for Application of Red List Criteria at Regional and National Levels v4.0 (2012).
    """
    question, path = START, []
    while question not in RESULTS:
        answer = answers.get(question, "unknown")
        path.append(f"{question}={answer}")
        branches = _tree()[question]
        question = branches.get(answer, branches["*"])
    return question, tuple(path)


def adjust(category: str, answers: Mapping[str, str], steps: int = 1) -> Adjusted:
    """Return the regional category of a taxon whose regional data gave `category`.

    EX, EW, RE, DD, NE and NA are never moved (only the filter sets NA and RE); a category is not moved beyond the
    ends of LC … CR. An endemic keeps the category, which is also its global one.
    """
    result, path = decide(answers)
    if result in ("NA", "RE"):
        return Adjusted(result, "", 0, path)
    if result == "same" or category in NEVER or category not in SCALE:
        return Adjusted(category, "", 0, path)
    place = SCALE.index(category)
    moved = min(max(place + (steps if result == "up" else -steps), 0), len(SCALE) - 1)
    return Adjusted(SCALE[moved], "°" if moved != place else "", moved - place, path)


def global_category(regional: str, stated: str, endemic: str) -> tuple[str, str]:
    """Return the global category that stands beside a regional one, and what is to be said of it.

    A national assessment carries both. That of an endemic (`endemic` is yes) is the regional one, whatever was stated,
    save for what the filter set: NA and RE exist regionally only.

    Reference: IUCN Guidelines for Application of Red List Criteria at Regional and National Levels v4.0 (2012), on
    how a regional Red List is presented.
    """
    if endemic != "yes" or regional in ("NA", "RE"):
        return stated, ""
    differs = f"{stated} was stated as the global category, but that of an endemic is the one found here"
    return regional, differs if stated not in ("", regional) else ""
