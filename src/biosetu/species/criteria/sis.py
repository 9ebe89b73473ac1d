"""Assessments to and from SIS: the columns of the files of SIS Connect that the parameters of an assessment fill.

These are `allfields`, `assessments`, `taxonomy` (the name alone) and, for a national assessment, `countries`. Its file
of references is not among them: no parameter names a reference.
"""

from __future__ import annotations

import re
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.species.criteria.inputs import IGNORED, NO, UNKNOWN, YES
from biosetu.species.criteria.tables import Parameter, parameters
from biosetu.species.tables import rows

NAME = "internal_taxon_name"
SIS_NAMES = (NAME, "scientificName", "internal_taxon_id")


RANKS = ("kingdom", "phylum", "classname", "ordername", "family")
OCCURRENCE = "CountryOccurrence.CountryOccurrenceSubfield"
_LATIN = re.compile(
    r"(?P<genus>[A-Z][a-z]+(?:-[a-z]+)?) (?P<species>[a-z]+(?:-[a-z]+)*)"
    r"(?: (?:(?P<infraType>subsp|ssp|var|f)\. )?(?P<infra_name>[a-z]+(?:-[a-z]+)*))?"
)


def sis_taxonomy(cells: pa.Table) -> pa.Table:
    """Return the `taxonomy` table of SIS Connect: genus, species and the name below it, from the names of the taxa.

    The ranks above and the authority are empty, for the assessor to fill in: no parameter holds them. So is all of a
    name that is not two or three Latin words.
    """
    names = [str(name).strip() for name in cells.column("taxon").to_pylist()]
    parts = [found.groupdict("") if (found := _LATIN.fullmatch(name)) else {} for name in names]
    empty = pa.array([""] * len(names))
    return pa.table(
        {
            NAME: pa.array(names, pa.string()),
            **dict.fromkeys(RANKS, empty),
            **{field: pa.array([part.get(field, "") for part in parts], pa.string()) for field in _LATIN.groupindex},
            **dict.fromkeys(("taxonomicAuthority", "infra_authority"), empty),
        }
    )


def sis_countries(cells: pa.Table, iso2: str, name: str) -> pa.Table:
    """Return the `countries` table of SIS Connect: each taxon in the country of its national assessment.

    Presence, origin and seasonality come from the state and the regional questions (`data/sis_occurrence.csv`); what
    these do not say is empty.
    """
    n = cells.num_rows
    found = {field: [""] * n for field in ("presence", "origin", "seasonality")}
    for rule in rows("sis_occurrence.csv"):
        column = cells.column(rule["parameter"]).to_pylist() if rule["parameter"] in cells.column_names else [""] * n
        for row, text in enumerate(column):
            if _answered(text) == rule["answer"]:
                found[rule["field"]][row] = rule["value"]
    texts = {"CountryOccurrenceLookup": [iso2] * n, "CountryOccurrenceName": [name] * n, **found}
    taxon = pc.cast(cells.column("taxon"), pa.string())
    return pa.table({NAME: taxon} | {f"{OCCURRENCE}.{field}": pa.array(column) for field, column in texts.items()})


def _answered(text: str | None) -> str:
    plain = (text or "").strip()
    answer = plain.lower()
    return "yes" if answer in YES else "no" if answer in NO else plain.upper().replace(" ", "")


def sis_fields(cells: pa.Table) -> pa.Table:
    """Return the `allfields` table of SIS Connect from the cells of an assessment table (the template's columns).

    Values are carried over as they were written; yes, no and unknown are spelled as SIS does, the letters of a basis
    separated by commas. SIS has no word for an unknown amount: it is written as the widest range of the parameter,
    which is what it means, and `from_sis` reads that range as unknown. An ignored value is empty: SIS ignores blanks.
    Taxa are identified by name, as SIS Connect matches them.
    """
    out: dict[str, pa.Array] = {NAME: pc.cast(cells.column("taxon"), pa.string())}
    for row in rows("sis_fields.csv"):
        name = row["parameter"]
        texts = cells.column(name).to_pylist() if name in cells.column_names else [""] * cells.num_rows
        out[row["field"]] = pa.array([_sis_value(text, parameters()[name]) for text in texts], pa.string())
    return pa.table(out)


def _sis_value(text: str | None, parameter: Parameter) -> str:
    plain = (text or "").strip()
    if plain.lower() in IGNORED:
        return ""
    if parameter.kind == "yesno":
        answer = plain.lower()
        return "Yes" if answer in YES else "No" if answer in NO else "Unknown" if answer in UNKNOWN else plain
    if parameter.kind == "letters":
        return ",".join(letter for letter in plain.lower() if letter.isalpha())
    return _widest(parameter) if plain.lower() in UNKNOWN else plain


def _widest(parameter: Parameter) -> str:
    return f"{parameter.minimum:.0f}-{parameter.maximum:.0f}"


def from_sis(cells: pa.Table) -> pa.Table:
    """Return the template's columns from an `allfields` table of SIS, other tables as they are.

    Fields that no criterion uses are left behind. The taxon is the first of SIS's name columns that there is.
    """
    names = [name for name in SIS_NAMES if name in cells.column_names]
    fields = {row["field"]: row["parameter"] for row in rows("sis_fields.csv")}
    found = [field for field in fields if field in cells.column_names]
    if not names or not found:
        return cells
    columns = {"taxon": cells.column(names[0])}
    columns |= {fields[field]: _unknown_again(cells.column(field), parameters()[fields[field]]) for field in found}
    return pa.table(columns).replace_schema_metadata(cells.schema.metadata)


def _unknown_again(column: pa.ChunkedArray, parameter: Parameter) -> pa.ChunkedArray:
    if parameter.kind != "amount":
        return column
    texts = pc.cast(column, pa.string())
    return pc.if_else(pc.fill_null(pc.equal(texts, _widest(parameter)), False), "unknown", texts)


def sis_assessments(assessed: pa.Table, on: date) -> pa.Table:
    """Return the `assessments` table of SIS Connect from the result of `assess`."""
    category = assessed.column("category").to_pylist()
    extinct = [text == "CR(PE)" for text in category]
    in_wild = [text == "CR(PEW)" for text in category]
    n = assessed.num_rows
    return pa.table(
        {
            NAME: assessed.column("taxon"),
            "RedListAssessmentDate.value": [on.strftime("%d/%m/%Y")] * n,
            "RedListCriteria.critVersion": ["3.1"] * n,
            "RedListCriteria.isManual": ["true"] * n,
            "RedListCriteria.manualCategory": [text.split("(")[0] for text in category],
            "RedListCriteria.manualCriteria": assessed.column("criteria"),
            "RedListCriteria.possiblyExtinct": [str(flag).lower() for flag in extinct],
            "RedListCriteria.possiblyExtinctInTheWild": [str(flag).lower() for flag in in_wild],
        }
    )
