"""Criteria and index at the promised sizes.

    python benchmarks/species_lists.py

100,000 assessments under criteria A-E; the Red List Index of 26,000 species over 18 group-years with its limits; the
index of 60 Parties by 5 groups with 1,000 draws. Prints seconds of wall and of CPU.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biosetu.jobs.species_index import IndexRequest, compute_index
from biosetu.species.criteria import assess, read_inputs
from biosetu.species.red_list_index import Kind, Options

ORDER = np.array(["LC", "NT", "VU", "EN", "CR", "DD"])
SHARES = [0.5, 0.1, 0.1, 0.1, 0.05, 0.15]
YEARS = (
    [1988, 1994, 2000, 2004, 2008, 2012, 2016, 2020, 2024],
    [1980, 2004, 2022],
    [1996, 2008],
    [1996, 2008],
    [2003, 2014],
)
SIZES = (11_000, 8_000, 5_700, 845, 340)


def timed(name: str, work: Callable[[], pa.Table]) -> None:
    """Run once to warm, then print what the second run took."""
    work()
    wall, cpu = time.perf_counter(), time.process_time()
    rows = work().num_rows
    print(f"{name}: {time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} s of CPU, {rows:,} rows")


def assessments(n: int = 100_000) -> pa.Table:
    """Return made-up parameters of `n` taxa."""
    random = np.random.default_rng(1)
    return pa.table(
        {
            "taxon": [f"T{i}" for i in range(n)],
            "past_reduction": [f"{a}-{a + 15},{a + 2}-{a + 10}" for a in random.integers(0, 80, n)],
            "past_basis": random.choice(["a", "bc", "cd"], n),
            "eoo_km2": random.integers(10, 40000, n).astype(str),
            "locations": random.integers(1, 20, n).astype(str),
            "decline_habitat": random.choice(["yes", "no", "unknown"], n),
            "mature_individuals": random.integers(10, 20000, n).astype(str),
        }
    )


def history(years: tuple[list[int], ...], sizes: tuple[int, ...]) -> pa.Table:
    """Return made-up Red List histories of several groups: categories that only get worse, some data deficient."""
    random = np.random.default_rng(1)
    columns: dict[str, list[np.ndarray]] = {"taxon": [], "year": [], "category": [], "class": []}
    for group, (when, size) in enumerate(zip(years, sizes, strict=True)):
        state = random.choice(6, size, p=SHARES)
        for year in when:
            columns["taxon"].append(np.array([f"g{group}t{i}" for i in range(size)]))
            columns["year"].append(np.full(size, year))
            columns["category"].append(ORDER[state])
            columns["class"].append(np.full(size, f"G{group}"))
            state = np.where(state < 4, np.minimum(state + (random.uniform(size=size) < 0.05), 4), state)
    return pa.table({name: np.concatenate(parts) for name, parts in columns.items()})


def parties(folder: Path) -> IndexRequest:
    """Return the index of 60 Parties with 400 species each, every year from 2000 to 2024, with draws."""
    random = np.random.default_rng(2)
    whole = history(([2000, 2020],) * 5, (600,) * 5)
    pq.write_table(whole, folder / "parties.parquet")
    taxa = np.unique(np.asarray(whole.column("taxon")))
    taxon = taxa[np.concatenate([random.choice(taxa.size, 400, replace=False) for _ in range(60)])]
    party = [f"P{p:02d}" for p in np.repeat(np.arange(60), 400)]
    pq.write_table(
        pa.table({"party": party, "taxon": taxon, "share": random.uniform(size=taxon.size)}), folder / "shares.parquet"
    )
    options = Options(Kind.SHARED, annual=(2000, 2024), aggregate=True)
    return IndexRequest(folder / "parties.parquet", ["class"], shares=folder / "shares.parquet", options=options)


def main() -> None:
    """Print the three timings; reading is included for the indices."""
    cells = assessments()
    timed("100,000 assessments, criteria A-E", lambda: assess(read_inputs(cells)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pq.write_table(history(YEARS, SIZES), folder / "global.parquet")
        world = IndexRequest(folder / "global.parquet", ["class"], options=Options())
        timed("index of 25,885 species, 18 group-years, exact limits", lambda: compute_index(world).table)
        request = parties(folder)
        timed("index of 60 Parties x 5 groups, every year, 1,000 draws", lambda: compute_index(request).table)


if __name__ == "__main__":
    main()
