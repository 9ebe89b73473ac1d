"""One gigabyte of one taxon, a million places under every option, degrees and minutes: memory stays bounded."""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]
GIGABYTE = 1_000_000_000
ROWS = 5_000_000
SCHEMA = pa.schema([("species", pa.string()), ("decimalLongitude", pa.float64()), ("decimalLatitude", pa.float64())])
MEASURE = """
import json, re, resource, sys
from pathlib import Path
from biosetu.jobs.species_range import RangeRequest, measure_range
from biosetu.species.ranges import RangeOptions
options = RangeOptions(**json.loads(sys.argv[2]))
row = measure_range(RangeRequest(sys.argv[1], options=options)).table.to_pylist()[0]
used = resource.getrusage(resource.RUSAGE_SELF)
row["cpu_seconds"] = used.ru_utime + used.ru_stime
# ru_maxrss would hold the peak of the process that began this one
row["peak_gb"] = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024 / 1e9
print(json.dumps({k: v for k, v in row.items() if not isinstance(v, bytes | list)}))
"""


def measured(path, home, options="{}"):
    command = [sys.executable, "-c", MEASURE, str(path), options]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=os.environ | {"BIOSETU_HOME": str(home)}
    )
    found = json.loads(done.stdout)
    print(f"{path.name}: {found['records']:,} records, {found['cpu_seconds']:.0f} s of CPU, {found['peak_gb']:.2f} GB")
    return found


def places(random, n):
    clump = random.integers(0, 12, n)
    lon = 75 + clump % 4 * 8 + random.normal(0, 2, n)
    return np.round(lon, 6), np.round(28 + clump // 4 * 5 + random.normal(0, 1.5, n), 6)


def table(random, n):
    return pa.table([pa.array(["Panthera uncia"] * n), *places(random, n)], schema=SCHEMA)


def test_a_million_identical_points_are_one_place(tmp_path):
    path = tmp_path / "identical.csv"
    path.write_text("species,decimalLongitude,decimalLatitude\n" + "Panthera uncia,80.5,29.5\n" * 1_000_000)
    found = measured(path, tmp_path / "home")
    assert (found["records"], found["points"], found["eoo_km2"], found["aoo_km2"]) == (1_000_000, 1, 4, 4)
    assert found["peak_gb"] < 0.8


@pytest.mark.parametrize(("kind", "most_gb"), [("csv", 1.8), ("parquet", 2.6)])
def test_a_gigabyte_of_one_taxon_stays_well_under_three_gigabytes(tmp_path, kind, most_gb):
    random, path, rows = np.random.default_rng(1), tmp_path / f"one.{kind}", 0
    writer = pa_csv.CSVWriter(path, SCHEMA) if kind == "csv" else pq.ParquetWriter(path, SCHEMA, compression="zstd")
    with writer:
        while path.stat().st_size < GIGABYTE:
            writer.write_table(table(random, ROWS))
            rows += ROWS
    found = measured(path, tmp_path / "home")
    assert found["records"] == rows
    assert found["points"] + sum(n for name, n in found.items() if name.startswith("left_out_")) == rows
    assert found["eoo_km2"] > found["aoo_km2"] > 0
    assert found["aoo_fixed_km2"] >= found["aoo_km2"]
    assert found["peak_gb"] < most_gb


def test_a_million_places_under_every_option_stay_under_three_gigabytes(tmp_path):
    path = tmp_path / "million.parquet"
    pq.write_table(table(np.random.default_rng(2), 1_000_000), path)
    asked = '{"proxies": true, "alpha": 2, "isolation_km": 50, "viable_cells": 3, "subpopulation_km": 100}'
    found = measured(path, tmp_path / "home", asked)
    assert found["proxy_subpopulations"] >= 1
    assert found["alpha_hull_km2"] <= found["hull_km2"] * 1.01
    assert found["peak_gb"] < 3


def test_three_million_coordinates_in_degrees_and_minutes(tmp_path):
    path, n = tmp_path / "dms.csv", 3_000_000
    random = np.random.default_rng(3)
    minutes = random.integers(0, 60, (2, n))
    with path.open("w", encoding="utf-8-sig") as file:
        file.write("species;decimalLatitude;decimalLongitude\n")
        for start in range(0, n, 100_000):
            mine = minutes[:, start : start + 100_000].T.tolist()
            file.writelines(f"=cmd();27°{a}'N;{'NA' if b == 59 else f'84 {b} E'}\n" for a, b in mine)
    found = measured(path, tmp_path / "home")
    assert found["taxon"] == "=cmd()"
    assert found["left_out_missing"] == int((minutes[1] == 59).sum())
    assert found["points"] == 60 * 59
    assert found["peak_gb"] < 1.5
