"""Fill a problem folder from layers: what units hold of features, and which are protected already."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from biosetu.engine.delimited import read_delimited
from biosetu.engine.tables import write_table
from biosetu.engine.vectors import crs_of, geometries, read_in_crs, read_own_crs, with_geometry, write_layer
from biosetu.planning import overlaps
from biosetu.problems import DataError, Problem


def add_features(folder: Path, layer: Path, column: str, share: float) -> pa.Table:
    """Add to a problem folder what each unit holds of each class of a polygon layer [km²]; return the new amounts.

    column: names the feature of each polygon; polygons of one feature are joined first. share: the target of the new
    features, a part of what all units hold. A feature that is there already is replaced.
    """
    units, crs = _units(folder)
    shapes = read_in_crs(layer, crs)
    if column not in shapes.column_names:
        remedy = f"Use one of {', '.join(shapes.column_names)}"
        raise DataError(Problem("there is no such column", remedy, "column", str(layer), value=column))
    names = [str(value) for value in shapes.column(column).to_pylist()]
    features = sorted(set(names))
    valid = shapely.make_valid(geometries(shapes))
    joined = np.array([shapely.union_all(valid[[n == feature for n in names]]) for feature in features], dtype=object)
    unit, feature, area = overlaps(geometries(units), joined)
    number = units.column("unit").to_numpy()
    added = pa.table({"feature": [features[k] for k in feature], "unit": number[unit], "amount": area})
    wanted = pa.table({"feature": features, "share": [share] * len(features)})
    write_table(_replaced(folder / "amounts.csv", added, features), folder / "amounts.csv")
    write_table(_replaced(folder / "features.csv", wanted, features), folder / "features.csv")
    return added


def lock_protected(folder: Path, protected: Path, least_share: float) -> int:
    """Lock in the units of which protected areas cover at least `least_share`; return how many.

    Their cost becomes 0: what is protected is paid for.
    """
    units, crs = _units(folder)
    joined = shapely.union_all(shapely.make_valid(geometries(read_in_crs(protected, crs))))
    shapes = geometries(units)
    unit, _, area = overlaps(shapes, np.array([joined], dtype=object))
    covered = np.bincount(unit, area, minlength=len(shapes)) * 1e6 / shapely.area(shapes)
    locked = covered >= least_share
    status = np.where(locked, "in", np.array(units.column("status").to_pylist(), dtype=object))
    cost = np.where(locked, 0.0, units.column("cost").to_numpy())
    plain = units.drop_columns(["geometry", "status", "cost"])
    plain = plain.append_column("cost", pa.array(cost)).append_column("status", pa.array(status.tolist()))
    write_layer(with_geometry(plain, shapes, crs), folder / "units.parquet")
    return int(locked.sum())


def _units(folder: Path) -> tuple[pa.Table, str]:
    path = folder / "units.parquet"
    if not path.exists():
        raise DataError(Problem("the folder has no units", "Make them with `plan units`", "missing", str(path)))
    units = read_own_crs(path)
    return units, crs_of(units)


def _replaced(path: Path, added: pa.Table, features: list[str]) -> pa.Table:
    """Return a table with the rows of these features replaced."""
    if not path.exists():
        return added
    before = read_delimited(path)
    texts = [str(value) for value in before.column("feature").to_pylist()]
    kept = before.filter(pa.array([text not in set(features) for text in texts]))
    if not kept.num_rows:
        return added
    kept = kept.set_column(kept.schema.get_field_index("feature"), "feature", kept.column("feature").cast(pa.string()))
    return pa.concat_tables([kept, added], promote_options="permissive")
