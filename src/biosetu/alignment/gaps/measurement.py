"""What a Party itself says is not measured: its `noData`, its self-assessment, or an officer's confirmation.

What is merely absent from the sources loaded here is no gap.
"""

from __future__ import annotations

from collections.abc import Iterator

from biosetu.alignment.gaps.records import Facts, Gap, key_of
from biosetu.framework import indicators
from biosetu.observations import Source
from biosetu.observations.sentences import Sentence
from biosetu.translation import N_

NO_DATA = N_("The Party reports no data for {indicator} ({year}): {said}")
CONFIRMED = N_("Not measured, as confirmed by {by}: {said}")
CLOSES = N_("A first figure for {indicator}, by a method the Party accepts.")


def find(facts: Facts) -> Iterator[Gap]:
    """Return one gap per indicator for which the newest word of the Party is that there are no data."""
    for row in _newest_answers(facts):
        if row["source"] == Source.NO_DATA:
            yield _from_answer(facts, row)
    confirmed = facts.tables.get("confirmed_gaps")
    for row in confirmed.to_pylist() if confirmed is not None else []:
        yield _from_confirmation(facts, row)


def _newest_answers(facts: Facts) -> list[dict[str, object]]:
    """Return per indicator and disaggregation the newest word that is the Party's own."""
    newest: dict[tuple[object, ...], dict[str, object]] = {}
    for row in sorted(facts.observations.to_pylist(), key=lambda row: row["year"]):
        if row["source"] != Source.AVAILABLE_DATASET:
            newest[row["indicator"], row["disaggregation_type"], row["disaggregation"]] = row
    return list(newest.values())


def _target(indicator: str) -> str:
    known = indicators().get(indicator)
    return known.targets[-1] if known and known.targets else ""


def _from_answer(facts: Facts, row: dict[str, object]) -> Gap:
    indicator = str(row["indicator"])
    values = {"indicator": indicator, "year": str(row["year"]), "said": str(row["footnote"])}
    return Gap(
        id=f"measurement:{indicator}:{row['disaggregation']}".rstrip(":"),
        party=facts.party,
        kind="measurement",
        target=_target(indicator),
        says=Sentence("measurement-no-data", NO_DATA, values),
        closes=Sentence("measurement-close", CLOSES, {"indicator": indicator}),
        evidence=(key_of(row),),
        source=str(row["inputs"] or row["holder"] or row["validated_by"]),
        indicator=indicator,
        year=int(str(row["year"])),
    )


def _from_confirmation(facts: Facts, row: dict[str, object]) -> Gap:
    indicator = str(row["indicator"])
    return Gap(
        id=f"measurement:{row['id']}",
        party=facts.party,
        kind="measurement",
        target=_target(indicator),
        says=Sentence("measurement-confirmed", CONFIRMED, {"by": str(row["by"]), "said": str(row["text"])}),
        closes=Sentence("measurement-close", CLOSES, {"indicator": indicator}),
        source=str(row["source"]),
        indicator=indicator,
        shortfall=_share(row.get("shortfall")),
    )


def _share(value: object) -> float | None:
    return value if isinstance(value, float) else None
