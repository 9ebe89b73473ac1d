from __future__ import annotations

from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from biosetu.engine.grids import read_book
from biosetu.framework import indicators
from biosetu.jobs.reporting import settled_indicators, write_indicator_workbook
from biosetu.observations import SCHEMA, Source
from biosetu.observations.answers import METHOD
from biosetu.problems import DataError, UsageError
from biosetu.reports.cbd import check, points, write_attachment
from biosetu.reports.cbd.tables import columns, disaggregations
from biosetu.sources import setuland


def observations(*records: dict) -> pa.Table:
    base = {field.name: "" if pa.types.is_string(field.type) else None for field in SCHEMA}
    base |= {"party": "NPL", "indicator": "A.3", "unit": "index", "source": "national", "status": "validated"}
    return pa.Table.from_pylist([base | record for record in records], schema=SCHEMA)


def sheet_rows(path: Path, sheet: int = 0) -> list[tuple]:
    return list(openpyxl.load_workbook(path).worksheets[sheet].iter_rows(values_only=True))


def test_upload_workbook_has_the_nine_columns_and_typed_values(tmp_path: Path) -> None:
    table = observations({"year": 2023, "value": 0.82, "footnote": "=cmd|' /C calc'!A0"})
    assert write_indicator_workbook(table, "NPL", "A.3", tmp_path / "f.xlsx") == 1
    header, row = sheet_rows(tmp_path / "f.xlsx")
    assert header == tuple(column.header for column in columns())
    assert row == ("A.3", "Red List Index", "No", None, None, 2023, "index", 0.82, "'=cmd|' /C calc'!A0")
    assert [type(row[at]) for at in (0, 5, 7)] == [str, int, float]


def test_written_workbook_passes_the_check(tmp_path: Path) -> None:
    table = observations(
        {"indicator": "3.1", "year": 2023, "value": 23.4, "unit": "percent"},
        {"indicator": "3.1", "year": 2023, "value": 24.0, "unit": "percent", "disaggregation_type": "Realm",
         "disaggregation": "Terrestrial"},
        {"indicator": "3.1", "year": 2022, "value": 23.0, "unit": "percent"},
    )  # fmt: skip
    write_indicator_workbook(table, "NPL", "3.1", tmp_path / "f.xlsx")
    report = check(read_book(tmp_path / "f.xlsx"), "3.1")
    assert (report.rows, list(report.findings)) == (3, [])
    assert [row[6] for row in sheet_rows(tmp_path / "f.xlsx")[1:]] == ["%", "%", "%"]


def test_only_what_the_party_validated_is_its_own(tmp_path: Path) -> None:
    table = observations(
        {"year": 2023, "value": 0.82},
        {"year": 2022, "value": 0.9, "status": "computed"},
        {"year": 2021, "value": 0.9, "source": "availableDataset"},
        {"year": 2020, "value": 0.9, "party": "BTN"},
        {"year": 2019, "value": None, "source": "noData"},
    )
    assert write_indicator_workbook(table, "NPL", "A.3", tmp_path / "f.xlsx") == 1
    assert write_indicator_workbook(table, "npl", "A.3", tmp_path / "f.xlsx", Source.AVAILABLE_DATASET) == 1


def test_party_without_own_figures_is_told_what_to_do(tmp_path: Path) -> None:
    table = observations({"year": 2022, "value": 0.9, "status": "computed"})
    with pytest.raises(DataError, match="1 figures of other kinds are held"):
        write_indicator_workbook(table, "NPL", "A.3", tmp_path / "f.xlsx")
    assert not (tmp_path / "f.xlsx").exists()


def test_unknown_indicator_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_indicator_workbook(observations(), "NPL", "A.33", tmp_path / "f.xlsx")


@pytest.mark.parametrize(
    ("code", "unit"), [("A.1", "count"), ("A.2", "km2"), ("B.1", "t_per_ha"), ("2.1", "ha"), ("12.1", "percent")]
)
def test_attachment_has_its_own_layout_and_every_category(tmp_path: Path, code: str, unit: str) -> None:
    table = observations({"indicator": code, "year": 2023, "value": 5.0, "unit": unit})
    write_attachment(code, points(table, code), tmp_path / "f.xlsx")
    data, categories = sheet_rows(tmp_path / "f.xlsx"), sheet_rows(tmp_path / "f.xlsx", 1)
    assert data[0][:3] == ("Indicator_code", "Indicator ", "Does this data row represent a disaggregation")
    assert data[1][0] == code
    lists = disaggregations()[code]
    assert categories[0] == tuple(entry.type for entry in lists)
    for at, entry in enumerate(lists):
        assert tuple(row[at] for row in categories[1:] if row[at]) == entry.categories
    assert list(check(read_book(tmp_path / "f.xlsx"), attachment=True).findings) == []


def test_category_lists_are_as_long_as_the_template_prints_them() -> None:
    lengths = {code: [len(entry.categories) for entry in lists] for code, lists in disaggregations().items()}
    assert lengths == {
        "A.1": [25, 110, 0, 2, 12, 0],
        "A.2": [25, 110, 0, 2, 0],
        "2.1": [25, 110, 0, 3, 60, 0],
        "12.1": [25, 110, 0],
        "B.1": [25, 110, 0, 3, 0],
    }


def test_indicator_without_detailed_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no detailed template"):
        write_attachment("A.3", [], tmp_path / "f.xlsx")


def test_every_workbook_of_setuland_passes_our_own_check(tmp_path: Path) -> None:
    rows = setuland.observations()
    settled = settled_indicators(rows)
    assert len(settled) > 15
    found = {}
    for code, source in settled:
        path = tmp_path / "f.xlsx"
        write_indicator_workbook(rows, "XXA", code, path, source)
        findings = check(read_book(path), code if code in indicators() else "").findings
        if findings:
            found[code] = [(finding.defect, finding.row) for finding in findings]
    assert found == {}


def test_global_series_is_sent_in_one_release_with_what_the_party_holds_against_it(tmp_path: Path) -> None:
    given = {"source": "availableDataset", "series": "ER_RSK_LST", "status": "computed", "method": "SDG 15.5.1"}
    table = observations(
        *({**given, "year": year, "value": 0.83, "vintage": "2020-10"} for year in (2019, 2020)),
        *({**given, "year": year, "value": 0.85, "vintage": "2024"} for year in (2020, 2021)),
        {"series": "ER_RSK_LST", "year": 2021, "value": None, "value_text": "Not native", "unit": "answer",
         "vintage": "2024, the Party's answer", "method": METHOD},
    )  # fmt: skip
    path = tmp_path / "f.xlsx"
    assert write_indicator_workbook(table, "NPL", "A.3", path, Source.AVAILABLE_DATASET) == 2
    assert [(row[5], row[7], row[8]) for row in sheet_rows(path)[1:]] == [
        (2021, 0.85, "The Party disputes this figure: Not native; ER_RSK_LST, release 2024"),
        (2020, 0.85, "ER_RSK_LST, release 2024"),
    ]


def test_settled_indicators_name_the_partys_own_figures_first() -> None:
    table = observations(
        {"year": 2023, "value": 0.9, "source": "availableDataset"},
        {"year": 2023, "value": 0.8},
        {"indicator": "3.1", "year": 2023, "value": 20.0, "unit": "percent", "source": "availableDataset"},
        {"indicator": "A.4", "year": 2023, "value": 0.4, "unit": "proportion", "status": "computed"},
        {"indicator": "C.1", "year": 2023, "value": None},
        {"indicator": "6.b", "year": 2023, "value": 1.0},
    )
    assert settled_indicators(table) == [("A.3", Source.NATIONAL), ("3.1", Source.AVAILABLE_DATASET)]
