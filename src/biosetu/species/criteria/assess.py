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
from biosetu.species.criteria.inputs import BEST, Floats, Inputs
from biosetu.species.criteria.regional import adjust
from biosetu.species.criteria.tables import LEVELS, parameters, thresholds
from biosetu.species.criteria.wording import criteria_strings, near_misses, reasons
from biosetu.statistics.draws import generator

MOST, LEAST = 3, 0
LC = CATEGORIES.index("LC")


@dataclass(frozen=True, slots=True)
class Method:
    """How uncertainty is handled.

    Attributes:
        name: `interval` (category at the best estimates, exact limits) or `fuzzy` (Akçakaya et al. 2000).
        dispute_tolerance: 0 keeps the whole ranges, 1 only the best ones.
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
    used = narrowed(inputs, asked.dispute_tolerance) if asked.name == "fuzzy" else inputs
    evaluation = evaluate(used)
    codes = evaluation.codes()
    best = fuzzy_best(evaluation, asked.risk_tolerance) if asked.name == "fuzzy" else codes[:, BEST]
    computed = _categories(used, best, codes)
    columns = _columns(used, evaluation, best, codes, computed)
    columns["method"] = pa.array([_describe(asked)] * len(inputs), pa.string())
    columns["thresholds"] = pa.array([f"IUCN 3.1, {thresholds()[0].valid_from}"] * len(inputs), pa.string())
    if asked.regional:
        columns |= _regional(inputs, columns)
    if asked.draws:
        columns |= {f"share_{k}": pa.array(v) for k, v in category_frequencies(inputs, asked.draws, asked.seed).items()}
    return pa.table(columns)


def _check(method: Method) -> None:
    if method.name not in ("interval", "fuzzy"):
        raise ValueError("a method is interval or fuzzy")
    if not (0 <= method.dispute_tolerance <= 1 and 0 <= method.risk_tolerance <= 1):
        raise ValueError("tolerances lie between 0 and 1")


def _describe(method: Method) -> str:
    if method.name == "interval":
        return "interval/1"
    return f"fuzzy/1 DT={method.dispute_tolerance:g} RT={method.risk_tolerance:g}"


def narrowed(inputs: Inputs, dispute_tolerance: float) -> Inputs:
    """Return the inputs with outer corners drawn in towards the best range by the dispute tolerance.

    Reference: Akçakaya et al. 2000, doi:10.1046/j.1523-1739.2000.99125.x. Unknown values stay as wide as they are.
    """
    keep = 1.0 - dispute_tolerance
    amounts = {}
    for name, values in inputs.amounts.items():
        drawn = values.copy()
        drawn[:, 0] = values[:, 1] + (values[:, 0] - values[:, 1]) * keep
        drawn[:, 3] = values[:, 2] + (values[:, 3] - values[:, 2]) * keep
        amounts[name] = drawn
    return replace(inputs, amounts=amounts)


def fuzzy_best(evaluation: Evaluation, risk_tolerance: float) -> Codes:
    """Return the category, shape (n,), where the truth of "this level or higher" first reaches the risk tolerance.

    The truth of a level is the share of the four corners at which any criterion of it, or of a higher level, is met:
    0 (impossible), ¼ (possible), ½ (possible by best values), ¾, 1 (certain).
    """
    codes = np.full(evaluation.n, LC, dtype=np.int8)
    reached = np.zeros((evaluation.n, 4), dtype=np.bool_)
    for index, level in enumerate(LEVELS):
        reached |= evaluation.any_met(level)[:, :4]
        truth = reached.mean(axis=1)
        codes[(codes == LC) & (truth > 0) & (truth >= risk_tolerance)] = index
    return codes


def _categories(inputs: Inputs, best: Codes, codes: Codes) -> list[str]:
    spread = (codes[:, LEAST] == LC) & (codes[:, MOST] == 0)
    deficient = (spread | ~has_data(inputs)).tolist()
    return [
        _stated(state, "DD" if unclear else CATEGORIES[code])
        for state, unclear, code in zip(inputs.states, deficient, best.tolist(), strict=True)
    ]


def _stated(state: str, computed: str) -> str:
    if state == "NT":
        return "NT" if computed == "LC" else computed
    if state in ("CR(PE)", "CR(PEW)"):
        return state if computed in ("CR", "DD") else computed
    return state or computed


def _columns(
    inputs: Inputs, evaluation: Evaluation, best: Codes, codes: Codes, categories: list[str]
) -> dict[str, pa.Array]:
    decided = [category.startswith(("CR", "EN", "VU")) for category in categories]
    strings = criteria_strings(inputs, evaluation, codes[:, BEST])
    same = (best == codes[:, BEST]).tolist()
    strings = [s if agrees else w for s, w, agrees in zip(strings, _at(inputs, evaluation, best), same, strict=True)]
    near = near_misses(inputs, evaluation, evaluate(inputs, near=True), best)
    why = reasons(inputs, evaluation, best)
    unsupported = (~has_data(inputs)).tolist()
    set_outright = [state if state not in ("", "NT") else "" for state in inputs.states]
    limits = [
        [
            state if state and not state.startswith("CR") else CATEGORIES[code]
            for state, code in zip(set_outright, column, strict=True)
        ]
        for column in (codes[:, LEAST].tolist(), codes[:, MOST].tolist())
    ]
    limits = [
        [
            end if empty and not state else given
            for given, empty, state in zip(column, unsupported, set_outright, strict=True)
        ]
        for column, end in zip(limits, ("LC", "CR"), strict=True)
    ]
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


def _at(inputs: Inputs, evaluation: Evaluation, best: Codes) -> list[str]:
    """Criteria at a category of the fuzzy method: those of the first case that meets it, best values first."""
    strings = [""] * len(inputs)
    for case in (BEST, 2, 3):
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
    categories = columns["category"].to_pylist()
    found = [
        adjust(category, {question: answers[i] for question, answers in inputs.answers.items()}, inputs.steps[i])
        for i, category in enumerate(categories)
    ]
    filtered = [
        a.category if a.category in ("NA", "RE") and a.category != before else ""
        for a, before in zip(found, categories, strict=True)
    ]
    reasons = [f"{out} by the regional guidelines" if out else "" for out in filtered]
    instead = {"criteria": [""] * len(found), "category_low": filtered, "category_high": filtered, "reasons": reasons}
    kept = {
        name: pa.array(
            [new if out else old for old, new, out in zip(columns[name].to_pylist(), texts, filtered, strict=True)],
            pa.string(),
        )
        for name, texts in instead.items()
    }
    return {
        "category": pa.array([a.category for a in found], pa.string()),
        **kept,
        "category_before_adjustment": pa.array(categories, pa.string()),
        "category_shown": pa.array([str(a) for a in found], pa.string()),
        "adjustment_steps": pa.array([a.steps for a in found], pa.int8()),
        "adjustment_path": pa.array([" → ".join(a.path) for a in found], pa.string()),
    }


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
