"""Small pictures of maps: a few hundred cells across, by class, kept beside the measures; never the raster itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

NOTHING = 65_535
SCHEMA = pa.schema(
    [
        ("date", pa.float64()),
        ("classes", pa.list_(pa.string())),
        ("height", pa.int32()),
        ("width", pa.int32()),
        ("height_km", pa.float64()),
        ("width_km", pa.float64()),
        ("cells", pa.binary()),
    ]
)
LOST, KEPT, GAINED, OTHER = 0, 1, 2, 3

Cells = NDArray[np.uint16]


@dataclass(frozen=True)
class Picture:
    """One date: the classes that occur, an index into them by cell (NOTHING without data), the size on the ground."""

    date: float | None
    classes: tuple[str, ...]
    cells: Cells
    size_km: tuple[float, float]


def picture_of(
    date: float | None, codes: NDArray[np.integer], missing: Iterable[int], size_km: tuple[float, float]
) -> Picture:
    """Return the picture of class codes, shape (height, width); codes in `missing` are no data.

    Classes beyond the 65,535 most frequent are left out.
    """
    found, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    unknown = np.isin(found, np.fromiter(missing, np.int64))
    counts[unknown] = 0
    kept = np.sort(np.argsort(-counts, kind="stable")[:NOTHING])
    kept = kept[counts[kept] > 0]
    index = np.full(len(found), NOTHING, np.uint16)
    index[kept] = np.arange(len(kept), dtype=np.uint16)
    return Picture(date, tuple(str(code) for code in found[kept].tolist()), index[place].reshape(codes.shape), size_km)


def pictures_table(pictures: Sequence[Picture]) -> pa.Table:
    """Return pictures as a table; `read_pictures` undoes this."""
    rows = [
        {
            "date": each.date,
            "classes": list(each.classes),
            "height": each.cells.shape[0],
            "width": each.cells.shape[1],
            "height_km": each.size_km[1],
            "width_km": each.size_km[0],
            "cells": each.cells.astype("<u2").tobytes(),
        }
        for each in pictures
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def read_pictures(table: pa.Table) -> list[Picture]:
    """Return the pictures of a table, in its order."""
    return [
        Picture(
            row["date"],
            tuple(row["classes"]),
            np.frombuffer(row["cells"], "<u2").reshape(row["height"], row["width"]).astype(np.uint16),
            (row["width_km"], row["height_km"]),
        )
        for row in table.to_pylist()
    ]


def on_classes(picture: Picture, classes: Sequence[str]) -> Cells:
    """Return the cells of a picture as indices into `classes`; a class that is not among them is NOTHING."""
    place = {name: index for index, name in enumerate(classes)}
    lookup = np.full(NOTHING + 1, NOTHING, np.uint16)
    for index, name in enumerate(picture.classes):
        lookup[index] = place.get(name, NOTHING)
    return np.asarray(lookup[picture.cells])


def change_of(pictures: Sequence[Picture], name: str) -> Cells:
    """Return where one class is at the first and the last date: LOST, KEPT, GAINED, OTHER land, NOTHING.

    Pictures of another shape than the last one's are not compared with it: then all of the class is KEPT.
    """
    last = pictures[-1]
    now = on_classes(last, [name]) == 0
    first = pictures[0]
    before = on_classes(first, [name]) == 0 if first.cells.shape == last.cells.shape else now
    land = (last.cells != NOTHING) | before
    found = np.select([before & now, before, now, land], [KEPT, LOST, GAINED, OTHER], NOTHING)
    return found.astype(np.uint16)
