import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from biosetu.jobs.species_range import RangeRequest, measure_range
from biosetu.progress import silent
from biosetu.species.ranges import RangeOptions

ROWS, PIECE = 6000, 500
KILLED = """
    import os, signal, sys
    from biosetu.engine import occurrences
    from biosetu.jobs.species_range import RangeRequest, measure_range

    occurrences.ROWS_A_BATCH, occurrences.BYTES_A_BLOCK = 250, 8000

    def killed(done, total, label=""):
        if label == {"while filling": "partition", "while measuring": ""}[sys.argv[2]] and done >= int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

    measure_range(RangeRequest(sys.argv[1], rows_in_memory=1000, rows_a_partition=500), progress=killed)
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("biosetu.engine.occurrences.ROWS_A_BATCH", 250)
    monkeypatch.setattr("biosetu.engine.occurrences.BYTES_A_BLOCK", 8000)


def write(tmp_path, kind):
    random = np.random.default_rng(2)
    owner = random.integers(0, 60, ROWS)
    names = pa.array([f"Sp {k}" if k else None for k in owner])
    lon, lat = np.round(random.normal(owner, 0.5), 5), np.round(random.normal(20, 0.5, ROWS), 5)
    table = pa.table({"species": names, "decimalLongitude": lon, "decimalLatitude": lat})
    path = tmp_path / f"o.{kind}"
    if kind == "parquet":
        pq.write_table(table, path, row_group_size=700)
        return path
    pa_csv.write_csv(table, path)
    with path.open("a") as file:
        file.write("one field\n" * 3)
    return path


def requested(path):
    return RangeRequest(str(path), rows_in_memory=1000, rows_a_partition=PIECE)


def kill(path, when, after):
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(path), when, str(after)]
    done = subprocess.run(command, check=False, capture_output=True, env=os.environ, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize(("when", "after"), [("while filling", 3700), ("while measuring", 4)])
def test_killed_outright_it_goes_on_where_it_was(tmp_path, kind, when, after):
    path = write(tmp_path, kind)
    whole = measure_range(RangeRequest(str(path)))
    kill(path, when, after)
    seen = []
    again = measure_range(requested(path), progress=lambda done, total, label="": seen.append((label, done)))
    assert again.table.equals(whole.table)
    assert again.left_out == whole.left_out
    assert "read" not in {label for label, _ in seen}
    filled = [done for label, done in seen if label == "partition"]
    if when == "while filling":
        assert after - PIECE < filled[0] <= after + 250
    else:
        assert filled == []
        assert seen[0] == ("", after)
    assert list((tmp_path / "home" / "runs").iterdir()) == []


def test_partitions_that_were_damaged_meanwhile_are_made_anew(tmp_path):
    path = write(tmp_path, "parquet")
    kill(path, "while filling", 3700)
    spilled = next((tmp_path / "home" / "runs").rglob("spill-00001.bin"))
    spilled.write_bytes(b"")
    labels = set()
    again = measure_range(requested(path), progress=lambda done, total, label="": labels.add(label))
    assert again.table.equals(measure_range(RangeRequest(str(path))).table)
    assert "read" in labels


def test_other_data_under_the_same_name_does_not_go_on_with_the_old(tmp_path):
    path = write(tmp_path, "parquet")
    kill(path, "while filling", 3700)
    pq.write_table(pq.read_table(path).slice(0, 3000), path)
    assert measure_range(requested(path), progress=silent).table.equals(measure_range(RangeRequest(str(path))).table)


@pytest.mark.parametrize("option", ["plain", "proxies"])
def test_one_taxon_alone_fills_one_of_the_partitions(tmp_path, option):
    n = 3000
    path = tmp_path / "one.parquet"
    lon = np.round(np.random.default_rng(1).normal(80, 1, n), 3)
    pq.write_table(pa.table({"taxon": ["T"] * n, "lon": lon, "lat": lon - 50}), path, row_group_size=1000)
    options = RangeOptions(proxies=option == "proxies", alpha=2.0 if option == "proxies" else None)
    whole = measure_range(RangeRequest(str(path), options=options)).table
    csv = tmp_path / "one.csv"
    pa_csv.write_csv(pq.read_table(path), csv)
    parts = measure_range(RangeRequest(str(csv), options=options, rows_in_memory=500, rows_a_partition=500)).table
    assert parts.equals(whole)
    stretches = RangeRequest(str(path), options=options, rows_in_memory=500, rows_a_partition=500)
    assert measure_range(stretches).table.equals(whole)
