"""A study of ecosystems in the centre: look at a map, measure what was chosen, put people's answers beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from biosetu.ecosystems.assessment import ABOUT, TEMPLATE, template_rows
from biosetu.ecosystems.pictures import pictures_table
from biosetu.engine.rasters import open_stack, refuse_other_than_geotiff, refuse_truncated
from biosetu.engine.tables import write_table
from biosetu.engine.zones import is_vector, read_polygons
from biosetu.jobs.ecosystems_inputs import options_from
from biosetu.jobs.ecosystems_measure import measure_maps
from biosetu.jobs.ecosystems_pictures import map_pictures
from biosetu.problems import DataError, Problem
from biosetu.progress import Progress, silent
from biosetu.translation import N_

RASTER, POLYGONS = "raster", "polygons"
RASTER_SUFFIXES = (".tif", ".tiff")
POLYGON_SUFFIXES = (".gpkg", ".geojson", ".fgb", ".parquet")
SUFFIXES = (*RASTER_SUFFIXES, *POLYGON_SUFFIXES)
TABLES = ("measures", "transitions", "pictures")


@dataclass(frozen=True, slots=True)
class MapLook:
    """What an uploaded map is: raster or polygons, its size (pixels, or polygons by 1), its CRS."""

    kind: str
    width: int
    height: int
    crs: str


def look_at_map(path: Path, most_pixels: int, field: str = "") -> MapLook:
    """Open a map that somebody uploaded and say what it is; of a raster its last pixels alone are read.

    Only GeoTIFF and single-file polygons are taken: nothing that names other files. `field` says where the classes
    are, as a map that is held says it.

    Raises:
        DataError: what is wrong with the file, or that it is too large.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        message = N_("this type of map is not taken")
        raise DataError(Problem(message, N_("Give a GeoTIFF or a GeoPackage"), "format", path.name))
    if is_vector(path):
        polygons = read_polygons(path, field or None)
        return MapLook(POLYGONS, len(polygons.names), 1, _named(polygons.crs))
    refuse_other_than_geotiff(path)
    grid = open_stack([path], band=band_of(field)).grid
    if grid.width * grid.height > most_pixels:
        message = N_("the map has too many pixels for this centre")
        remedy = N_("Run `biosetu ecosystems measure` on it where there is room, or give a coarser map")
        raise DataError(Problem(message, remedy, "limits", path.name, value=f"{grid.width} × {grid.height}"))
    refuse_truncated(path)
    return MapLook(RASTER, grid.width, grid.height, _named(grid.crs))


def band_of(field: str) -> int | None:
    """Return the band that holds the classes of a raster, None where nobody named one."""
    return int(field) if field.isascii() and field.isdigit() else None


def _named(crs: str) -> str:
    return CRS.from_user_input(crs).name


def measure_study(
    paths: Sequence[Path],
    years: Sequence[float],
    folder: Path,
    *,
    field: str = "",
    align: bool = False,
    nodata: Sequence[int] = (),
    most_classes: int,
    progress: Progress = silent,
) -> list[Problem]:
    """Measure the maps of a study into `folder` (one Parquet file for each of TABLES); return the warnings.

    Finished bands are kept, so that the same call goes on where a stopped one was.

    Raises:
        DataError: what is wrong with the maps; more classes than a person can map.
    """
    of_rasters = {"align": align, "resume": True, "band": band_of(field), "nodata": tuple(nodata)}
    own = {"field": field or None} if all(map(is_vector, paths)) else of_rasters
    options = options_from({"dates": tuple(years), **own})
    pictures = map_pictures(paths, options)
    _refuse_many_classes(pictures, most_classes)
    found = measure_maps(paths, options, progress)
    classes = len(set(found.measures.column("class").to_pylist())) if found.measures.num_columns else 0
    if classes > most_classes:
        raise DataError(_too_many(classes, most_classes))
    if not found.measures.num_rows:
        raise DataError(Problem(N_("the maps hold no data"), N_("Check which code means no data"), "empty"))
    write_table(found.measures, folder / "measures.parquet")
    write_table(pictures, folder / "pictures.parquet")
    if found.transitions is not None:
        write_table(found.transitions, folder / "transitions.parquet")
    return list(found.warnings)


def _refuse_many_classes(pictures: pa.Table, most: int) -> None:
    """Say early what would only show after hours."""
    classes = {name for names in pictures.column("classes").to_pylist() for name in names}
    if len(classes) > most:
        raise DataError(_too_many(len(classes), most))


def _too_many(classes: int, most: int) -> Problem:
    message = N_("the maps have more classes than are mapped by hand here")
    remedy = N_("Join classes first, or use `biosetu ecosystems measure` with a class table")
    return Problem(message, remedy, "classes", value=f"{classes} > {most}")


def read_study(folder: Path) -> dict[str, pa.Table]:
    """Return the tables that `measure_study` wrote, those that are there; pictures always."""
    found = {
        name: pq.read_table(folder / f"{name}.parquet") for name in TABLES if (folder / f"{name}.parquet").exists()
    }
    return {"pictures": pictures_table([]), **found}


def with_classes(table: pa.Table, classes: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """Return measures or transitions with what people said of the classes: names, national types, functional groups.

    Args:
        table: as measured.
        classes: by class code: name, national_type, functional_group (empty where nobody confirmed one).
    """
    columns = {"class": ("name", "national_type", "functional_group"), "before": ("name",), "after": ("name",)}
    for key, wanted in columns.items():
        if key not in table.column_names:
            continue
        codes = table.column(key).to_pylist()
        for what in wanted:
            column = what if key == "class" else f"{key}_{what}"
            values = pa.array([classes.get(code or "", {}).get(what, "") for code in codes], pa.string())
            at = table.column_names.index(column) if column in table.column_names else -1
            table = table.set_column(at, column, values) if at >= 0 else table.append_column(column, values)
    return table


def study_rows(
    measures: pa.Table, classes: Mapping[str, Mapping[str, str]], answers: Mapping[str, Mapping[str, str]]
) -> list[dict[str, str]]:
    """Return the template's rows of the classes that are assessed: what maps tell, and over it what people say.

    Args:
        measures: as measured.
        classes: by class code, those that are assessed: name, functional_group, collapse …
        answers: by class code: cells of the template that a person wrote.
    """
    measured = {row["ecosystem"]: row for row in template_rows(measures.to_pylist())}
    rows = []
    for code, about in classes.items():
        if code not in measured:
            continue
        known = {name: about[name] for name in ABOUT if about.get(name)}
        written = {name: text for name, text in answers.get(code, {}).items() if name in TEMPLATE and text}
        rows.append(measured[code] | known | written)
    return rows
