"""The criteria string in the official grammar, the reasons behind it, and near misses, for many assessments."""

from __future__ import annotations

import numpy as np

from biosetu.species.criteria.evaluation import CRITERIA, PARTS, Codes, Evaluation, Truth, Widened, evaluate, passes
from biosetu.species.criteria.inputs import BEST, Inputs
from biosetu.species.criteria.tables import LEVELS, Threshold, thresholds

ROMAN = ("i", "ii", "iii", "iv", "v")
NAMES = (*CRITERIA, *PARTS)


def criteria_strings(inputs: Inputs, evaluation: Evaluation, codes: Codes, case: int = BEST) -> list[str]:
    """Return the criteria met at the category of each assessment, such as `A2cd+3cd; B1ab(iii)`; empty for LC.

    Args:
        inputs, evaluation: what was evaluated.
        codes: category of each assessment, shape (n,), as an index into `CATEGORIES`.
        case: which of the five cases.

    The grammar: letters are parted by `; `, numbers by `+`, roman numerals stand in parentheses; only criteria met at
    the category itself are named (IUCN 2012, annex 2).
    """
    bits = np.zeros(len(inputs), dtype=np.int64)
    for index, level in enumerate(LEVELS):
        mine = codes == index
        for place, name in enumerate(NAMES):
            bits[mine & evaluation.met[level, name][:, case]] |= 1 << place
    bases = (inputs.bases["past_basis"], inputs.bases["future_basis"], inputs.bases["moving_basis"])
    known: dict[tuple[int, bool, str, str, str], str] = {}
    out = []
    for key in zip(bits.tolist(), (codes == LEVELS.index("VU")).tolist(), *bases, strict=True):
        if key not in known:
            known[key] = _criteria_string(*key)
        out.append(known[key])
    return out


def _criteria_string(bits: int, vulnerable: bool, past: str, future: str, moving: str) -> str:
    met = {name for place, name in enumerate(NAMES) if bits >> place & 1}
    letters = {"A1": past, "A2": past, "A3": future, "A4": moving}
    b = _b_parts(met)
    c2 = _c2_parts(met)
    d = ["D1" if vulnerable else "D"] * ("D" in met) + ["D2"] * ("D2" in met)
    groups = [
        "+".join(f"{name[1]}{letters[name]}" for name in ("A1", "A2", "A3", "A4") if name in met),
        "+".join(f"{name[1]}{b}" for name in ("B1", "B2") if name in met),
        "+".join(["1"] * ("C1" in met) + [f"2{c2}"] * ("C2" in met)),
    ]
    named = [letter + group for letter, group in zip("ABC", groups, strict=True) if group]
    named += ["+".join([d[0], *(part[1:] for part in d[1:])])] if d else []
    return "; ".join([*named, *(["E"] if "E" in met else [])])


def _b_parts(met: set[str]) -> str:
    text = "a" if "a" in met else ""
    for letter, count in (("b", 5), ("c", 4)):
        numerals = [ROMAN[k] for k in range(count) if f"{letter}{k}" in met]
        text += f"{letter}({','.join(numerals)})" if numerals else ""
    return text


def _c2_parts(met: set[str]) -> str:
    numerals = [numeral for numeral in ("i", "ii") if f"C2a({numeral})" in met]
    return (f"a({','.join(numerals)})" if numerals else "") + ("b" if "C2b" in met else "")


def reasons(inputs: Inputs, evaluation: Evaluation, codes: Codes) -> list[list[str]]:
    """Return for each assessment the thresholds that its best estimates pass at its category, in plain words."""
    out: list[list[str]] = [[] for _ in range(len(inputs))]
    for limit in thresholds():
        mine = (codes == LEVELS.index(limit.level)) & _used(evaluation, limit)
        values = inputs.amounts[limit.parameter][:, BEST]
        for row in np.flatnonzero(mine & passes(values, limit)):
            out[row].append(f"{limit.criterion}: {_says(limit, values[row])}")
    return out


def near_misses(inputs: Inputs, evaluation: Evaluation, codes: Codes) -> list[list[str]]:
    """Return for each assessment the thresholds of the next higher category that it misses narrowly, and by how much.

    A criterion is nearly met when it would be met with every threshold widened by its near factor, or all but for one
    that has a factor of its own for this (table of thresholds): more than ten locations are near where all else of
    criterion B is met. This is evidence for the assessor's judgement on Near Threatened, never a category.
    """
    near = {way: evaluate(inputs, way) for way in (Widened.TOGETHER, Widened.ALONE)}
    out: list[list[str]] = [[] for _ in range(len(inputs))]
    for limit in thresholds():
        above = codes == LEVELS.index(limit.level) + 1
        values = inputs.amounts[limit.parameter][:, BEST]
        close = [passes(values, limit, way) & _used(found, limit) for way, found in near.items()]
        mine = above & (close[0] | close[1]) & ~passes(values, limit) & ~_used(evaluation, limit)
        for row in np.flatnonzero(mine):
            out[row].append(f"{limit.level} {limit.criterion}: {_says(limit, values[row], missed=True)}")
    return out


def _used(evaluation: Evaluation, limit: Threshold) -> Truth:
    """Whether the criterion that a threshold serves is met, best estimate, shape (n,)."""
    serves = {"B": ("B1", "B2"), "C": ("C1", "C2"), "C2a(i)": ("C2a(i)",), "C2a(ii)": ("C2a(ii)",)}
    names = serves.get(limit.criterion, (limit.criterion,))
    truth = [evaluation.met[limit.level, name][:, BEST] for name in names]
    return truth[0] | truth[-1]


def _says(limit: Threshold, value: float, *, missed: bool = False) -> str:
    name = limit.parameter.replace("_km2", "").replace("_", " ")
    sign = {">=": "≥", "<=": "≤", "<": "<"}[limit.operator]
    relation = "not " if missed else ""
    unit = f" {limit.unit}" if limit.unit in ("%", "km²") else ""
    return f"{name} {value:,.6g} {relation}{sign} {limit.value:,.6g}{unit}"
