"""A planning problem as a folder: its tables, ours or Marxan's, and settings, read with all that is wrong told."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from biosetu.engine.delimited import read_delimited
from biosetu.engine.vectors import crs_of, geometries, is_layer, read_own_crs
from biosetu.geo.planes import plane_of
from biosetu.planning.tables import Loaded, Settings, problem_from_tables
from biosetu.problems import DataError, Problem, UsageError
from biosetu.translation import N_, say

FILES: dict[str, tuple[str, ...]] = {
    "units": ("units.parquet", "units.gpkg", "units.geojson", "units.csv", "pu.dat", "pu.csv"),
    "features": ("features.parquet", "features.csv", "spec.dat", "spec.csv"),
    "amounts": ("amounts.parquet", "amounts.csv", "puvspr.dat", "puvspr2.dat", "puvspr.csv"),
    "boundaries": ("boundaries.parquet", "boundaries.csv", "bound.dat", "bound.csv"),
    "national": ("national.csv",),
}
EMPTY: dict[str, dict[str, pa.Array]] = {
    "features": {"feature": pa.array([], pa.string())},
    "amounts": {name: pa.array([], pa.string()) for name in ("feature", "unit", "amount")},
}
NUMBERS = ("penalty", "edge_factor", "budget", "common_budget", "gap", "seconds")
MARXAN_KEYS = {"PUNAME": "units", "SPECNAME": "features", "PUVSPRNAME": "amounts", "BOUNDNAME": "boundaries"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A problem as read: the pure problem, what was asked of it, and the units' polygons where there are any.

    area_km2: the area that the units' table tells [km²], None where it tells none; given: the settings that were asked
    for beside those of the folder.
    """

    loaded: Loaded
    settings: Mapping[str, Any]
    layer: pa.Table | None
    area_km2: np.ndarray | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def open_problem(
    path: Path, overrides: Mapping[str, Any] | None = None, *, confined: bool = False, begun: bool = False
) -> Opened:
    """Read a problem: a folder (our tables or Marxan's, `problem.toml` or `input.dat` beside them) or a TOML file.

    overrides: settings that win over the file's: objective, penalty, edge_factor, budget, common_budget,
    gap, seconds.
    confined: no file outside the folder is read, whatever the settings name (for folders from outside). begun: features
    may still be missing.
    """
    folder = path if path.is_dir() else path.parent
    if path.is_file() and path.suffix.lower() != ".toml" and path.name != "input.dat":
        raise UsageError(say("{path}: give the folder of a problem, its TOML or Marxan's input.dat.", path=path))
    settings, found = _settings_and_files(path, folder, confined)
    given = {key: value for key, value in (overrides or {}).items() if value is not None}
    if faults := _setting_faults(given, ""):
        raise UsageError("\n".join(str(fault) for fault in faults))
    settings |= given
    missing = [name for name in ("units", *(() if begun else EMPTY)) if found[name] is None]
    if missing:
        raise DataError(
            Problem(
                "a table is missing",
                say("Add one of {files}", files=", ".join(FILES[name])),
                "missing",
                str(folder),
                value=name,
            )
            for name in missing
        )
    layer = None
    tables = {name: pa.table(columns) for name, columns in EMPTY.items()} if begun else {}
    for name, file in found.items():
        if file is None:
            continue
        if name == "units" and _has_polygons(file):
            layer = read_own_crs(file)
            tables[name] = layer.drop_columns(["geometry"])
        else:
            tables[name] = read_delimited(file)
    asked = Settings(
        settings.get("penalty", 0.0),
        settings.get("edge_factor", 1.0),
        settings.get("budget"),
        settings.get("common_budget", np.inf),
    )
    names = {name: file.name for name, file in found.items() if file is not None}
    loaded = problem_from_tables(tables, asked, names, begun=begun)
    return Opened(loaded, settings, layer, _told_areas(tables["units"], names["units"]), given)


def table_files(folder: Path, *, confined: bool = False) -> dict[str, Path | None]:
    """Return the file of each table of FILES that `open_problem` reads in a folder, None where there is none."""
    return _settings_and_files(folder, folder, confined)[1]


def _settings_and_files(path: Path, folder: Path, confined: bool) -> tuple[dict[str, Any], dict[str, Path | None]]:
    settings, files = _settings(path, folder)
    if confined:
        files = {name: file for name, file in files.items() if file.resolve().is_relative_to(folder.resolve())}
    return settings, {name: files.get(name) or _first(folder, names) for name, names in FILES.items()}


def _told_areas(units: pa.Table, file: str) -> np.ndarray | None:
    """Return the column `area_km2` of the units, None without it; raise DataError for what is no area."""
    if "area_km2" not in units.column_names:
        return None
    column = units.column("area_km2")
    numbers = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    area = np.asarray(column.to_numpy(), dtype=np.float64) if numbers else np.full(len(column), np.nan)
    wrong = np.flatnonzero(~(np.isfinite(area) & (area >= 0)))[:20]
    if wrong.size:
        remedy = "Write a number of 0 or more, or leave the column out: polygons are measured"
        raise DataError(
            Problem("this is no area", remedy, "area", file, int(row) + 2, "area_km2", str(column[int(row)].as_py()))
            for row in wrong
        )
    return area


def areas_of(opened: Opened) -> np.ndarray | None:
    """Return the area of each unit on the ellipsoid [km²]; what the table tells goes before what polygons measure.

    None where units have neither polygons nor a column `area_km2`.
    """
    if opened.area_km2 is not None or opened.layer is None:
        return opened.area_km2
    shapes, plane = plane_of(geometries(opened.layer), crs_of(opened.layer))
    return plane.areas_km2(shapes)


def _has_polygons(file: Path) -> bool:
    """Return whether a table of units is a layer."""
    return file.suffix.lower() in (".gpkg", ".geojson") or (file.suffix.lower() != ".csv" and is_layer(file))


def _first(folder: Path, names: tuple[str, ...]) -> Path | None:
    places = (folder, folder / "input")
    return next((place / name for place in places for name in names if (place / name).exists()), None)


def _settings(path: Path, folder: Path) -> tuple[dict[str, Any], dict[str, Path]]:
    toml = path if path.suffix.lower() == ".toml" else folder / "problem.toml"
    if toml.exists():
        try:
            read = tomllib.loads(toml.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DataError(Problem("the settings cannot be read", str(error), "toml", str(toml))) from error
        named = read.pop("files", {})
        if faults := [*_setting_faults(read, toml.name), *_file_faults(named, folder, toml.name)]:
            raise DataError(faults)
        return read, {name: folder / file for name, file in named.items()}
    marxan = path if path.name == "input.dat" else folder / "input.dat"
    return _marxan_settings(marxan) if marxan.exists() else ({}, {})


def _marxan_settings(path: Path) -> tuple[dict[str, Any], dict[str, Path]]:
    pairs = [line.split(None, 1) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    keys = {pair[0].upper(): pair[1].strip() for pair in pairs if len(pair) == 2}
    inputs = path.parent / keys.get("INPUTDIR", ".").replace("\\", "/")
    settings: dict[str, Any] = {}
    for key, name in (("BLM", "penalty"), ("COSTTHRESH", "budget")):
        if key in keys:
            settings[name] = _marxan_number(keys[key], key, path.name)
    if not settings.get("budget"):
        settings.pop("budget", None)
    return settings, {MARXAN_KEYS[key]: inputs / keys[key] for key in MARXAN_KEYS if key in keys}


def _marxan_number(text: str, key: str, file: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < np.inf:
        remedy = "Write a number of 0 or more"
        raise DataError(Problem("not a number of 0 or more", remedy, "setting", file, column=key, value=text))
    return value


def _setting_faults(settings: Mapping[str, Any], file: str) -> list[Problem]:
    """Return what is wrong with settings, each with its name and value; what is not known is wrong too."""
    faults = []
    for name, value in settings.items():
        if name == "objective":
            continue
        if name not in NUMBERS:
            remedy: str = say("Use {names}", names=", ".join(("objective", *NUMBERS, "files")))
            faults.append(Problem("there is no such setting", remedy, "setting", file, column=name, value=str(value)))
            continue
        each = value.values() if name == "budget" and isinstance(value, dict) else [value]
        for one in each:
            number = isinstance(one, int | float) and not isinstance(one, bool)
            if not number or not 0 <= one < np.inf:
                remedy = N_("Write a number of 0 or more")
                said = N_("not a number of 0 or more")
                faults.append(Problem(said, remedy, "setting", file, column=name, value=str(one)))
    return faults


def _file_faults(named: object, folder: Path, file: str) -> list[Problem]:
    if not isinstance(named, dict):
        return [Problem("the files are no table", "Write [files] with units = …", "setting", file, column="files")]
    return [
        Problem("there is no such file", "Name a file that is there", "missing", file, column=name, value=str(place))
        for name, place in named.items()
        if name not in FILES or not isinstance(place, str) or not (folder / place).is_file()
    ]
