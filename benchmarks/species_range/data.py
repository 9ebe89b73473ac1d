"""Occurrence sets for the benchmark: clustered ranges at random places, sizes with a long tail."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS_A_CHUNK = 5_000_000
CLUMPS = 12
SCHEMA = pa.schema(
    [("scientificName", pa.string()), ("decimalLongitude", pa.float64()), ("decimalLatitude", pa.float64())]
)


class Ranges:
    """Where each taxon lives: twelve clumps within a range of 3 to 800 km about a random place."""

    def __init__(self, taxa: int, random: np.random.Generator) -> None:
        self.random = random
        spread = 10 ** random.uniform(-1.5, 0.9, taxa)
        lat = np.degrees(np.arcsin(random.uniform(-0.95, 0.95, taxa)))
        lon = random.uniform(-180, 180, taxa)
        self.spread = spread
        self.lat = lat[:, None] + spread[:, None] * random.normal(0, 1, (taxa, CLUMPS))
        self.lon = lon[:, None] + spread[:, None] * random.normal(0, 1, (taxa, CLUMPS))

    def points(self, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """One point for each entry of `owner`, to 1e-5 degrees as in most records."""
        clump = self.random.integers(0, CLUMPS, owner.size)
        wide = 0.15 * self.spread[owner]
        lat = self.lat[owner, clump] + wide * self.random.standard_normal(owner.size)
        lon = self.lon[owner, clump] + wide * self.random.standard_normal(owner.size)
        return np.round((lon + 180) % 360 - 180, 5), np.round(np.clip(lat, -90, 90), 5)


def sizes(points: int, taxa: int, random: np.random.Generator) -> np.ndarray:
    """Records of each taxon: lognormal, at least one."""
    share = random.lognormal(0, 1.5, taxa)
    count = np.maximum(1, (share / share.sum() * points).astype(np.int64))
    count[-1] += max(0, points - count.sum())
    return count


def write(path: Path, points: int, taxa: int, *, shuffled: bool = False, seed: int = 1) -> None:
    """Write `points` records of `taxa` species as Parquet, sorted by species or in no order at all."""
    random = np.random.default_rng(seed)
    count = sizes(points, taxa, random)
    ranges = Ranges(taxa, random)
    names = pa.array(np.char.add("Species ", np.char.zfill(np.arange(taxa).astype(str), 6)).tolist())
    ends = np.cumsum(count)
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for start in range(0, points, ROWS_A_CHUNK):
            at = np.arange(start, min(start + ROWS_A_CHUNK, points))
            owner = np.searchsorted(ends, random.integers(0, points, at.size) if shuffled else at, side="right")
            lon, lat = ranges.points(owner)
            taxon = pa.DictionaryArray.from_arrays(pa.array(owner.astype(np.int32)), names).cast(pa.string())
            writer.write_table(pa.table([taxon, lon, lat], schema=SCHEMA), row_group_size=1_000_000)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(float(sys.argv[2])), int(float(sys.argv[3])), shuffled="shuffled" in sys.argv)
