"""Work out Setuland's example with the same functions that any Party's maps go through."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from biosetu.ecosystems.assessment import assess, template_rows
from biosetu.ecosystems.redlist_index import index_table, read_history
from biosetu.engine.rasters import write_raster
from biosetu.engine.tables import write_table
from biosetu.jobs.ecosystems_assess import results
from biosetu.jobs.ecosystems_inputs import MeasureOptions
from biosetu.jobs.ecosystems_measure import measure_rasters
from biosetu.sources.setuland import ecosystems as setuland

OWN_WORDS = ("functional_group", "scope", "collapse", "assessors", "citation")


def setuland_tables(folder: Path) -> dict[str, pa.Table]:
    """Return Setuland's measures, transitions, assessments and index; `folder` gets its maps and class table.

    The conditions of criterion B, and what criteria C and D say, come from `data/ecosystem_evidence.csv`.
    """
    paths = list(write_maps(folder).values())
    classes = folder / "classes.csv"
    write_table(pa.Table.from_pylist(setuland.rows("classes")), classes)
    found = measure_rasters(paths, MeasureOptions(classes=classes, resume=False))
    history = setuland.rows("history")
    tables = {
        "measures": found.measures,
        "assessments": results(assess(_evidence(found.measures))),
        "index": index_table(read_history(history), {"": list(dict.fromkeys(row["ecosystem"] for row in history))}),
    }
    if found.transitions is not None:
        tables["transitions"] = found.transitions
    return tables


def write_maps(folder: Path) -> dict[int, Path]:
    """Write Setuland's maps as GeoTIFF and return them by year."""
    half, size = setuland.SIDE * setuland.PIXEL_DEGREES / 2, setuland.PIXEL_DEGREES
    paths = {year: folder / f"setuland_{year}.tif" for year in setuland.YEARS}
    for year, path in paths.items():
        write_raster(path, setuland.codes(year), "EPSG:4326", (size, 0.0, -half, 0.0, -size, half), nodata=0)
    return paths


def _evidence(measures: pa.Table) -> list[dict[str, str]]:
    evidence = {row["ecosystem"]: row for row in setuland.rows("evidence")}
    filled = template_rows(measures.to_pylist())
    return [{**row, **_filled(evidence[row["ecosystem"]])} for row in filled if row["ecosystem"] in evidence]


def _filled(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}
