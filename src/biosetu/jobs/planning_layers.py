"""Fill a problem folder from layers and rasters: what units hold of features, and which are protected already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from scipy import sparse

from biosetu.areas import clean, read_sites
from biosetu.areas.cleaning import Step
from biosetu.engine.delimited import read_delimited
from biosetu.engine.tables import write_table
from biosetu.engine.vectors import crs_of, geometries, read_own_crs, with_geometry, write_layer
from biosetu.geo.kinds import Floats, Integers
from biosetu.geo.planes import LONLAT, Plane, plane_of, to_lonlat
from biosetu.geo.shapes import polygonal, repaired
from biosetu.jobs.areas_layers import is_raster, layer_of, refuse_unknown_column
from biosetu.jobs.planning_folder import open_problem, table_files
from biosetu.jobs.planning_rasters import AREA_UNIT, RasterOptions, zonal_amounts
from biosetu.planning import overlaps
from biosetu.problems import DataError, Problem, UsageError
from biosetu.progress import Progress, silent
from biosetu.translation import N_, say

OWN_SHARE, LEAST_PROTECTED = 0.3, 0.5  # unless told: target of a feature; part of a unit from which it is locked in
PROTECTED = "protected.parquet"  # the sites that were locked in: what features hold within them is measured there
POINTS = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)
Rows = tuple[Integers, Integers, Floats]  # unit, feature, amount
POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True)
class Added:
    """What was added to a problem folder. amounts: feature, unit, amount; unit: of the amounts; unknown_km2: area of
    the units of which a raster says nothing, None for polygons."""

    amounts: pa.Table
    features: tuple[str, ...]
    unit: str
    unknown_km2: float | None = None


def add_features(
    folder: Path,
    layer: Path,
    column: str | None,
    share: float,
    options: RasterOptions | None = None,
    progress: Progress = silent,
    *,
    confined: bool = False,
) -> Added:
    """Add to a problem folder what each unit holds of the features of a layer of polygons or a raster.

    column: names the feature of each polygon; polygons of one feature are joined first and held by area [km²].
    options: how a raster is read (`planning_rasters`). share: the target of the new features, a part of what all units
    hold. A feature that is there already is replaced. confined: as of `open_problem`. Raises DataError where no unit
    holds anything.
    """
    if not 0 <= share <= 1:
        raise UsageError(say("--share {share:g}: write a part of 1, as 0.3 for 30 %.", share=share))
    if is_raster(layer):
        if column is not None:
            raise UsageError("--by-column is of polygons: a raster has --values.")
        return _add_raster(_desk(folder, confined), layer, share, options or RasterOptions(), progress)
    if options not in (None, RasterOptions()):
        raise UsageError("--values, --name, --unit, --band, --nodata and --classes are of rasters.")
    if column is None:
        raise UsageError("Name the column of the features with --by-column.")
    return _add_polygons(_desk(folder, confined), layer, column, share)


def _add_polygons(desk: _Desk, layer: Path, column: str, share: float) -> Added:
    units = desk.units
    names, valid = _polygons(layer, column)
    shapes, plane = plane_of(geometries(units), crs_of(units))
    features = sorted(set(names))
    joined = np.array([_joined(valid[[n == feature for n in names]], plane) for feature in features], dtype=object)
    held = overlaps(shapes, joined, plane)
    if not held[2].size:
        raise _nowhere(layer)
    sites = _kept_sites(desk)
    within = overlaps(shapes, _common(joined, _joined(sites, plane)), plane) if sites is not None else None
    return _written(desk, _amounts(units, features, held, within), features, AREA_UNIT, share)


def _amounts(units: pa.Table, features: Sequence[str], held: Rows, within: Rows | None) -> pa.Table:
    """Return the rows of amounts; within: what of `held` lies in protected areas, where these are known."""
    unit, feature, amount = held
    columns = {
        "feature": pa.array([features[k] for k in feature], pa.string()),
        "unit": units.column("unit").to_numpy()[unit],
        "amount": amount,
    }
    if within is not None:
        protected = sparse.csr_array((within[2], within[:2]), shape=(units.num_rows, len(features)))
        columns["amount_protected"] = np.minimum(np.asarray(protected[unit, feature]).ravel(), amount)
    return pa.table(columns)


def _common(shapes: np.ndarray, other: shapely.Geometry) -> np.ndarray:
    return np.array([polygonal(shape) for shape in shapely.intersection(shapes, other)], dtype=object)


def _kept_sites(desk: _Desk) -> np.ndarray | None:
    """Return the protected areas that were locked in, in longitude and latitude; None before any were."""
    return geometries(read_own_crs(desk.sites)) if desk.sites.exists() else None


def _add_raster(desk: _Desk, layer: Path, share: float, options: RasterOptions, progress: Progress) -> Added:
    shapes = to_lonlat(geometries(desk.units), crs_of(desk.units))
    sites, count = _kept_sites(desk), len(shapes)
    parts = np.empty(0, dtype=object) if sites is None else _common(shapes, shapely.union_all(sites))
    zonal = zonal_amounts(layer, np.concatenate([shapes, parts]), options, progress)
    rows = _rows(zonal.amounts[:, :count])
    within = None if sites is None else _rows(zonal.amounts[:, count:])
    unknown = float(zonal.unknown_km2[:count].sum())
    return _written(
        desk, _amounts(desk.units, zonal.features, rows, within), zonal.features, zonal.unit, share, unknown
    )


def _rows(amounts: Floats) -> Rows:
    feature, unit = np.nonzero(amounts)
    return unit, feature, amounts[feature, unit]


def _written(
    desk: _Desk, amounts: pa.Table, features: Sequence[str], unit: str, share: float, unknown: float | None = None
) -> Added:
    wanted = pa.table(
        {"feature": list(features), "share": [share] * len(features), "amount_unit": [unit] * len(features)}
    )
    write_table(_replaced(desk.amounts, amounts, features), desk.amounts)
    write_table(_replaced(desk.features, wanted, features), desk.features)
    return Added(amounts, tuple(features), unit, unknown)


@dataclass(frozen=True, slots=True)
class Locked:
    """How many units were locked in, and what each step of cleaning did to the layer of protected areas. in_proportion:
    the features that were there before, of which protected areas are taken to hold their part of each unit."""

    units: int
    log: tuple[Step, ...]
    in_proportion: tuple[str, ...] = ()


def lock_protected(folder: Path, protected: Path, least_share: float, *, confined: bool = False) -> Locked:
    """Lock in the units of which protected areas cover at least `least_share`, and keep how much of each they cover.

    Sites are cleaned as for coverage (`areas.clean`): what is proposed, or a biosphere reserve, locks nothing. The cost
    of locked units becomes 0: what is protected is paid for. `protected_share` of the units tells the part of each that
    is protected, by this layer and those before it; what features hold there is measured where they are added later,
    and taken in proportion where they came before. confined: as of `open_problem`. Raises DataError for a layer without
    polygons, or without a site that counts, or elsewhere.
    """
    if not 0 < least_share <= 1:
        raise UsageError(
            say(
                "--least {least_share:g}: write a part of 1 above 0, as 0.5 for half of a unit.",
                least_share=least_share,
            )
        )
    desk = _desk(folder, confined)
    units = desk.units
    own, crs = geometries(units), crs_of(units)
    shapes, plane = plane_of(own, crs)
    valid, log = _protected(protected)
    if not overlaps(shapes, np.array([_joined(valid, plane)], dtype=object), plane)[2].size:
        raise _nowhere(protected)
    before = _kept_sites(desk)
    sites = valid if before is None else np.concatenate([before, valid])
    share = _shares(shapes, _joined(sites, plane), plane)
    locked = share >= least_share * (1 - 1e-9)
    write_layer(with_geometry(_with_locks(units, locked, share), own, crs), desk.place)
    write_layer(with_geometry(pa.table({"site": np.arange(1, len(sites) + 1)}), sites, LONLAT), desk.sites)
    return Locked(int(locked.sum()), tuple(log), _taken_in_proportion(desk))


def _shares(units: np.ndarray, sites: shapely.Geometry, plane: Plane) -> Floats:
    """Return which part of each unit lies in protected areas [0-1]."""
    unit, _, area = overlaps(units, np.array([sites], dtype=object), plane)
    whole = plane.areas_km2(units)
    covered = np.bincount(unit, area, minlength=len(units))
    share: Floats = np.divide(covered, whole, out=np.zeros(len(units)), where=whole > 0)
    return np.minimum(share, 1.0)


def _with_locks(units: pa.Table, locked: np.ndarray, share: Floats) -> pa.Table:
    """Return the table of units, without shapes, with what is locked in and how much of each is protected."""
    present = set(units.column_names)
    before = units.column("status").to_pylist() if "status" in present else ["free"] * len(share)
    status = np.where(locked, "in", np.array(before, dtype=object))
    cost = np.where(locked, 0.0, units.column("cost").to_numpy() if "cost" in present else 1.0)
    plain = units.drop_columns(sorted({"geometry", "status", "cost", "protected_share"} & present))
    plain = plain.append_column("cost", pa.array(cost)).append_column("status", pa.array(status.tolist()))
    return plain.append_column("protected_share", pa.array(share))


def _taken_in_proportion(desk: _Desk) -> tuple[str, ...]:
    """Return the features that came before the protected areas; what is told of older ones alone is taken out."""
    if not desk.amounts.exists():
        return ()
    amounts = read_delimited(desk.amounts)
    if "amount_protected" in amounts.column_names:
        write_table(amounts.drop_columns(["amount_protected"]), desk.amounts)
    return tuple(dict.fromkeys(str(name).strip() for name in amounts.column("feature").to_pylist()))


def _protected(path: Path) -> tuple[np.ndarray, list[Step]]:
    """Return the polygons of the sites that count; points are taken where the layer tells reported areas."""
    layer = layer_of(path, [])
    sites = read_sites(layer)
    point = np.isin(shapely.get_type_id(sites.shapes), POINTS)
    told = np.isfinite(sites.reported_km2[point]).any()
    _check_polygons(path, sites.shapes[~point] if told else sites.shapes)
    kept, log = clean(sites)
    if not len(kept):
        message, remedy = N_("no site of the layer counts as protected"), N_("Look at the column of the status")
        raise DataError(Problem(message, remedy, "status", str(path)))
    return kept.shapes, log


def _check_polygons(path: Path, shapes: np.ndarray) -> np.ndarray:
    """Return which rows have a shape; raise DataError where none has, or one is no polygon."""
    there: np.ndarray = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    other = there & ~np.isin(shapely.get_type_id(shapes), POLYGONS)
    if other.any() or not there.any():
        message = N_("the layer holds no polygon") if not there.any() else N_("the layer holds points or lines")
        remedy = N_("Give polygons: buffer points by their reported area first")
        value = f"{int(other.sum())} of {len(shapes)}" if other.any() else ""
        raise DataError(Problem(message, remedy, "polygon", str(path), value=value))
    return there


def _polygons(path: Path, column: str) -> tuple[list[str], np.ndarray]:
    """Return the feature and the valid polygon of each row of a layer; rows without a shape are left out.

    Raises DataError for a layer without polygons, one that also holds points or lines, and rows without a name.
    """
    layer = layer_of(path, [])
    refuse_unknown_column(layer, column, path)
    shapes = geometries(layer)
    there = _check_polygons(path, shapes)
    names = ["" if v is None else str(v).strip() for v in layer.column(column).to_pylist()]
    kept = np.flatnonzero(there)
    if unnamed := [row for row in kept.tolist() if not names[row]]:
        message, remedy = N_("a polygon has no name"), N_("Name it, or leave it out of the layer")
        raise DataError(Problem(message, remedy, "name", str(path), row + 2, column) for row in unnamed[:20])
    return [names[row] for row in kept], repaired(shapes[kept])[0]


def _joined(shapes: np.ndarray, plane: Plane) -> shapely.Geometry:
    return shapely.union_all(plane.laid(shapes))


def _nowhere(path: Path) -> DataError:
    remedy = N_("Check that it is of the same country, with longitude before latitude")
    return DataError(
        Problem(N_("nothing of the layer lies within the planning units"), remedy, "no-overlap", str(path))
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """A problem folder to be filled: its units with polygons, and the files that `open_problem` reads; sites: where the
    protected areas that were locked in are kept."""

    units: pa.Table
    place: Path
    features: Path
    amounts: Path
    sites: Path


def _desk(folder: Path, confined: bool) -> _Desk:
    """Return the desk of a folder whose problem can be read so far.

    Whatever names `problem.toml` gives its tables, these are the ones that are filled. Raises DataError for units
    without polygons, and for tables of Marxan, which hold features by number.
    """
    files = table_files(folder, confined=confined)
    place = files["units"]
    if place is None:
        raise DataError(Problem("the folder has no units", "Make them with `plan units`", "missing", str(folder)))
    layer = open_problem(folder, confined=confined, begun=True).layer
    if layer is None:
        remedy = "Make units with `plan units`, or give a layer of polygons as units.gpkg"
        raise DataError(Problem("the units have no polygons", remedy, "polygon", str(place)))
    features, amounts = (files[name] or folder / f"{name}.csv" for name in ("features", "amounts"))
    if foreign := [path for path in (features, amounts) if path.exists() and not _ours(path)]:
        message, remedy = "a layer cannot be added to this table", "Name a CSV or Parquet file with a column `feature`"
        raise DataError(Problem(message, remedy, "foreign", str(path)) for path in foreign)
    return _Desk(layer, place, features, amounts, folder / PROTECTED)


def _ours(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".parquet") and "feature" in read_delimited(path).column_names


def _replaced(path: Path, added: pa.Table, features: Sequence[str]) -> pa.Table:
    """Return a table with the rows of these features replaced, each in its place: plans name features by place."""
    if not path.exists():
        return added
    before = read_delimited(path)
    texts = [str(value).strip() for value in before.column("feature").to_pylist()]
    place: dict[str, int] = {}
    for text in texts:
        place.setdefault(text, len(place))
    replaced = set(features)
    kept = before.filter(pa.array([text not in replaced for text in texts], pa.bool_()))
    if kept.num_rows:
        text_column = kept.column("feature").cast(pa.string())
        kept = kept.set_column(kept.schema.get_field_index("feature"), "feature", text_column)
        added = pa.concat_tables([kept, added], promote_options="permissive")
    rank = [place.get(str(value).strip(), len(place)) for value in added.column("feature").to_pylist()]
    return added.take(pa.array(np.argsort(rank, kind="stable")))
