"""Where a Party is off the path to its own quantity, or declares that its progress is not enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from biosetu.alignment.gaps.records import Facts, Gap, Key, key_of
from biosetu.observations.own import DeclaredProgress, progress_levels
from biosetu.observations.sentences import Sentence
from biosetu.statistics.pathway import Pathway
from biosetu.statistics.summary import Summary
from biosetu.statistics.telling import tell_pathway
from biosetu.translation import N_

DECLARED = N_("The Party declares for target {target}: {level} ({year}).")
CLOSE_PATH = N_("Another {distance} {difference} by {deadline} would close it.")
CLOSE_MISSED = N_("Another {distance} {difference} would close it; the date set, {deadline}, has passed.")
CLOSE_DECLARED = N_("The next national report shows another level of progress.")
BEHIND = frozenset({"off-path", "missed"})


def find(facts: Facts) -> Iterator[Gap]:
    """Return the gaps in progress: by figures against the Party's own quantities, then by its own declaration."""
    for path in facts.pathways:
        if path.state in BEHIND:
            yield from _from_path(facts, path)
    for item in facts.own.progress:
        if progress_levels()[item.level].behind:
            yield _from_declaration(facts, item)


def _from_path(facts: Facts, path: Pathway) -> Iterator[Gap]:
    if path.figure is None or path.figure.value is None or path.summary is None:
        return
    quantity = path.quantity
    distance = abs(quantity.value - path.figure.value)
    difference = "percentage_points" if quantity.unit == "percent" else quantity.unit
    for target in quantity.targets:
        yield Gap(
            id=f"progress:{quantity.id}:{target}",
            party=facts.party,
            kind="progress",
            target=target,
            says=tell_pathway(path),
            closes=Sentence(
                "progress-close",
                CLOSE_MISSED if path.state == "missed" else CLOSE_PATH,
                {"distance": float(f"{distance:.4g}"), "difference": difference, "deadline": quantity.deadline},
            ),
            evidence=_behind(facts, path.summary, path.figure.year, path.figure.vintage),
            source=quantity.source,
            indicator=quantity.indicator,
            year=path.figure.year,
            shortfall=_shortfall(path, path.figure.value),
        )


def _shortfall(path: Pathway, value: float) -> float | None:
    """Return how much of the way from baseline to quantity is missing where the path should be, 0 to 1."""
    start, expected = path.quantity.baseline_value, path.expected
    if start is None or expected is None or path.quantity.value == start:
        return None
    return min(1.0, abs(expected - value) / abs(path.quantity.value - start))


def _behind(facts: Facts, summary: Summary, year: int, vintage: str) -> tuple[Key, ...]:
    names = ("indicator", "series", "disaggregation_type", "disaggregation", "source", "method")
    wanted: Mapping[str, object] = {name: getattr(summary, name) for name in names} | {"year": year, "vintage": vintage}
    rows = facts.observations.to_pylist()
    return tuple(key_of(row) for row in rows if all(row[name] == value for name, value in wanted.items()))


def _from_declaration(facts: Facts, item: DeclaredProgress) -> Gap:
    level = progress_levels()[item.level]
    return Gap(
        id=f"progress:declared:{item.target}:{item.year}",
        party=facts.party,
        kind="progress",
        target=item.target,
        says=Sentence(
            "progress-declared", DECLARED, {"target": item.target, "level": level.label_en, "year": str(item.year)}
        ),
        closes=Sentence("progress-declared-close", CLOSE_DECLARED),
        source=item.source,
        year=item.year,
    )
