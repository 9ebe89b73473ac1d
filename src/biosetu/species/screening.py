"""Screening of occurrence records: each record that is left out is left out for a stated reason, and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from biosetu.geo.compiled import compiled, compiled_parallel
from biosetu.geo.kinds import Flags, Floats, Integers
from biosetu.geo.sphere import directions_of
from biosetu.species.tables import rows
from biosetu.translation import N_

Codes = npt.NDArray[np.int32]
Reasons = npt.NDArray[np.uint8]
# codes of `data/screening.csv` that the kernel gives; here, not read from there: a changed table recompiles nothing
MISSING, UNREADABLE, SWAPPED, IMPOSSIBLE, ZERO, CENTROID = 1, 2, 3, 4, 5, 10
WORDS: Mapping[str, str] = {
    "missing": N_("a coordinate is missing"),
    "unreadable": N_("a coordinate cannot be read"),
    "swapped": N_("latitude and longitude seem exchanged"),
    "impossible": N_("beyond the globe"),
    "zero": N_("both coordinates are 0"),
    "absent": N_("an absence"),
    "basis": N_("a fossil or captive specimen"),
    "year": N_("another year"),
    "uncertainty": N_("too uncertain"),
    "centroid": N_("at the centre of a country"),
    "duplicate": N_("the same place again"),
}
STEPS_A_DEGREE = 10_000_000
EARTH_RADIUS_M = 6_371_008.8


@dataclass(frozen=True, slots=True)
class Screening:
    """What is left out beside what never can stay (missing, unreadable, impossible, swapped, zero, absent).

    Attributes:
        max_uncertainty_m: leave out records whose stated uncertainty is larger [m]; records that state none stay.
        drop_basis: values of basisOfRecord to leave out.
        since, until: leave out records from before or after these years, and those without a year.
        centroid_m: leave out records this near to a country's centroid [m]; 0 keeps them.
    """

    max_uncertainty_m: float | None = None
    drop_basis: Sequence[str] = ("FOSSIL_SPECIMEN", "LIVING_SPECIMEN")
    since: int | None = None
    until: int | None = None
    centroid_m: float = 1000.0


@cache
def reasons() -> tuple[str, ...]:
    """Return the names of the reasons, by code − 1, from `data/screening.csv`."""
    return tuple(row["reason"] for row in rows("screening.csv"))


def reason_code(name: str) -> int:
    """Return the code of a reason, 1 …; 0 means kept."""
    return reasons().index(name) + 1


def screen(batch: pa.RecordBatch, rules: Screening) -> tuple[Reasons, Integers]:
    """Return the reason (0 = kept) and the place of each record of a batch.

    Args:
        batch: columns lon, lat (NaN: missing; infinite: unreadable) and, where there are any, uncertainty_m, basis,
            year, status, centroid_m.
        rules: what to leave out.

    Returns:
        Reasons, shape (n,), the first that applies in the order of the table; places, shape (n,): longitude and
        latitude to 1e-7 degrees in one integer (`places_to_degrees` undoes it), 0 where left out.
    """
    lon, lat = (np.ascontiguousarray(batch.column(name)) for name in ("lon", "lat"))
    later = np.zeros(batch.num_rows, dtype=np.uint8)
    for name, out in _later(batch, rules):
        later[out & (later == 0)] = reason_code(name)
    found, places = np.empty(lon.size, dtype=np.uint8), np.zeros(lon.size, dtype=np.int64)
    near = rules.centroid_m if rules.centroid_m > 0 else -1.0
    _screen(lon, lat, later, _centroids(), _centroid_squares(), near / EARTH_RADIUS_M, found, places)
    return found, places


def _later(batch: pa.RecordBatch, rules: Screening) -> list[tuple[str, Flags]]:
    names = set(batch.schema.names)
    out: list[tuple[str, Flags]] = []
    if "status" in names:
        out.append(("absent", _among(batch.column("status"), ("ABSENT",))))
    if "basis" in names and rules.drop_basis:
        out.append(("basis", _among(batch.column("basis"), rules.drop_basis)))
    if rules.since is not None or rules.until is not None:
        year = np.asarray(batch.column("year")) if "year" in names else np.full(batch.num_rows, np.nan)
        low = -np.inf if rules.since is None else rules.since
        high = np.inf if rules.until is None else rules.until
        out.append(("year", ~((year >= low) & (year <= high))))
    if rules.max_uncertainty_m is not None and "uncertainty_m" in names:
        out.append(("uncertainty", np.asarray(batch.column("uncertainty_m")) > rules.max_uncertainty_m))
    if "centroid_m" in names and rules.centroid_m > 0:
        out.append(("centroid", np.asarray(batch.column("centroid_m")) < rules.centroid_m))
    return out


def _among(column: pa.DictionaryArray, values: Sequence[str]) -> Flags:
    """Whether each text is one of `values`, case and separators (`FossilSpecimen`, `FOSSIL_SPECIMEN`) aside."""
    plain = pc.utf8_upper(pc.replace_substring_regex(column.dictionary, r"[_\s]", ""))
    wanted = pa.array([value.upper().replace("_", "").replace(" ", "") for value in values], pa.string())
    hit = np.append(np.asarray(pc.is_in(plain, wanted)), False)
    picked: Flags = hit[np.asarray(column.indices.fill_null(len(column.dictionary)))]
    return picked


@cache
def _centroids() -> Floats:
    lon, lat = (
        np.array([float(row[name]) for row in rows("country_centroids.csv")]) for name in ("longitude", "latitude")
    )
    return directions_of(lon, lat)


@cache
def _centroid_squares() -> Flags:
    """One-degree squares, [lat + 90, lon + 180], that lie within a degree of a centroid's square."""
    x, y, z = _centroids()
    lon = np.floor(np.degrees(np.arctan2(y, x))).astype(np.int64) + 180
    lat = np.floor(np.degrees(np.arcsin(z))).astype(np.int64) + 90
    squares = np.zeros((180, 360), dtype=np.bool_)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            squares[np.clip(lat + dy, 0, 179), (lon + dx) % 360] = True
    return squares


@compiled
def _screen(
    lon: Floats,
    lat: Floats,
    later: Reasons,
    centroids: Floats,
    squares: Flags,
    near: float,
    found: Reasons,
    places: Integers,
) -> None:
    for i in range(lon.size):
        x, y = lon[i], lat[i]
        reason = later[i]
        if np.isnan(x) or np.isnan(y):
            reason = MISSING
        elif np.isinf(x) or np.isinf(y):
            reason = UNREADABLE
        elif abs(y) > 90 and abs(y) <= 180 and abs(x) <= 90:
            reason = SWAPPED
        elif not (abs(x) <= 180 and abs(y) <= 90):
            reason = IMPOSSIBLE
        elif x == 0 and y == 0:
            reason = ZERO
        elif reason == 0 and near > 0 and squares[min(int(y + 90), 179), min(int(x + 180), 359)]:
            reason = CENTROID if _near(x, y, centroids, near) else 0
        found[i] = reason
        if reason == 0:
            east = np.int64(np.rint((x + 180) * STEPS_A_DEGREE)) % (360 * STEPS_A_DEGREE)
            places[i] = (np.int64(np.rint((y + 90) * STEPS_A_DEGREE)) << 32) | east


@compiled
def _near(lon: float, lat: float, centroids: Floats, near: float) -> bool:
    p, q = np.radians(lat), np.radians(lon)
    x, y, z = np.cos(p) * np.cos(q), np.cos(p) * np.sin(q), np.sin(p)
    for k in range(centroids.shape[1]):
        dx, dy, dz = x - centroids[0, k], y - centroids[1, k], z - centroids[2, k]
        if dx * dx + dy * dy + dz * dz < near * near:
            return True
    return False


def places_to_degrees(places: Integers) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes [degrees] of places as `screen` makes them."""
    lon, lat = np.empty(places.size), np.empty(places.size)
    _decode(places, lon, lat)
    return lon, lat


@compiled_parallel
def _decode(places: Integers, lon: Floats, lat: Floats) -> None:
    for i in numba.prange(places.size):
        lon[i] = ((places[i] & 0xFFFFFFFF) - 180 * STEPS_A_DEGREE) / STEPS_A_DEGREE
        lat[i] = ((places[i] >> 32) - 90 * STEPS_A_DEGREE) / STEPS_A_DEGREE


def group_places(codes: Codes, places: Integers, taxa: int) -> tuple[Integers, Integers]:
    """Return (distinct places, offsets): those of taxon t, sorted, are `places[offsets[t]:offsets[t + 1]]`.

    Args:
        codes: taxon of each record, 0 … taxa − 1, shape (n,).
        places: place of each record, shape (n,).
        taxa: how many taxa there are.
    """
    starts = np.concatenate(([0], np.cumsum(np.bincount(codes, minlength=taxa)))).astype(np.int64)
    scattered = np.empty(places.size, dtype=np.int64)
    _scatter(codes, places, starts.copy(), scattered)
    counts = np.zeros(taxa, dtype=np.int64)
    _distinct(scattered, starts, counts)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    _pack(scattered, starts, offsets)
    return scattered[: offsets[-1]], offsets


@compiled
def _scatter(codes: Codes, places: Integers, at: Integers, out: Integers) -> None:
    for i in range(codes.size):
        out[at[codes[i]]] = places[i]
        at[codes[i]] += 1


@compiled_parallel
def _distinct(places: Integers, starts: Integers, counts: Integers) -> None:
    for t in numba.prange(counts.size):
        mine = places[starts[t] : starts[t + 1]]
        counts[t] = _sort_distinct(mine)


@compiled
def _sort_distinct(mine: Integers) -> int:
    """Sort in place, distinct values first; return how many. Runs of equal values are folded before sorting."""
    n = 0
    for i in range(mine.size):
        if n == 0 or mine[i] != mine[n - 1]:
            mine[n] = mine[i]
            n += 1
    if n == 0:
        return 0
    head = mine[:n]
    head.sort()
    count = 1
    for i in range(1, n):
        if head[i] != head[count - 1]:
            head[count] = head[i]
            count += 1
    return count


@compiled
def _pack(places: Integers, starts: Integers, offsets: Integers) -> None:
    for t in range(offsets.size - 1):
        for j in range(offsets[t + 1] - offsets[t]):
            places[offsets[t] + j] = places[starts[t] + j]
