import pyarrow as pa
import pytest

from biosetu.engine.partitions import Run, run_partitions
from biosetu.problems import Cancelled, UsageError

CALLS: list[int] = []


def square(task: int) -> pa.Table:
    CALLS.append(task)
    return pa.table({"value": [task * task]})


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    CALLS.clear()
    return Run("test", {"a": 1})


def values(tables):
    return [table.column("value")[0].as_py() for table in tables]


def test_results_come_in_order_of_tasks(run):
    assert values(run_partitions([3, 1, 2], square, run)) == [9, 1, 4]


def test_cancelled_work_goes_on_where_it_stopped(run):
    def stop_after_two(done, total, label=""):
        if done == 2:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        run_partitions([1, 2, 3, 4], square, run, progress=stop_after_two)
    assert CALLS == [1, 2]
    assert values(run_partitions([1, 2, 3, 4], square, run)) == [1, 4, 9, 16]
    assert CALLS == [1, 2, 3, 4]


def test_other_work_shares_nothing(run, tmp_path):
    run_partitions([1], square, run)
    run_partitions([1], square, Run("test", {"a": 2}))
    assert CALLS == [1, 1]


def test_discarded_work_leaves_nothing(run):
    run_partitions([1], square, run)
    run.discard()
    assert not run.folder.exists()


def test_absent_cluster_is_the_users_mistake(run, monkeypatch):
    monkeypatch.setattr("distributed.Client", _refuse)
    with pytest.raises(UsageError, match="no Dask cluster answers"):
        run_partitions([1], square, run, scheduler="tcp://127.0.0.1:1")


def _refuse(*args, **kwargs):
    raise OSError("no answer")
