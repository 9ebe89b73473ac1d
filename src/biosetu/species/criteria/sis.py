"""Assessments to and from SIS: the columns of the `allfields` and `assessments` files of SIS Connect."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.species.criteria.tables import parameters, rows

SIS_NAMES = ("internal_taxon_name", "scientificName", "internal_taxon_id")
YES_NO = {"yes": "Yes", "no": "No", "unknown": "Unknown"}


def sis_fields(cells: pa.Table) -> pa.Table:
    """Return the `allfields` table of SIS Connect from the cells of an assessment table (the template's columns).

    Values are carried over as they were written; yes, no and unknown are spelled as SIS does, the letters of a basis
    separated by commas; an ignored value is empty. Taxa are identified by name, as SIS Connect matches them.
    """
    kinds = {name: parameter.kind for name, parameter in parameters().items()}
    out: dict[str, pa.Array] = {"internal_taxon_name": pc.cast(cells.column("taxon"), pa.string())}
    for row in rows("sis_fields.csv"):
        name = row["parameter"]
        texts = cells.column(name).to_pylist() if name in cells.column_names else [""] * cells.num_rows
        out[row["field"]] = pa.array([_sis_value(text, kinds[name]) for text in texts], pa.string())
    return pa.table(out)


def _sis_value(text: str | None, kind: str) -> str:
    plain = (text or "").strip()
    if plain.lower() in ("", "ignored", "ignore", "-"):
        return ""
    if kind == "yesno":
        return YES_NO.get(plain.lower(), plain)
    if kind == "letters":
        return ",".join(letter for letter in plain.lower() if letter.isalpha())
    return "" if plain.lower() == "unknown" else plain


def from_sis(cells: pa.Table) -> pa.Table:
    """Return the template's columns from an `allfields` table of SIS, other tables as they are.

    Fields that no criterion uses are left behind. The taxon is the first of SIS's name columns that there is.
    """
    names = [name for name in SIS_NAMES if name in cells.column_names]
    fields = {row["field"]: row["parameter"] for row in rows("sis_fields.csv")}
    found = [field for field in fields if field in cells.column_names]
    if not names or not found:
        return cells
    chosen = cells.select([names[0], *found])
    return chosen.rename_columns(["taxon", *(fields[field] for field in found)])


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
