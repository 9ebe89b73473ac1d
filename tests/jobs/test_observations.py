from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.observations.rows import row, table

from biosetu.engine.tables import write_table
from biosetu.jobs.observations import import_observations, list_changes, list_observations, preview_import
from biosetu.jobs.party import default_store
from biosetu.observations import ObservationFolder, Selection, keys_of
from biosetu.problems import Cancelled, DataError

HEAD = "party,indicator,series,year,value,unit,source,vintage,footnote\n"
GOOD = "NPL,3.1,own,2024,24.1,%,national,7NR,\n"
HOLDER = {"holder": "MoFE"}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def write(folder: Path, text: str) -> Path:
    path = folder / "figures.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def states(seen) -> list[tuple[int, str]]:
    return [(line["row"], line["state"]) for line in seen.preview.to_pylist()]


def test_import_adds_proposed_figures_and_again_adds_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert import_observations(path, defaults=HOLDER).written == 1
    again = import_observations(path, defaults=HOLDER)
    assert (again.written, states(again)) == (0, [(2, "same")])
    (held,) = default_store().select().to_pylist()
    assert (held["status"], held["holder"], held["unit"]) == ("proposed", "MoFE", "percent")


def test_preview_writes_nothing_and_names_each_row_s_state(tmp_path: Path) -> None:
    import_observations(write(tmp_path, GOOD), defaults=HOLDER)
    changed = GOOD.replace("24.1", "24.2") + "\n" + GOOD.replace("2024", "2023") + GOOD.replace("2024", "20x0")
    seen = preview_import(write(tmp_path, changed), defaults=HOLDER)
    assert states(seen) == [(2, "changed"), (4, "new"), (5, "wrong")]
    assert seen.preview.to_pylist()[0]["column"] == "value"
    assert (seen.count("changed"), seen.count("wrong"), seen.count("same")) == (1, 1, 0)
    assert default_store().select().column("value").to_pylist() == [24.1]


def test_import_with_a_wrong_row_writes_nothing_and_lists_all(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "\nNPP,A.3,own,2020,7,index,national,7NR,\n" + GOOD)
    with pytest.raises(DataError) as caught:
        import_observations(path, defaults=HOLDER)
    assert [(p.row, p.column) for p in caught.value.problems] == [(4, "party"), (4, "value"), (5, "party")]
    assert default_store().select().num_rows == 0


def test_import_without_a_column_of_holders_is_refused_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        import_observations(write(tmp_path, GOOD + GOOD.replace("2024", "2023")))
    assert [(p.row, p.column, p.code) for p in caught.value.problems] == [(1, "holder", "missing-column")]


def test_import_without_a_holder_is_refused_by_row(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(HEAD.replace("footnote", "holder") + GOOD, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        import_observations(path)
    assert [(p.row, p.column, p.code) for p in caught.value.problems] == [(2, "holder", "provenance")]


def test_import_without_a_column_of_units_is_refused_once(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("party,indicator,year,value,source,holder\n" + "NPL,3.1,2020,24,national,MoFE\n" * 30)
    with pytest.raises(DataError) as caught:
        import_observations(path)
    assert [(p.row, p.column) for p in caught.value.problems if p.code != "duplicate"] == [(1, "unit")]


@pytest.mark.parametrize(("year", "echo"), [("", ""), ("0", "0"), ("02020,5", "02020,5"), ("1499", "1499")])
def test_a_refused_year_is_echoed_as_typed(tmp_path: Path, year: str, echo: str) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(HEAD + GOOD.replace("2024", f'"{year}"'))
    with pytest.raises(DataError) as caught:
        import_observations(path, defaults=HOLDER)
    assert [(p.row, p.column, p.value) for p in caught.value.problems] == [(2, "year", echo)]


def test_import_of_a_validated_row_proposes_it_unless_told_to_keep(tmp_path: Path) -> None:
    validated = row(source="national", status="validated", validated_by="MoFE")
    validated["validated_on"] = __import__("datetime").date(2026, 1, 5)
    path = tmp_path / "t.xlsx"
    write_table(table(validated), path)
    import_observations(path)
    assert default_store().select().column("status").to_pylist() == ["proposed"]
    import_observations(path, keep_status=True)
    assert default_store().select().to_pylist() == [validated]
    assert states(preview_import(path)) == [(2, "same")]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx", ".parquet"])
def test_import_of_what_was_listed_changes_nothing(tmp_path: Path, suffix: str) -> None:
    default_store().append(table(row(footnote="=1+1"), row(year=2021, value=0.1 + 0.2)))
    path = tmp_path / f"t{suffix}"
    write_table(list_observations(carried=False), path)
    assert import_observations(path).written == 0


def test_import_of_a_withdrawn_row_stays_out(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    import_observations(path, defaults=HOLDER)
    default_store().withdraw(keys_of(default_store().select()), reason="asked")
    again = import_observations(path, defaults=HOLDER)
    assert states(again) == [(2, "withdrawn")]
    assert default_store().select().num_rows == 0


def test_import_that_is_cancelled_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    def stop(done: int, total: int, label: str = "") -> None:
        if done == 2:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        import_observations(write(tmp_path, GOOD), defaults=HOLDER, progress=stop)
    assert default_store().batches() == ()


@pytest.mark.parametrize("content", [b"", b"PAR1 nothing"])
def test_import_of_a_broken_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(DataError, match="not a Parquet table of observations"):
        import_observations(tmp_path / "t.parquet")


def test_import_into_another_store_leaves_the_default_alone(tmp_path: Path) -> None:
    other = ObservationFolder(tmp_path / "other")
    assert import_observations(write(tmp_path, GOOD), store=other, defaults=HOLDER).written == 1
    assert default_store().select().num_rows == 0


def test_list_selects_among_carried_and_imported_figures(tmp_path: Path) -> None:
    import_observations(write(tmp_path, GOOD), defaults=HOLDER)
    chosen = Selection(party=("Nepal",), indicator=("3.1",), years=(2022, 2024))
    assert [(r["year"], r["source"]) for r in list_observations(chosen).to_pylist()] == [
        (2022, "availableDataset"),
        (2024, "national"),
    ]
    assert list_observations(chosen, carried=False).num_rows == 1


def test_changes_since_a_day_set_what_was_released_then_beside_what_is_shown_now() -> None:
    found = list_changes("LKA", since=date(2023, 1, 1)).to_pylist()
    index = {line["year"]: line for line in found if line["series"] == "ER_RSK_LST"}
    assert index[2024]["state"] == "later year"
    assert list_changes("LKA", since=date(2100, 1, 1)).num_rows == 0


def test_changes_since_a_day_count_imports_by_the_day_they_came() -> None:
    store = default_store()
    store.append(table(row(series="T", value=0.5)))
    store.append(table(row(series="T", value=0.6)))
    tomorrow = datetime.now(UTC).date() + timedelta(1)
    assert [line for line in list_changes("NPL", since=tomorrow).to_pylist() if line["series"] == "T"] == []
    assert [line for line in list_changes("NPL", since=date(2001, 1, 1)).to_pylist() if line["series"] == "T"] == []
