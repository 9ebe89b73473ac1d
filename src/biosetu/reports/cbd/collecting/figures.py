"""The figures of an indicator as they are asked of an office: each a field of its own, its answer one text.

`F.A.2` is what an office says of indicator A.2 as a whole; `F.A.2_<reference>` is one figure of it, by the reference
that the sheet of figures gives it (`observations.answers.reference`), or will give it once it is the Party's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from biosetu.observations import units
from biosetu.observations.answers import CHOICES, COLUMNS
from biosetu.translation import N_, Voice

FIGURE = "figure"
FIGURES, MARK = "F.", "_"
ADD = "add"
CELLS = ("year", "part_kind", "part", "unit", "value", "answer", "own_value", "own_source", "reason")
ASKED_CELLS = ("answer", "own_value", "own_source", "reason")
ANSWERS: Mapping[str, str] = {**CHOICES, ADD: N_("new figure")}
FIGURE_LABELS: Mapping[str, str] = {
    "indicator": COLUMNS["indicator"],
    "year": COLUMNS["year"],
    "part_kind": N_("Kind of part"),
    "part": COLUMNS["part"],
    "unit": COLUMNS["unit"],
    "value": N_("Value held"),
    "answer": COLUMNS["answer"],
    "own_value": COLUMNS["own_value"],
    "own_source": COLUMNS["own_source"],
    "reason": COLUMNS["reason"],
}
HELD_AS = N_("held: {value}")
SOURCE_OF, REASON_OF = N_("Source: {text}"), N_("Reason: {text}")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as an office answers it; every cell as typed, numbers as Python writes them.

    `answer`: a choice of the sheet of figures, `add` for a new figure, empty where none is given. `value` is what was
    held when it was answered.
    """

    year: str = ""
    part_kind: str = ""
    part: str = ""
    unit: str = ""
    value: str = ""
    answer: str = ""
    own_value: str = ""
    own_source: str = ""
    reason: str = ""

    @property
    def text(self) -> str:
        """Return the answer as a report keeps it: the cells that hold something, as JSON."""
        cells = {name: cell for name, cell in asdict(self).items() if cell}
        return json.dumps(cells, ensure_ascii=False, sort_keys=True)

    @classmethod
    def of(cls, text: str) -> Figure:
        """Return the figure of a text that a report keeps."""
        cells = json.loads(text) if text else {}
        return cls(**{name: str(cells.get(name, "")) for name in CELLS})

    @property
    def says(self) -> tuple[str, str, str]:
        """Return what it comes to: the value that holds by it, its unit and its source."""
        own = self.answer in {ADD, "replace"}
        return (self.own_value if own else self.value, self.unit, self.own_source)


def is_of_figures(key: str) -> bool:
    """Return whether a key belongs to the figures of an indicator."""
    return key.startswith(FIGURES)


def is_figure(key: str) -> bool:
    """Return whether a key is that of one figure."""
    return is_of_figures(key) and MARK in key


def figure_section(key: str) -> str:
    """Return what the figures of an indicator are listed under: `F.A.2`."""
    return key.partition(MARK)[0]


def indicator_of(key: str) -> str:
    """Return the indicator that a key of figures belongs to."""
    return figure_section(key).removeprefix(FIGURES)


def figure_key(indicator: str, reference: str = "") -> str:
    """Return the key of one figure; without a reference that of a figure that is not known yet."""
    return f"{FIGURES}{indicator}{MARK}{reference}"


def measure(value: str, unit: str, voice: Voice) -> str:
    """Return a value with its unit, as people read it."""
    known = units().get(unit)
    return voice.ltr(f"{value} {known.label('en') if known else unit}".strip()) if value else ""


def shown_figure(text: str, held: Figure | None) -> Figure:
    """Return a figure as it stands in a form: as an office answered it, else as it is held without its source."""
    if text:
        return Figure.of(text)
    figure = held or Figure()
    return figure if figure.answer else replace(figure, own_source="")


def told(figure: Figure, voice: Voice) -> str:
    """Return an answer to a figure as people read it: what is said, own value, value held, source and reason."""
    _ = voice.gettext
    held = measure(figure.value, figure.unit, voice)
    own = measure(figure.own_value, figure.unit, voice)
    first = " ".join(filter(None, (f"{_(ANSWERS[figure.answer])}:" if figure.answer else "", own or held)))
    rest = [_(HELD_AS).format(value=held)] if own and held else []
    rest += [_(SOURCE_OF).format(text=figure.own_source)] if figure.own_source else []
    rest += [_(REASON_OF).format(text=figure.reason)] if figure.reason else []
    return "\n".join((first, *rest))
