"""National assessments of taxa as Observations: proposed to the Party, and read back once it has accepted them.

An assessment is one Observation of `context:red-list-category`: the taxon is its disaggregation, the category its text.
Criteria, limits and reasons stand in the footnote, each behind its word, so that they can be read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.framework import find_party
from biosetu.observations import SCHEMA, SETTLED, Source, Status, validate

INDICATOR = "context:red-list-category"
SERIES = "red-list-assessment/1"
METHOD = "species.assess/1"
APART = " | "
WORDS: Mapping[str, str] = {
    "criteria": "criteria ",
    "category_low": "at least ",
    "category_high": "at most ",
    "category_before_adjustment": "before regional adjustment ",
    "category_global": "globally ",
    "reasons": "because ",
    "near_threshold": "near ",
}
COLUMNS = ("taxon", "category", "criteria", "category_low", "category_high", "reasons", "near_threshold",
           "category_shown", "category_before_adjustment", "category_global", "year", "holder",
           "validated_by", "validated_on", "licence")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assessed:
    """A saved assessment: the taxon, what the criteria gave, for whom, when, and what it was made from."""

    taxon: str
    party: str
    result: Mapping[str, str]
    on: date
    inputs: str
    holder: str
    licence: str


def assessment_observations(assessed: Assessed) -> pa.Table:
    """Return an assessment as a proposed national Observation, for the Party to validate.

    Raises DataError where it breaks a rule of Observations, UsageError for an unknown Party.
    """
    result = assessed.result
    row: dict[str, Any] = {field.name: None if field.nullable else "" for field in SCHEMA}
    row |= {
        "party": find_party(assessed.party).iso3,
        "indicator": INDICATOR,
        "series": SERIES,
        "disaggregation_type": "taxon",
        "disaggregation": assessed.taxon,
        "year": assessed.on.year,
        "value_text": result.get("category_shown") or result["category"],
        "unit": "answer",
        "source": Source.NATIONAL.value,
        "status": Status.PROPOSED.value,
        "vintage": assessed.on.isoformat(),
        "method": METHOD,
        "inputs": assessed.inputs,
        "holder": assessed.holder,
        "licence": assessed.licence,
        "footnote": footnote(result),
    }
    made = pa.Table.from_pylist([row], schema=SCHEMA)
    validate(made)
    return made


def footnote(result: Mapping[str, str]) -> str:
    """Return criteria, limits and reasons of an assessment as one line; `details` undoes it."""
    told = {name: " ".join(result.get(name, "").split()).replace("|", "/") for name in WORDS}
    return APART.join(word + told[name] for name, word in WORDS.items() if told[name])


def details(text: str) -> dict[str, str]:
    """Return what a footnote tells, by column; what is not told is empty."""
    pieces = text.split(APART)
    return {
        name: next((piece.removeprefix(word) for piece in pieces if piece.startswith(word)), "")
        for name, word in WORDS.items()
    }


def accepted_assessments(observations: pa.Table) -> list[dict[str, Any]]:
    """Return the newest assessment of each taxon that the Party has made its own, by taxon; columns of `COLUMNS`."""
    mine = pc.and_(
        pc.equal(observations.column("indicator"), INDICATOR),
        pc.and_(
            pc.equal(observations.column("source"), Source.NATIONAL.value),
            pc.is_in(observations.column("status"), pa.array(sorted(SETTLED))),
        ),
    )
    newest: dict[str, Mapping[str, Any]] = {}
    for row in observations.filter(mine).to_pylist():
        known = newest.get(row["disaggregation"])
        if known is None or (row["year"], row["vintage"]) > (known["year"], known["vintage"]):
            newest[row["disaggregation"]] = row
    return [_told(newest[taxon]) for taxon in sorted(newest)]


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = row["value_text"]
    plain = shown.removesuffix("°")
    said = details(row["footnote"])
    ends = {name: said[name] or plain for name in ("category_low", "category_high")}
    signed = {name: row[name] for name in ("year", "holder", "validated_by", "validated_on", "licence")}
    return {"taxon": row["disaggregation"], "category": plain, "category_shown": shown, **said, **ends, **signed}


def with_accepted(kept: pa.Table | None, observations: pa.Table) -> pa.Table | None:
    """Return the assessments kept for a Party with those that it accepted; an accepted one replaces a kept one.

    None where there is neither. The citation of the kept ones stays; who holds and validated an accepted one, and when,
    is in its row.
    """
    accepted = accepted_assessments(observations)
    if not accepted:
        return kept
    taken = {row["taxon"] for row in accepted}
    rows = [row for row in (kept.to_pylist() if kept is not None else []) if row["taxon"] not in taken]
    filled = [{name: row.get(name) for name in COLUMNS} for row in (*rows, *accepted)]
    filled.sort(key=lambda row: str(row["taxon"]))
    table = pa.Table.from_pylist(filled, schema=_schema())
    return table.replace_schema_metadata(kept.schema.metadata if kept is not None else _cited(accepted))


def _cited(accepted: list[dict[str, Any]]) -> dict[str, str]:
    holders = dict.fromkeys(row["holder"] for row in accepted)
    licences = dict.fromkeys(row["licence"] for row in accepted)
    return {"biosetu.citation": "; ".join(holders), "biosetu.licence": "; ".join(licences)}


def _schema() -> pa.Schema:
    kinds = {"year": pa.int32(), "validated_on": pa.date32()}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
