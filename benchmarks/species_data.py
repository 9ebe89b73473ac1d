"""Occurrence sets for the species benchmarks: clustered ranges at random places, sizes with a long tail."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS_A_CHUNK = 5_000_000


def sizes(points: int, taxa: int, random: np.random.Generator) -> np.ndarray:
    share = random.lognormal(0, 1.5, taxa)
    count = np.maximum(1, (share / share.sum() * points).astype(np.int64))
    count[-1] += max(0, points - count.sum())
    return count


def occurrences(count: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Each taxon: up to 12 clumps within its range, coordinates to 1e-5 degrees as in most records."""
    taxa = count.size
    lat0 = np.degrees(np.arcsin(random.uniform(-0.95, 0.95, taxa)))
    lon0 = random.uniform(-180, 180, taxa)
    spread = 10 ** random.uniform(-1.5, 0.9, taxa)
    owner = np.repeat(np.arange(taxa), count)
    clump = owner * 12 + random.integers(0, 12, owner.size)
    dx, dy = (random.normal(0, 1, taxa * 12) for _ in range(2))
    lat = lat0[owner] + spread[owner] * (dy[clump] + 0.15 * random.normal(0, 1, owner.size))
    lon = lon0[owner] + spread[owner] * (dx[clump] + 0.15 * random.normal(0, 1, owner.size))
    return np.round((lon + 180) % 360 - 180, 5), np.round(np.clip(lat, -90, 90), 5)


def write(path: Path, points: int, taxa: int, *, shuffled: bool = False, seed: int = 1) -> None:
    """Write `points` records of `taxa` species as Parquet, sorted by species or shuffled within chunks."""
    random = np.random.default_rng(seed)
    count = sizes(points, taxa, random)
    names = np.char.add("Species ", np.char.zfill(np.arange(taxa).astype(str), 6))
    schema = pa.schema(
        [("scientificName", pa.string()), ("decimalLongitude", pa.float64()), ("decimalLatitude", pa.float64())]
    )
    order = random.permutation(taxa) if shuffled else np.arange(taxa)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        ends = np.searchsorted(np.cumsum(count), np.arange(ROWS_A_CHUNK, points + ROWS_A_CHUNK, ROWS_A_CHUNK))
        for mine in np.split(order, np.unique(np.minimum(ends + 1, taxa - 1))):
            if mine.size == 0:
                continue
            lon, lat = occurrences(count[mine], random)
            row = random.permutation(lon.size) if shuffled else np.arange(lon.size)
            owner = np.repeat(mine, count[mine])[row]
            taxon = pa.DictionaryArray.from_arrays(pa.array(owner.astype(np.int32)), pa.array(names.tolist()))
            writer.write_table(
                pa.table([taxon.cast(pa.string()), lon[row], lat[row]], schema=schema), row_group_size=1_000_000
            )


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(float(sys.argv[2])), int(float(sys.argv[3])), shuffled="shuffled" in sys.argv)
