from pathlib import Path

import openpyxl
import pytest

from biosetu.cli.main import run
from biosetu.engine.cells import read_cells
from biosetu.jobs.party import party_evidence
from biosetu.jobs.statements import import_statements, statements_of, write_template
from biosetu.observations.own import OwnStatements, progress_levels
from biosetu.observations.statement_rows import columns, level_key, merged_statements, statement_rows
from biosetu.problems import DataError, UsageError
from biosetu.sources import setuland

QUANTITY = {
    "id": "Q1", "title": "30 % of land by 2030", "targets": "3; 1", "indicator": "3.1", "series": "",
    "disaggregation": "terrestrial", "value": "30", "unit": "%", "direction": "at least", "deadline": "2030",
    "baseline_value": "23", "baseline_year": "2020", "source": "NBSAP 2025, page 12",
}  # fmt: skip
PROGRESS = {"target": "4", "level": "No significant change", "year": "2026", "source": "7NR"}
MISSING = {"id": "M1", "target": "1", "text": "No map.", "closes": "", "year": "2026", "source": "7NR"}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def table(folder: Path, *rows: dict[str, str], name: str = "t.csv") -> Path:
    lines = [",".join(rows[0]), *(",".join(f'"{cell}"' for cell in row.values()) for row in rows)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def faults(folder: Path, *rows: dict[str, str]) -> list[tuple[int | None, str, str]]:
    with pytest.raises(DataError) as caught:
        import_statements("NPL", table(folder, *rows))
    return [(p.row, p.column, p.code) for p in caught.value.problems]


def test_quantity_brought_in_shows_where_the_party_stands(tmp_path: Path) -> None:
    found = import_statements("NPL", table(tmp_path, QUANTITY))
    assert (found.kind, found.rows, found.changed) == ("quantities", 1, 1)
    (path,) = party_evidence("NPL").pathways
    assert (path.quantity.targets, path.quantity.unit, path.quantity.deadline) == (("3", "1"), "percent", 2030)
    assert (path.state, path.figure.year) == ("off-path", 2022)
    assert [gap.target for gap in party_evidence("NPL").gaps] == ["1", "3"]


def test_progress_and_gaps_declared_by_the_party_become_gaps(tmp_path: Path) -> None:
    import_statements("NPL", table(tmp_path, PROGRESS))
    import_statements("NPL", table(tmp_path, MISSING))
    assert [(gap.kind, gap.target) for gap in party_evidence("NPL").gaps] == [("declared", "1"), ("progress", "4")]


def test_statements_again_change_nothing_and_a_newer_one_takes_the_place(tmp_path: Path) -> None:
    import_statements("NPL", table(tmp_path, QUANTITY))
    assert import_statements("NPL", table(tmp_path, QUANTITY)).changed == 0
    assert import_statements("NPL", table(tmp_path, QUANTITY | {"value": "35"})).changed == 1
    assert [item.value for item in statements_of("NPL").quantities] == [35.0]


def test_statements_of_one_party_leave_the_others_alone(tmp_path: Path) -> None:
    import_statements("NPL", table(tmp_path, MISSING))
    assert statements_of("JOR") == OwnStatements()


def test_dry_run_keeps_nothing(tmp_path: Path) -> None:
    assert import_statements("NPL", table(tmp_path, MISSING), dry_run=True).changed == 1
    assert statements_of("NPL") == OwnStatements()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"targets": "3;99"}, ("targets", "unknown-target")),
        ({"indicator": "9.9"}, ("indicator", "unknown-indicator")),
        ({"unit": "ha", "indicator": "A.3"}, ("unit", "unit")),
        ({"unit": "acres"}, ("unit", "unit")),
        ({"direction": "more"}, ("direction", "direction")),
        ({"value": "thirty"}, ("value", "type")),
        ({"deadline": "soon"}, ("deadline", "year")),
        ({"deadline": "20300"}, ("deadline", "year")),
        ({"deadline": "2087"}, ("deadline", "year")),
        ({"deadline": "nan"}, ("deadline", "year")),
        ({"deadline": "inf"}, ("deadline", "year")),
        ({"value": "nan"}, ("value", "type")),
        ({"value": "inf"}, ("value", "type")),
        ({"value": "30% or so"}, ("value", "type")),
        ({"baseline_year": ""}, ("baseline_value", "half")),
        ({"baseline_year": "2030"}, ("deadline", "order")),
        ({"source": ""}, ("source", "needed")),
        ({"id": ""}, ("id", "needed")),
    ],
)
def test_quantity_that_is_wrong_is_named_by_column(tmp_path: Path, changes, expected) -> None:
    assert faults(tmp_path, QUANTITY | changes) == [(2, *expected)]


def test_value_of_a_cell_shown_as_a_percentage_is_that_percentage(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (list(QUANTITY), list(QUANTITY.values())):
        book.active.append(row)
    book.active.cell(2, list(QUANTITY).index("value") + 1, 0.3).number_format = "0%"
    book.save(tmp_path / "t.xlsx")
    import_statements("NPL", tmp_path / "t.xlsx")
    assert [(item.value, item.unit) for item in statements_of("NPL").quantities] == [(30.0, "percent")]


def test_statements_that_are_wrong_are_all_named_and_none_is_kept(tmp_path: Path) -> None:
    rows = [PROGRESS, PROGRESS, PROGRESS | {"target": "5", "level": "fine"}, PROGRESS | {"target": "E", "year": "x"}]
    assert faults(tmp_path, *rows) == [
        (3, "target", "duplicate"),
        (4, "level", "level"),
        (5, "target", "unknown-target"),
        (5, "year", "year"),
    ]
    assert statements_of("NPL") == OwnStatements()


def test_table_of_another_shape_is_refused_with_the_right_ones(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="quantities: id, title, targets"):
        import_statements("NPL", table(tmp_path, {"a": "1"}))


@pytest.mark.parametrize("key", progress_levels())
def test_level_of_progress_by_key_label_or_identifier(key: str) -> None:
    level = progress_levels()[key]
    for text in (key, level.label_en.upper(), f" {level.label_ar} ", level.identifier.lower() or key):
        assert level_key(text) == key
    assert level_key("splendid") is None


@pytest.mark.parametrize("kind", ["quantities", "progress", "missing"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_template_has_the_columns_that_are_read(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    write_template(kind, path)
    assert tuple(read_cells(path).column_names) == columns(kind)


def test_template_of_an_unknown_kind_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="quantities, progress, missing"):
        write_template("wishes", tmp_path / "t.csv")


def test_statements_survive_as_rows_and_merge_by_identity() -> None:
    own = setuland.own()
    assert merged_statements(OwnStatements(), own) == own == merged_statements(own, own)
    assert len(statement_rows(own)["quantities"]) == len(own.quantities)


def test_store_of_statements_from_another_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "statements"
    folder.mkdir(parents=True)
    (folder / "NPL.json").write_text('{"version": 9}')
    with pytest.raises(DataError, match="another version"):
        party_evidence("NPL")


def test_statements_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(table(tmp_path, MISSING))
    assert run(["observations", "statements", "NPL", path, "--dry-run"]) == 0
    assert "1 missing, 1 new or changed; nothing written" in capsys.readouterr().err
    assert run(["observations", "statements", "NPL", path]) == 0
    assert run(["gaps", "NPL", "--quiet"]) == 0
    assert "The Party says: No map." in capsys.readouterr().out
    assert run(["observations", "statements", "NPL", str(tmp_path / "none.csv")]) == 2
    assert run(["observations", "statements", "NPL", str(tmp_path / "x.csv"), "--template", "progress"]) == 0
