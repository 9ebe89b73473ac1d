"""One row of parameters through the criteria, and out again as tables. Nothing here touches the database."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from biosetu.engine.tables import write_table
from biosetu.jobs.species_assess import sis_files
from biosetu.species.criteria import Method, assess, read_inputs, template
from biosetu.species.criteria.tables import Parameter, parameters
from biosetu.translation import N_

LONGEST = 200
TAXON = "taxon"
METHODS = ("interval", "fuzzy")
SIS_FILES = ("allfields", "assessments", "taxonomy", "countries")
TOLERANCE = 0.5
SHOWN = (
    "category",
    "criteria",
    "category_low",
    "category_high",
    "reasons",
    "near_threshold",
    "method",
    "thresholds",
    "category_shown",
    "category_before_adjustment",
    "category_global",
    "adjustment_path",
)
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("State and generation"), ("state", "generation_years")),
    (
        N_("A. Reduction of the population"),
        (
            "past_reduction",
            "past_basis",
            "future_reduction",
            "future_basis",
            "moving_reduction",
            "moving_basis",
            "causes_reversible",
            "causes_understood",
            "causes_ceased",
        ),
    ),
    (
        N_("B. Small range"),
        (
            "eoo_km2",
            "aoo_km2",
            "locations",
            "severely_fragmented",
            "decline_eoo",
            "decline_aoo",
            "decline_habitat",
            "decline_locations",
            "decline_mature",
            "fluctuation_eoo",
            "fluctuation_aoo",
            "fluctuation_locations",
            "fluctuation_mature",
        ),
    ),
    (
        N_("C and D. Small population"),
        (
            "mature_individuals",
            "decline_3y_1g",
            "decline_5y_2g",
            "decline_10y_3g",
            "largest_subpopulation",
            "percent_in_one_subpopulation",
            "d2_threat",
        ),
    ),
    (N_("E. Probability of extinction"), ("extinction_10y_3g", "extinction_20y_5g", "extinction_100y")),
    (
        N_("In this country or region"),
        (
            "global_category",
            "native",
            "vagrant",
            "below_population_share",
            "extinct_in_region",
            "endemic",
            "visitor",
            "immigration",
            "immigration_decreases",
            "sink",
            "outside_deteriorating",
            "inside_deteriorating",
            "rescue",
            "steps",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters that stand together on the page."""

    title: str
    parameters: tuple[Parameter, ...]


def groups() -> tuple[Group, ...]:
    """Return the parameters of the template, taxon left out, in groups."""
    known = parameters()
    return tuple(Group(title, tuple(known[name] for name in names)) for title, names in GROUPS)


def cleaned(data: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that are filled in, by name; what is no parameter is left behind."""
    given = {name: data.get(name, "").strip()[:LONGEST] for name in parameters() if name != TAXON}
    return {name: text for name, text in given.items() if text}


def method_of(data: Mapping[str, str]) -> Method:
    """Return how uncertainty is handled, from a form; what cannot be read is as by default."""
    name = data.get("method", "")
    return Method(
        name=name if name in METHODS else METHODS[0],
        dispute_tolerance=_tolerance(data.get("dispute_tolerance", "")),
        risk_tolerance=_tolerance(data.get("risk_tolerance", "")),
        regional=data.get("regional", "") == "on",
    )


def _tolerance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return TOLERANCE
    return value if 0 <= value <= 1 else TOLERANCE


def method_said(method: Method) -> dict[str, str]:
    """Return a method as its form says it; `method_of` undoes this."""
    return {
        "method": method.name,
        "dispute_tolerance": f"{method.dispute_tolerance:g}",
        "risk_tolerance": f"{method.risk_tolerance:g}",
        "regional": "on" if method.regional else "",
    }


def cells(taxon: str, values: Mapping[str, str]) -> pa.Table:
    """Return one row in the layout of the template."""
    row = {**values, TAXON: taxon}
    names = template().column("parameter").to_pylist()
    return pa.table({name: pa.array([row.get(name, "")], pa.string()) for name in names})


def evaluated(taxon: str, values: Mapping[str, str], method: Method) -> dict[str, str]:
    """Return category, criteria, reasons and what was nearly met; raise `DataError` with every cell not readable."""
    found = assess(read_inputs(cells(taxon, values)), method).to_pylist()[0]
    return {name: str(found.get(name) or "") for name in SHOWN}


def row_file(taxon: str, values: Mapping[str, str]) -> bytes:
    """Return the row as CSV in the layout of the template."""
    return _csv(cells(taxon, values))


def sis_file(
    kind: str, taxon: str, party: str, values: Mapping[str, str], result: Mapping[str, str], on: date
) -> bytes:
    """Return one of `SIS_FILES` of SIS Connect, of one national assessment."""
    row = {name: pa.array([result[name]], pa.string()) for name in ("category", "criteria")}
    outcome = pa.table({TAXON: pa.array([taxon], pa.string()), **row})
    return _csv(sis_files(cells(taxon, values), outcome, on, party)[kind])


def _csv(table: pa.Table) -> bytes:
    with tempfile.TemporaryDirectory(prefix="biosetu-row-") as folder:
        path = Path(folder) / "row.csv"
        write_table(table, path)
        return path.read_bytes()
