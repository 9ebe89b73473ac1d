"""Figures of ecosystems as Observations: extent by functional group (A.2), the Red List Index and its counts (A.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from biosetu.ecosystems.extent import extent_by_group
from biosetu.ecosystems.redlist_index import Listing, index_table, read_history
from biosetu.ecosystems.typology import functional_groups
from biosetu.engine.hashes import inputs_said
from biosetu.framework import find_party
from biosetu.indicators import Provenance, method
from biosetu.jobs.species_index import Origin
from biosetu.observations import Source, Status, validate
from biosetu.problems import DataError, Problem

EXTENT, EXTENT_INDICATOR = "ecosystems.extent", "A.2"
INDEX, INDEX_INDICATOR = "ecosystems.red_list_index", "A.1"
METHODS = {EXTENT: EXTENT_INDICATOR, INDEX: INDEX_INDICATOR}


def room_observations(name: str, table: pa.Table, inputs: Sequence[Path], origin: Origin) -> pa.Table:
    """Return a room's result as Observations of its indicator.

    Args:
        name: EXTENT for the result of `ecosystems extent`, INDEX for that of `ecosystems index`.
        table: that result.
        inputs: the files it was made from; their hashes go into every row.
        origin: the Party, the release, the holder, the licence.

    Raises:
        DataError: a result that breaks a rule of Observations.
        UsageError: an unknown Party.
    """
    whose = find_party(origin.party).iso3
    provenance = Provenance(whose, origin.vintage, inputs_said(inputs), origin.holder, origin.licence)
    made = method(name).observations(table, METHODS[name], provenance)
    validate(made)
    return made


@dataclass(frozen=True, slots=True)
class StudyFigures:
    """What a study's figures are made from.

    `measures` carries the functional groups that people confirmed; `categories` are rows of the assessment table.
    """

    party: str
    measures: pa.Table
    categories: Sequence[Mapping[str, str]]
    guidelines: str
    inputs: str
    title: str
    on: date


def study_observations(figures: StudyFigures, holder: str, licence: str) -> pa.Table:
    """Return the figures of a study as proposed national Observations of A.1 and A.2, for the Party to validate.

    Raises:
        DataError: measures without a year, or figures that break a rule of Observations.
    """
    rows = figures.measures.to_pylist()
    if any(row["date"] is None for row in rows):
        raise DataError(Problem("the maps have no year", "Give each map its year.", "date"))
    extent = extent_by_group(rows)
    year = int(max(row["date"] for row in rows))
    index = index_table(*index_groups(figures.categories, year))
    note = f"{figures.title}; Red List of Ecosystems, guidelines {figures.guidelines}"
    vintage = figures.on.isoformat()
    tables = []
    for name, result, footnote in ((EXTENT, extent, figures.title), (INDEX, index, note)):
        provenance = Provenance(figures.party, vintage, figures.inputs, holder, licence, footnote=footnote)
        tables.append(method(name).observations(result, METHODS[name], provenance))
    made = _proposed(pa.concat_tables(tables))
    validate(made)
    return made


def index_groups(categories: Sequence[Mapping[str, str]], year: int) -> tuple[list[Listing], dict[str, list[str]]]:
    """Return the history of one year, and its ecosystems by functional group, all of them under the empty name."""
    history = [{"ecosystem": row["ecosystem"], "year": str(year), "category": row["category"]} for row in categories]
    groups: dict[str, list[str]] = {"": [row["ecosystem"] for row in categories]}
    for row in sorted(categories, key=lambda row: row["functional_group"]):
        known = functional_groups().get(row["functional_group"])
        if known is not None:
            groups.setdefault(known.reporting_label or f"{known.code} {known.name}", []).append(row["ecosystem"])
    return read_history(history), groups


def _proposed(table: pa.Table) -> pa.Table:
    """Return figures as the Party's own, which it has yet to validate."""
    for column, value in (("source", Source.NATIONAL.value), ("status", Status.PROPOSED.value)):
        at = table.schema.get_field_index(column)
        table = table.set_column(at, table.schema.field(at), pa.array([value] * table.num_rows, pa.string()))
    return table
