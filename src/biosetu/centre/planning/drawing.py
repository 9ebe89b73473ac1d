"""Maps of planning units as SVG: where to lock, what a plan chose, where two plans differ; no script is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from biosetu.figures.canvas import tag
from biosetu.jobs.planning_pieces import Pieces
from biosetu.planning.numbering import as_text
from biosetu.translation import N_

FREE, IN, OUT = "free", "in", "out"
LOCKS = {FREE: N_("free"), IN: N_("locked in"), OUT: N_("locked out"), "mixed": N_("partly locked")}
PLAN = {"chosen": N_("chosen"), "kept": N_("locked in"), "left": N_("not chosen"), "barred": N_("locked out")}
DIFFERENCE = {
    "both": N_("in both"),
    "first": N_("only in the first"),
    "second": N_("only in the second"),
    "neither": "",
}
Gettext = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Legend:
    """One line of a legend: class of the swatch, what it means, how many units."""

    style: str
    text: str
    units: int


def lock_map(
    pieces: Pieces, locked_in: Sequence[int], locked_out: Sequence[int], gettext: Gettext, link: Callable[[int], str]
) -> Markup:
    """Return the map on which units are locked: each piece is a link to its own panel, by mouse or by keyboard.

    link: address of the panel of a unit. Pieces carry their unit numbers for the script that makes clicking quick.
    """
    inside, outside = set(locked_in), set(locked_out)
    marks = []
    for path, members in zip(pieces.paths, pieces.units, strict=True):
        state = _lock_of(members, inside, outside)
        name = f"{_named(members, gettext)}: {gettext(LOCKS[state])}"
        drawn = tag("path", d=path, class_=f"pu pu-{state}")
        marks.append(tag("a", tag("title", name), drawn, href=link(members[0]), data_units=as_text(members)))
    return _svg(pieces, marks, gettext(N_("Planning units: choose one to lock it")), role="group")


def _lock_of(members: Sequence[int], inside: set[int], outside: set[int]) -> str:
    kept = sum(unit in inside for unit in members)
    barred = sum(unit in outside for unit in members)
    if kept == len(members):
        return IN
    if barred == len(members):
        return OUT
    return "mixed" if kept or barred else FREE


def _named(members: Sequence[int], gettext: Gettext) -> str:
    if len(members) == 1:
        return gettext(N_("unit {number}")).format(number=members[0])
    return gettext(N_("{count} units, from {number}")).format(count=len(members), number=members[0])


def plan_map(pieces: Pieces, classes: Mapping[int, str], title: str) -> Markup:
    """Return a map of units by class; a block takes the class of most of its units."""
    return _svg(pieces, _marks(pieces, classes), title)


def _marks(pieces: Pieces, classes: Mapping[int, str]) -> list[Markup]:
    """Return one path per class: pieces of a class need no more than that, and the page stays small."""
    together: dict[str, list[str]] = {}
    for path, members in zip(pieces.paths, pieces.units, strict=True):
        found, counts = np.unique([classes[unit] for unit in members], return_counts=True)
        together.setdefault(str(found[counts.argmax()]), []).append(path)
    return [tag("path", d="".join(paths), class_=f"pu pu-{name}") for name, paths in sorted(together.items())]


def _svg(pieces: Pieces, marks: Sequence[Markup], title: str, role: str = "img") -> Markup:
    edge = 2
    box = f"{-edge} {-edge} {pieces.width + 2 * edge:.0f} {pieces.height + 2 * edge:.0f}"
    return tag("svg", *marks, viewBox=box, role=role, aria_label=title, class_="pu-map", direction="ltr")


def plan_classes(number: Sequence[int], selected: Sequence[bool], status: Sequence[str]) -> dict[int, str]:
    """Return the class of each unit in a plan."""
    states = {(True, IN): "kept", (True, FREE): "chosen", (False, OUT): "barred"}
    return {
        unit: states.get((chosen, state), "left") for unit, chosen, state in zip(number, selected, status, strict=True)
    }


def difference_classes(first: Mapping[int, bool], second: Mapping[int, bool]) -> dict[int, str]:
    """Return for each unit in which of two plans it is."""
    names = {(True, True): "both", (True, False): "first", (False, True): "second", (False, False): "neither"}
    return {unit: names[chosen, second.get(unit, False)] for unit, chosen in first.items()}


def legend(texts: Mapping[str, str], classes: Mapping[int, str], gettext: Gettext) -> list[Legend]:
    """Return the legend of a map."""
    counted = dict.fromkeys(texts, 0)
    for name in classes.values():
        counted[name] += 1
    return [Legend(name, gettext(text), counted[name]) for name, text in texts.items() if text]
