import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.observations.rows import row, table
from tests.observations.store_contract import StoreContract

from biosetu.observations import NewerStoreError, ObservationFolder
from biosetu.problems import DataError


class TestFolderContract(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ObservationFolder:
        return ObservationFolder(tmp_path / "observations")

    @pytest.fixture
    def again(self):
        return lambda store: ObservationFolder(store.folder)


def test_folder_of_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    ObservationFolder(tmp_path).append(table(row()))
    (tmp_path / "store.json").write_text(json.dumps({"what": "biosetu observations", "version": 99}))
    with pytest.raises(NewerStoreError, match=r"another version of BioSetu.*99"):
        ObservationFolder(tmp_path)


def test_folder_that_became_newer_while_open_is_refused(tmp_path: Path) -> None:
    store = ObservationFolder(tmp_path)
    store.append(table(row()))
    (tmp_path / "store.json").write_text(json.dumps({"what": "biosetu observations", "version": 99}))
    with pytest.raises(NewerStoreError):
        store.append(table(row(year=2019)))
    assert len(list((tmp_path / "batches").iterdir())) == 1


def test_folder_with_a_batch_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    store = ObservationFolder(tmp_path)
    store.append(table(row()))
    path = next((tmp_path / "batches").glob("*.parquet"))
    facts = dict(pq.read_metadata(path).metadata) | {b"biosetu.schema_version": b"2"}
    pq.write_table(pq.read_table(path).replace_schema_metadata(facts), path)
    with pytest.raises(NewerStoreError):
        store.select()


def test_folder_with_a_half_written_file_ignores_and_removes_it(tmp_path: Path) -> None:
    store = ObservationFolder(tmp_path)
    store.append(table(row()))
    leftover = tmp_path / "batches" / ".00000002-abc.parquet.tmp"
    leftover.write_bytes(b"PAR1 half")
    assert store.select().num_rows == 1
    store.append(table(row(year=2019)))
    assert not leftover.exists()
    assert store.select().num_rows == 2


def test_folder_with_several_writers_loses_nothing(tmp_path: Path) -> None:
    years = range(2000, 2012)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda year: ObservationFolder(tmp_path).append(table(row(year=year))), years))
    store = ObservationFolder(tmp_path)
    assert store.select().column("year").to_pylist() == list(years)
    assert [batch.sequence for batch in store.batches()] == list(range(1, 13))


WRITER = """
import sys
from pathlib import Path
import pyarrow as pa
from biosetu.observations import ObservationFolder
rows = pa.ipc.open_stream(sys.stdin.buffer).read_all()
store = ObservationFolder(Path(sys.argv[1]))
print("ready", flush=True)
for start in range(0, rows.num_rows, 5):
    store.append(rows.slice(start, 5), batch=f"b{start}")
"""


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05])
def test_folder_killed_while_writing_holds_whole_batches_and_can_go_on(tmp_path: Path, delay: float) -> None:
    rows = table(*[row(year=year) for year in range(1960, 2020)])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    writer.stdin.write(sink.getvalue().to_pybytes())
    writer.stdin.close()
    assert writer.stdout.readline() == b"ready\n"
    time.sleep(delay)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    store = ObservationFolder(tmp_path)
    assert store.select().num_rows % 5 == 0
    assert all(batch.rows == 5 for batch in store.batches())
    for start in range(0, rows.num_rows, 5):
        store.append(rows.slice(start, 5), batch=f"b{start}")
    assert store.select().num_rows == 60
    assert len(store.batches()) == 12


def test_folder_whose_version_cannot_be_read_is_refused_by_name_and_left_as_it_is(tmp_path: Path) -> None:
    ObservationFolder(tmp_path).append(table(row()))
    (tmp_path / "store.json").write_text("{bad")
    with pytest.raises(DataError, match=r"store\.json: this file of the store cannot be read"):
        ObservationFolder(tmp_path).append(table(row(year=2019)))
    assert (tmp_path / "store.json").read_text() == "{bad"
