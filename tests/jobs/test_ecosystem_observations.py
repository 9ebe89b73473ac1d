"""From the room's results to the Convention's workbook, by the commands alone."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from biosetu.cli import main
from biosetu.ecosystems.redlist_index import index_table, read_history, told_apart
from biosetu.engine.grids import read_book
from biosetu.engine.tables import write_table
from biosetu.indicators import Provenance
from biosetu.indicators.methods import ecosystems_extent, ecosystems_red_list_index
from biosetu.jobs.ecosystems_assess import IndexRequest, index_file
from biosetu.jobs.report_checking import check_report
from biosetu.jobs.setuland_ecosystems import write_maps
from biosetu.reports.cbd.tables import disaggregations
from biosetu.sources.setuland import ecosystems as setuland

ORIGIN = ["--party", "XXA", "--vintage", "2026", "--holder", "Institute of Setuland", "--licence", "CC0 1.0"]


@pytest.fixture(scope="module")
def measures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("setuland")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIOSETU_HOME", str(folder / "home"))
        write_table(pa.Table.from_pylist(setuland.rows("classes")), folder / "classes.csv")
        maps = [str(path) for path in write_maps(folder).values()]
        out = folder / "measures.csv"
        arguments = [*maps, "--classes", str(folder / "classes.csv"), "--out", str(out), "--quiet"]
        assert main.run(["ecosystems", "measure", *arguments]) == main.DONE
    return out


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def reported(code: str, observations: Path, folder: Path) -> tuple[Path, Path]:
    """Import the Observations and write workbook and attachment, both checked clean."""
    assert main.run(["observations", "import", str(observations), "--quiet"]) == main.DONE
    book, attachment = folder / f"{code}.xlsx", folder / f"{code}-attachment.xlsx"
    written = [
        "XXA",
        "--code",
        code,
        "--source",
        "availableDataset",
        "--out",
        str(book),
        "--attachment",
        str(attachment),
    ]
    assert main.run(["report", "indicators", *written, "--quiet"]) == main.DONE
    for path, attached in ((book, False), (attachment, True)):
        report = check_report(path, code, attachment=attached).report
        assert report.table("en").to_pylist() == []
        assert report.rows > 0
    return book, attachment


def rows(path: Path) -> list[tuple[object, ...]]:
    return list(read_book(path).grids[0].rows[1:])


def test_extent_reaches_the_workbook_with_parts_that_add_up(measures: Path, tmp_path: Path) -> None:
    made = tmp_path / "a2.csv"
    arguments = [str(measures), "--observations", str(made), *ORIGIN, "--out", str(tmp_path / "x.csv")]
    assert main.run(["ecosystems", "extent", *arguments]) == main.DONE
    book, _ = reported("A.2", made, tmp_path)
    found = [row for row in rows(book) if row[5] == 2024 and row[6] != "%"]
    whole = next(float(str(row[7])) for row in found if row[2] == "No")
    for kind in (ecosystems_extent.BIOME, ecosystems_extent.GROUP):
        parts = [float(str(row[7])) for row in found if row[3] == kind]
        assert len(parts) > 1
        assert sum(parts) == pytest.approx(whole, rel=1e-12)


def test_index_reaches_the_workbook_with_types_by_category(tmp_path: Path) -> None:
    history, made = tmp_path / "history.csv", tmp_path / "a1.csv"
    write_table(pa.Table.from_pylist(setuland.rows("history")), history)
    arguments = [str(history), "--by", "functional_group", "--observations", str(made), *ORIGIN]
    assert main.run(["ecosystems", "index", *arguments, "--out", str(tmp_path / "i.csv")]) == main.DONE
    book, _ = reported("A.1", made, tmp_path)
    found = rows(book)
    last = max(int(str(row[5])) for row in found)
    counts = {str(row[4]): float(str(row[7])) for row in found if row[5] == last and row[3] == "Other"}
    whole = {name: count for name, count in counts.items() if ", " not in name}
    assert sum(whole.values()) == len({row["ecosystem"] for row in setuland.rows("history")})
    assert all(whole[name] == sum(n for k, n in counts.items() if k.endswith(f", {name}")) for name in whole)


def test_observations_need_their_origin_before_any_work(
    measures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history, counts = tmp_path / "history.csv", tmp_path / "counts.csv"
    write_table(pa.Table.from_pylist(setuland.rows("history")), history)
    for asked in (["extent", str(measures)], ["index", str(history), "--counts", str(counts)]):
        some = ["--party", "XXA", "--out", str(tmp_path / "x.csv")]
        assert main.run(["ecosystems", *asked, *some, "--observations", str(tmp_path / "o.csv")]) == main.USAGE
        assert "--observations needs --party, --vintage, --holder and --licence" in capsys.readouterr().err
        assert main.run(["ecosystems", *asked, *some]) == main.USAGE
        assert "--party: used with --observations only" in capsys.readouterr().err
        assert not counts.exists()


def test_types_of_disaggregation_are_those_of_the_reporting_tool() -> None:
    known = {code: {each.type for each in lists} for code, lists in disaggregations().items()}
    assert {ecosystems_extent.BIOME, ecosystems_extent.GROUP} <= known["A.2"]
    assert {ecosystems_red_list_index.GROUP, ecosystems_red_list_index.OTHER} <= known["A.1"]


@pytest.mark.parametrize("by", ["functional_group", "biome", "realm", "province"])
def test_an_ecosystem_without_a_group_counts_once_in_the_whole_index(by: str, tmp_path: Path) -> None:
    rows = [
        {"ecosystem": "a", "year": "2020", "category": "LC", "functional_group": "T1.1", "province": "East"},
        {"ecosystem": "b", "year": "2020", "category": "CR", "functional_group": "", "province": ""},
    ]
    write_table(pa.Table.from_pylist(rows), tmp_path / "history.csv")
    plain = index_file(tmp_path / "history.csv").table
    found = index_file(tmp_path / "history.csv", IndexRequest(by))
    grouped, counts = found.table, found.counts
    assert grouped.slice(0, 1).drop_columns(["group"]) == plain.drop_columns(["group"])
    assert plain.column("value").to_pylist() == pytest.approx([1 - 4 / 10])
    assert sum(row["total"] for row in counts.to_pylist() if not row["group"]) == 2


def test_footnote_says_that_types_count_once_for_each_area() -> None:
    rows = [{"ecosystem": "1", "year": "2020", "category": "LC", "area": area} for area in ("East", "West")]
    table = index_table(read_history(rows), {"": [told_apart(row) for row in rows]})
    provenance = Provenance("XXA", "2024", "invented", "Ministry", "CC0 1.0")
    made = ecosystems_red_list_index.METHOD.observations(table, "A.1", provenance).to_pylist()
    (footnote,) = (row["footnote"] for row in made if row["unit"] == "index")
    assert footnote == "2 ecosystem types, 0 data deficient; 1 types count once for each of their areas"
