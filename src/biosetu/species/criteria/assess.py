"""From inputs to categories: exact limits, fuzzy numbers, drawn frequencies; one row a taxon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from biosetu.species.criteria.evaluation import (
    CATEGORIES,
    Codes,
    Evaluation,
    evaluate,
    has_data,
)
from biosetu.species.criteria.fuzzy import LC, fuzzy_codes
from biosetu.species.criteria.inputs import BEST, Floats, Inputs
from biosetu.species.criteria.regional import NEVER, adjust, global_category
from biosetu.species.criteria.tables import parameters, thresholds
from biosetu.species.criteria.wording import criteria_strings, near_misses, reasons
from biosetu.statistics.draws import generator

MOST, LEAST = 3, 0


@dataclass(frozen=True, slots=True)
class Method:
    """How uncertainty is handled.

    Attributes:
        name: `interval` (category at the best estimates, exact limits) or `fuzzy` (Akçakaya et al. 2000,
            as SIS applies it: `criteria.fuzzy`).
        dispute_tolerance: 0 keeps the whole truths, 1 only their best parts.
        risk_tolerance: 0 is precautionary (any possibility counts), 1 evidentiary (only certainty counts).
        draws: random draws of the inputs for the frequency of each category; 0 for none.
        seed: of the draws.
        regional: whether the answers to the regional questions are applied.
    """

    name: str = "interval"
    dispute_tolerance: float = 0.5
    risk_tolerance: float = 0.5
    draws: int = 0
    seed: int = 1
    regional: bool = False


def assess(inputs: Inputs, method: Method | None = None) -> pa.Table:
    """Return taxon, category, criteria, category_low, category_high, reasons, near_threshold and how they were found.

    `category_low` is the least and `category_high` the most threatened plausible category. The category is DD where
    plausible categories run from LC to CR, or where no quantity has a value. NT is never given by computation:
    `near_threshold` holds the evidence for the assessor.

    Raises ValueError for an unknown method or tolerances outside 0 … 1.
    """
    asked = method or Method()
    _check(asked)
    evaluation = evaluate(inputs)
    columns = _columns(inputs, evaluation, _found(evaluation, asked))
    columns["method"] = pa.array([_describe(asked)] * len(inputs), pa.string())
    columns["thresholds"] = pa.array([f"IUCN 3.1, {thresholds()[0].valid_from}"] * len(inputs), pa.string())
    if asked.regional:
        columns |= _regional(inputs, columns)
    if asked.draws:
        columns |= {f"share_{k}": pa.array(v) for k, v in category_frequencies(inputs, asked.draws, asked.seed).items()}
    return pa.table(columns)


@dataclass(frozen=True, slots=True)
class _Found:
    """Least threatened plausible, best and most threatened plausible category, as indices, shape (n,)."""

    low: Codes
    best: Codes
    high: Codes


def _found(evaluation: Evaluation, method: Method) -> _Found:
    if method.name == "fuzzy":
        return _Found(*fuzzy_codes(evaluation, method.dispute_tolerance, method.risk_tolerance))
    codes = evaluation.codes()
    return _Found(codes[:, LEAST], codes[:, BEST], codes[:, MOST])


def _check(method: Method) -> None:
    if method.name not in ("interval", "fuzzy"):
        raise ValueError("a method is interval or fuzzy")
    if not (0 <= method.dispute_tolerance <= 1 and 0 <= method.risk_tolerance <= 1):
        raise ValueError("tolerances lie between 0 and 1")


def _describe(method: Method) -> str:
    if method.name == "interval":
        return "interval/1"
    return f"fuzzy/2 DT={method.dispute_tolerance:g} RT={method.risk_tolerance:g}"


def _categories(inputs: Inputs, found: _Found) -> list[str]:
    spread = (found.low == LC) & (found.high == 0)
    deficient = (spread | ~has_data(inputs)).tolist()
    return [
        _stated(state, "DD" if unclear else CATEGORIES[code])
        for state, unclear, code in zip(inputs.states, deficient, found.best.tolist(), strict=True)
    ]


def _stated(state: str, computed: str) -> str:
    if state == "NT":
        return "NT" if computed == "LC" else computed
    if state in ("CR(PE)", "CR(PEW)"):
        return state if computed in ("CR", "DD") else computed
    return state or computed


def _columns(inputs: Inputs, evaluation: Evaluation, found: _Found) -> dict[str, pa.Array]:
    categories = _categories(inputs, found)
    decided = [category.startswith(("CR", "EN", "VU")) for category in categories]
    strings = _criteria(inputs, evaluation, found.best)
    near = near_misses(inputs, evaluation, found.best)
    why = reasons(inputs, evaluation, found.best)
    limits = _limits(inputs, found, categories)
    unsupported = (~has_data(inputs)).tolist()
    explained = [_explained(*row) for row in zip(categories, why, inputs.states, *limits, unsupported, strict=True)]
    return {
        "taxon": pa.array(inputs.taxon, pa.string()),
        "category": pa.array(categories, pa.string()),
        "criteria": pa.array(
            [text if shown else "" for text, shown in zip(strings, decided, strict=True)], pa.string()
        ),
        "category_low": pa.array(limits[0], pa.string()),
        "category_high": pa.array(limits[1], pa.string()),
        "reasons": pa.array(explained, pa.string()),
        "near_threshold": pa.array(["; ".join(texts) for texts in near], pa.string()),
    }


def _limits(inputs: Inputs, found: _Found, categories: list[str]) -> tuple[list[str], list[str]]:
    """Return the least and the most threatened plausible category by assessment.

    A state that the assessor set is both; without any data all is plausible; Near Threatened, stated, is not above the
    most threatened one.
    """
    lows, highs = [], []
    rows = zip(
        inputs.states, categories, found.low.tolist(), found.high.tolist(), has_data(inputs).tolist(), strict=True
    )
    for state, category, low, high, supported in rows:
        ends = (CATEGORIES[low], CATEGORIES[high]) if supported else ("LC", "CR")
        if state and state != "NT" and not state.startswith("CR"):
            ends = (state, state)
        elif category == "NT" and ends[1] == "LC":
            ends = (ends[0], "NT")
        lows.append(ends[0])
        highs.append(ends[1])
    return lows, highs


def _criteria(inputs: Inputs, evaluation: Evaluation, best: Codes) -> list[str]:
    """Criteria at the category: those met by the best values, else by the least threatening case that meets any."""
    strings = [""] * len(inputs)
    for case in (BEST, 0, 1, 2, MOST):
        found = criteria_strings(inputs, evaluation, best, case)
        strings = [old or new for old, new in zip(strings, found, strict=True)]
    return strings


def _explained(category: str, why: list[str], state: str, low: str, high: str, empty: bool) -> str:
    if state and category == state:
        return f"stated by the assessor: {state}" + ("; " + "; ".join(why) if why else "")
    if category == "DD":
        return f"plausible categories run from {low} to {high}" + (": no quantity has a value" if empty else "")
    parts = [*why] if category != "LC" else ["no criterion is met at the best estimates"]
    if state:
        parts.append(f"{state} was stated, but does not fit what was computed")
    return "; ".join(parts)


def _regional(inputs: Inputs, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """Return what the regional tree makes of the category and of both its limits, by the same answers.

    Where the category is one that is never moved (DD, EX, CR(PE) …), its limits are not moved either. What the filter
    decides (NA, RE) stands for all three.
    """
    before: list[str] = columns["category"].to_pylist()
    answers = [{question: given[i] for question, given in inputs.answers.items()} for i in range(len(inputs))]
    found = [adjust(*row) for row in zip(before, answers, inputs.steps, strict=True)]
    filtered = [_filtered(a.category, b) for a, b in zip(found, before, strict=True)]
    limits = {}
    for name in ("category_low", "category_high"):
        ends = columns[name].to_pylist()
        moved = [adjust(*row).category for row in zip(ends, answers, inputs.steps, strict=True)]
        limits[name] = [
            out or (end if category in NEVER else to)
            for out, end, to, category in zip(filtered, ends, moved, before, strict=True)
        ]
    reasons = [
        f"{out} by the regional guidelines" if out else why
        for why, out in zip(columns["reasons"].to_pylist(), filtered, strict=True)
    ]
    criteria = ["" if out else text for text, out in zip(columns["criteria"].to_pylist(), filtered, strict=True)]
    globally = [
        global_category(a.category, stated, given["endemic"])
        for a, stated, given in zip(found, inputs.global_categories, answers, strict=True)
    ]
    reasons = [f"{why}; {said}" if said else why for why, (_, said) in zip(reasons, globally, strict=True)]
    texts = {"category": [a.category for a in found], **limits, "criteria": criteria, "reasons": reasons}
    return {
        **{name: pa.array(column, pa.string()) for name, column in texts.items()},
        "category_global": pa.array([name for name, _ in globally], pa.string()),
        "category_before_adjustment": pa.array(before, pa.string()),
        "category_shown": pa.array([str(a) for a in found], pa.string()),
        "adjustment_steps": pa.array([a.steps for a in found], pa.int8()),
        "adjustment_path": pa.array([" → ".join(a.path) for a in found], pa.string()),
    }


def _filtered(category: str, before: str) -> str:
    return category if category in ("NA", "RE") and category != before else ""


def category_frequencies(inputs: Inputs, draws: int, seed: int) -> Mapping[str, npt.NDArray[np.float64]]:
    """Return the share of draws that give each category, by category, shape (n,).

    Every amount is drawn from its trapezoid (flat over the best range, falling off linearly to the ends),
    independently of the others; yes/no inputs that are unknown are drawn evenly. Ignored inputs stay ignored.
    """
    random = generator(seed)
    counts = np.zeros((len(CATEGORIES), len(inputs)))
    for _ in range(draws):
        amounts = {name: _drawn(name, values, random) for name, values in inputs.amounts.items()}
        code = evaluate(replace(inputs, amounts=amounts)).codes()[:, BEST]
        counts[code, np.arange(len(inputs))] += 1
    return {category: counts[index] / draws for index, category in enumerate(CATEGORIES)}


def _drawn(name: str, values: Floats, random: np.random.Generator) -> Floats:
    a, b, c, d = (np.sort(values[:, :4], axis=1)[:, k] for k in range(4))
    u = random.uniform(size=len(values)) * ((d - a) + (c - b)) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        rising = a + np.sqrt(2 * u * (b - a))
        flat = b + (u - (b - a) / 2)
        falling = d - np.sqrt(np.maximum(2 * (((d - a) + (c - b)) / 2 - u) * (d - c), 0))
    one = np.where(u < (b - a) / 2, rising, np.where(u <= (b - a) / 2 + (c - b), flat, falling))
    if parameters()[name].kind == "yesno":
        one = np.where(np.isnan(one), np.nan, np.round(one))
    return np.repeat(one[:, None], values.shape[1], axis=1)
