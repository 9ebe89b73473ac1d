"""Work in partitions: one after the other here, or on a Dask cluster; kept on disk, so that it can be resumed.

A partition's result is written once, whole. Running the same work again reads what is finished and does the rest.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from biosetu.engine.cluster import cluster_client, completed
from biosetu.engine.tables import replacing
from biosetu.home import home
from biosetu.progress import Progress, silent

Task = TypeVar("Task")
PREPARED = "prepared.parquet"


class Run:
    """A folder under $BIOSETU_HOME/runs that holds the finished partitions of one piece of work."""

    def __init__(self, name: str, identity: object) -> None:
        """Name the work; `identity` is everything that its result depends on (inputs, options, versions)."""
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()[:24]
        self.folder = home() / "runs" / f"{name}-{digest}"

    def start(self) -> Run:
        """Make the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def finished(self, index: int) -> pa.Table | None:
        """Return the result of a partition, None where it is not finished."""
        path = self._path(index)
        return pq.read_table(path) if path.exists() else None

    def keep(self, index: int, result: pa.Table) -> None:
        """Write the result of a partition."""
        with replacing(self._path(index)) as temporary:
            pq.write_table(result, temporary, compression="zstd")

    def kept_so_far(self) -> pa.Table | None:
        """Return what was last said of the preparation of the partitions, None where nothing was."""
        path = self.folder / PREPARED
        return pq.read_table(path) if path.exists() else None

    def keep_so_far(self, state: pa.Table) -> None:
        """Say how far the preparation of the partitions is."""
        with replacing(self.folder / PREPARED) as temporary:
            pq.write_table(state, temporary, compression="zstd")

    def discard(self) -> None:
        """Remove all that was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, index: int) -> Path:
        return self.folder / f"part-{index:05d}.parquet"


def run_partitions(
    tasks: Sequence[Task],
    work: Callable[[Task], pa.Table],
    run: Run,
    scheduler: str | None = None,
    progress: Progress = silent,
) -> list[pa.Table]:
    """Return `work(task)` of each task, in order; what `run` already holds is not done again.

    Args:
        tasks: what to do; picklable where there is a scheduler.
        work: a module-level function; the same table whoever runs it.
        run: where finished partitions are kept.
        scheduler: address of a Dask cluster, `tcp://host:port`; its workers must see the same files.
        progress: called after each partition; may raise Cancelled, and what is finished stays.

    Raises:
        UsageError: the cluster cannot be reached, or Dask is not installed.
    """
    run.start()
    found = [run.finished(index) for index in range(len(tasks))]
    left = [index for index, table in enumerate(found) if table is None]
    progress(len(tasks) - len(left), len(tasks))
    results = _on_cluster(tasks, work, left, scheduler) if scheduler else ((i, work(tasks[i])) for i in left)
    for done, (index, table) in enumerate(results, start=len(tasks) - len(left) + 1):
        run.keep(index, table)
        found[index] = table
        progress(done, len(tasks))
    return [table for table in found if table is not None]


def _on_cluster(
    tasks: Sequence[Task], work: Callable[[Task], pa.Table], left: Sequence[int], scheduler: str
) -> Iterator[tuple[int, pa.Table]]:
    with cluster_client(scheduler) as client:
        index_of = {client.submit(work, tasks[i], pure=False): i for i in left}
        try:
            for future in completed(client, list(index_of)):
                yield index_of[future], future.result()
                future.release()
        finally:
            client.cancel(list(index_of))
