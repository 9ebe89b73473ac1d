"""From screened records to the rows of `species range`: tallies, distinct places, measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from biosetu.geo.kinds import Floats, Integers
from biosetu.species.extent import (
    REFERENCE_CELL_KM,
    cell_shapes,
    extent_columns,
    flagged,
    hull_shapes,
    measure_extents,
)
from biosetu.species.proxies import (
    MOST_TRIANGULATED,
    alpha_hull,
    buffer_subpopulation_proxy,
    fragmentation_proxy,
    grid_location_proxy,
    sliding_location_proxy,
)
from biosetu.species.screening import Codes, Reasons, group_places, places_to_degrees, reasons

FLAGGED_FRAGMENTED = 0.5
DEFAULT_ALPHA = 2.0


@dataclass(frozen=True, slots=True)
class RangeOptions:
    """What `species range` measures beside extent and occupancy.

    Attributes:
        cell_km: cell size of the AOO [km].
        alpha: multiple of the mean edge for the alpha hull; None leaves it out.
        alpha_edge_km: longest edge of the alpha hull instead [km]: the first date's, for a second date.
        proxies: whether the proxies for locations and subpopulations are given.
        location_km: cell size of the proxy for locations [km].
        subpopulation_km: radius of the proxy for subpopulations [km]; None: a tenth of the largest distance.
        isolation_km, viable_cells: of the proxy for severe fragmentation; it is given when both are.
        hulls, cells: whether geometry is kept.
    """

    cell_km: float = REFERENCE_CELL_KM
    alpha: float | None = None
    alpha_edge_km: float | None = None
    proxies: bool = False
    location_km: float = 10.0
    subpopulation_km: float | None = None
    isolation_km: float | None = None
    viable_cells: int | None = None
    hulls: bool = False
    cells: bool = False


@dataclass(slots=True)
class Taxa:
    """The taxa met so far, in the order met, and what was done with their records."""

    code_of: dict[str, int] = field(default_factory=dict)
    unnamed: int = 0
    _tally: Integers = field(default_factory=lambda: np.zeros((0, len(reasons()) + 1), dtype=np.int64))

    def codes(self, column: pa.DictionaryArray) -> Codes:
        """Return the code of each record's taxon, −1 where it has none."""
        index = self.code_of
        known = [-1 if not name else index.setdefault(name, len(index)) for name in column.dictionary.to_pylist()]
        table = np.array([*known, -1], dtype=np.int32)
        picked: Codes = table[np.asarray(column.indices.fill_null(len(known)))]
        return picked

    def count(self, codes: Codes, found: Reasons) -> None:
        """Add records to the tally by taxon and reason; those without a taxon are counted apart."""
        width = len(reasons()) + 1
        grown = np.zeros((len(self.code_of), width), dtype=np.int64)
        grown[: len(self._tally)] = self._tally
        named = codes >= 0
        self.unnamed += int(codes.size - np.count_nonzero(named))
        cell = codes[named].astype(np.int64) * width + found[named]
        grown += np.bincount(cell, minlength=grown.size).reshape(grown.shape)
        self._tally = grown

    @classmethod
    def again(cls, names: list[str], tally: Integers, unnamed: int) -> Taxa:
        """Return the taxa as they were when names, tally and unnamed were taken."""
        return cls({name: code for code, name in enumerate(names)}, unnamed, tally)

    @property
    def tally(self) -> Integers:
        """Return counts by taxon and reason, shape (taxa, 1 + reasons); the first column counts what was kept."""
        return self._tally

    @property
    def names(self) -> list[str]:
        """Return the taxa by code."""
        return list(self.code_of)


@dataclass(slots=True)
class Kept:
    """The records that were kept, batch after batch: the code of their taxon, and their place."""

    codes: list[Codes] = field(default_factory=list)
    places: list[Integers] = field(default_factory=list)
    records: int = 0

    def add(self, codes: Codes, places: Integers) -> None:
        """Add a batch."""
        self.codes.append(codes)
        self.places.append(places)
        self.records += codes.size

    def handed_over(self) -> Iterator[tuple[Codes, Integers]]:
        """Yield the batches one after the other; each is let go of."""
        while self.codes:
            yield self.codes.pop(0), self.places.pop(0)
        self.records = 0

    def located(self, taxa: int) -> tuple[Floats, Floats, Integers]:
        """Hand over (lon, lat, offsets): the distinct places of taxon t are those from offsets[t] to offsets[t + 1].

        Nothing is left here: at most 24 bytes a record are needed at any moment.
        """
        distinct, offsets = group_places(_joined(self.codes, np.int32), _joined(self.places, np.int64), taxa)
        self.records = 0
        lon, lat = places_to_degrees(distinct)
        return lon, lat, offsets


def _joined(pieces: list[Any], kind: Any) -> Any:
    """Join pieces, letting go of each as it is copied."""
    joined, at = np.empty(sum(piece.size for piece in pieces), dtype=kind), 0
    pieces.reverse()
    while pieces:
        piece = pieces.pop()
        joined[at : at + piece.size] = piece
        at += piece.size
    return joined


def range_table(names: list[str], tally: Integers, kept: Kept, options: RangeOptions) -> pa.Table:
    """Return one row for each taxon that has records.

    Args:
        names: taxon by code.
        tally: counts by code and reason, shape (taxa, 1 + reasons).
        kept: the records kept; they are handed over.
        options: what to measure.
    """
    lon, lat, offsets = kept.located(len(names))
    found = measure_extents(lon, lat, offsets, options.cell_km)
    points = np.diff(offsets)
    columns: dict[str, pa.Array] = {"taxon": pa.array(names, pa.string()), "records": pa.array(tally.sum(axis=1))}
    columns |= extent_columns(found, points)
    columns |= {f"left_out_{name}": pa.array(tally[:, k]) for k, name in enumerate(reasons(), start=1)}
    columns["left_out_duplicate"] = pa.array(tally[:, 0] - points)
    columns |= _optional(lon, lat, offsets, options)
    if "alpha_hull_km2" in columns:
        columns["flags"] = flagged(columns["flags"], points > MOST_TRIANGULATED, "alpha_left_out")
    if options.hulls:
        columns["hull"] = pa.array(hull_shapes(found, lon, lat), pa.binary())
    if options.cells:
        columns["cells"] = _cell_lists(*cell_shapes(found, lon, lat, offsets), len(names))
    table = pa.table(columns)
    return table.filter(pa.array(tally.sum(axis=1) > 0))


def _cell_lists(owner: Integers, shapes: list[bytes], taxa: int) -> pa.ListArray:
    ends = np.cumsum(np.bincount(owner, minlength=taxa))
    return pa.ListArray.from_arrays(pa.array([0, *ends.tolist()], pa.int32()), pa.array(shapes, pa.binary()))


def _optional(lon: Floats, lat: Floats, offsets: Integers, options: RangeOptions) -> dict[str, pa.Array]:
    rows: list[dict[str, object]] = [_optional_row(lon[a:b], lat[a:b], options) for a, b in pairwise(offsets)]
    if not rows or not rows[0]:
        return {}
    return {name: pa.array([row[name] for row in rows]) for name in rows[0]}


def _optional_row(lon: Floats, lat: Floats, options: RangeOptions) -> dict[str, object]:
    row: dict[str, object] = {}
    none = lon.size == 0
    if options.alpha is not None or options.alpha_edge_km is not None:
        found = alpha_hull(lon, lat, options.alpha or DEFAULT_ALPHA, options.alpha_edge_km)
        row["alpha_hull_km2"] = None if none else _finite(found.area_km2)
        row["alpha_edge_km"] = None if none else _finite(found.edge_km)
    if options.proxies:
        row["proxy_locations_grid"] = None if none else grid_location_proxy(lon, lat, options.location_km)
        row["proxy_locations_sliding"] = None if none else sliding_location_proxy(lon, lat)
        radius = options.subpopulation_km
        row["proxy_subpopulations"] = None if none else buffer_subpopulation_proxy(lon, lat, radius)
    if options.isolation_km is not None and options.viable_cells is not None:
        share = (
            float("nan") if none else fragmentation_proxy(lon, lat, options.isolation_km, options.viable_cells).share
        )
        row["proxy_fragmented_share"] = _finite(share)
        row["proxy_severely_fragmented"] = None if none else share > FLAGGED_FRAGMENTED
    return row


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def screening_totals(table: pa.Table) -> dict[str, int]:
    """Return how many records were left out for each reason, over all taxa of a range table."""
    return {
        name.removeprefix("left_out_"): int(np.asarray(table.column(name)).sum())
        for name in table.column_names
        if name.startswith("left_out_")
    }
