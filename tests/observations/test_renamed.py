"""What was kept under a former name of a series is found under its name of today, in a folder and on the way in."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.observations.rows import row, table

from biosetu.framework import indicators
from biosetu.observations import (
    ObservationFolder,
    as_named_now,
    is_indicator,
    keys_of,
    named_before,
    named_now,
    renamed,
    validate,
)
from biosetu.sources import official

FORMER = row(indicator="context:ER_GRF_PLNTSTOR", series="ER_GRF_PLNTSTOR", unit="count", value=757.0, year=2010)
NOW = FORMER | {
    "indicator": "4.CT.1",
    "disaggregation_type": "sub-indicator",
    "disaggregation": "Plant accessions stored",
}


def names(rows) -> list[tuple[str, str, str]]:
    return [(one["indicator"], one["disaggregation_type"], one["disaggregation"]) for one in rows]


def kept_before(folder: Path, *rows) -> ObservationFolder:
    """A store written by the version before the renaming: its files hold the former name."""
    store = ObservationFolder(folder)
    store.append(table(*rows))
    for path in (folder / "batches").glob("*.parquet"):
        held = pq.read_table(path)
        former = [next(iter(named_before(one)), one) for one in held.to_pylist()]
        pq.write_table(held.from_pylist(former, schema=held.schema), path)
    return store


def test_every_renamed_series_is_carried_under_the_name_of_today() -> None:
    for (indicator, series), now in renamed().items():
        carried = official.series_of(now["indicator"], series)
        assert carried is not None
        assert {name: getattr(carried, name) for name in now} == now
        assert indicator == f"context:{series}"
        assert official.series_of(indicator) is None
        assert is_indicator(now["indicator"])
        assert now["indicator"] in indicators()


def test_rows_of_a_folder_written_before_are_read_under_the_name_of_today(tmp_path: Path) -> None:
    store = kept_before(tmp_path, NOW, row())
    (path,) = (tmp_path / "batches").glob("*.parquet")
    assert sorted(pq.read_table(path).column("indicator").to_pylist()) == ["A.3", "context:ER_GRF_PLNTSTOR"]
    assert names(store.select().to_pylist()) == names([NOW, row()])
    assert store.history().num_rows == 2


def test_what_was_withdrawn_before_stays_withdrawn(tmp_path: Path) -> None:
    store = ObservationFolder(tmp_path)
    store.append(table(NOW))
    store.withdraw(keys_of(table(NOW)), reason="an error")
    for path in (tmp_path / "batches").glob("*.parquet"):
        held = pq.read_table(path)
        former = [next(iter(named_before(one))) for one in held.to_pylist()]
        pq.write_table(held.from_pylist(former, schema=held.schema), path)
    assert store.select().num_rows == 0
    store.append(table(NOW | {"footnote": "imported again"}))
    assert store.select().num_rows == 0


def test_newer_row_stands_for_the_one_kept_before(tmp_path: Path) -> None:
    store = kept_before(tmp_path, NOW)
    store.append(table(NOW | {"value": 800.0}))
    assert [one["value"] for one in store.select().to_pylist()] == [800.0]


def test_file_with_a_former_name_is_taken_under_the_name_of_today() -> None:
    assert names(validate(table(FORMER)).to_pylist()) == names([NOW])


@pytest.mark.parametrize("one", [row(), NOW, row(indicator="context:ER_PTD_TERR", series="ER_PTD_TERR")])
def test_name_that_was_not_changed_stays(one) -> None:
    assert named_now(one) == one
    assert as_named_now(table(one)).to_pylist() == [one]


def test_names_of_before_lead_back() -> None:
    (before,) = named_before(NOW)
    assert before == FORMER
    assert named_now(before) == NOW
    assert list(named_before(row())) == []
