"""Assessments to and from SIS: the columns of the `allfields` and `assessments` files of SIS Connect."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.species.criteria.inputs import IGNORED, NO, UNKNOWN, YES
from biosetu.species.criteria.tables import Parameter, parameters
from biosetu.species.tables import rows

SIS_NAMES = ("internal_taxon_name", "scientificName", "internal_taxon_id")


def sis_fields(cells: pa.Table) -> pa.Table:
    """Return the `allfields` table of SIS Connect from the cells of an assessment table (the template's columns).

    Values are carried over as they were written; yes, no and unknown are spelled as SIS does, the letters of a basis
    separated by commas. SIS has no word for an unknown amount: it is written as the widest range of the parameter,
    which is what it means, and `from_sis` reads that range as unknown. An ignored value is empty: SIS ignores blanks.
    Taxa are identified by name, as SIS Connect matches them.
    """
    out: dict[str, pa.Array] = {"internal_taxon_name": pc.cast(cells.column("taxon"), pa.string())}
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
            "internal_taxon_name": assessed.column("taxon"),
            "RedListAssessmentDate.value": [on.strftime("%d/%m/%Y")] * n,
            "RedListCriteria.critVersion": ["3.1"] * n,
            "RedListCriteria.isManual": ["true"] * n,
            "RedListCriteria.manualCategory": [text.split("(")[0] for text in category],
            "RedListCriteria.manualCriteria": assessed.column("criteria"),
            "RedListCriteria.possiblyExtinct": [str(flag).lower() for flag in extinct],
            "RedListCriteria.possiblyExtinctInTheWild": [str(flag).lower() for flag in in_wild],
        }
    )
