from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.cli.ecosystems import ecosystems
from biosetu.ecosystems.extent import extent_by_group, shares_percent
from biosetu.ecosystems.typology import functional_groups
from biosetu.indicators import Provenance, method_of
from biosetu.observations import problems_of
from biosetu.problems import DataError

MEASURES = [
    {"class": "1", "date": 2020, "area_km2": 30.0, "functional_group": "T1.1"},
    {"class": "2", "date": 2020, "area_km2": 10.0, "functional_group": "T1.1"},
    {"class": "3", "date": 2020, "area_km2": 50.0, "functional_group": "T7.1"},
    {"class": "4", "date": 2020, "area_km2": 10.0, "functional_group": ""},
]


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=40).filter(lambda values: sum(values) > 0), st.integers(0, 3))
def test_shares_always_add_up_to_a_hundred(values: list[float], decimals: int) -> None:
    shares = shares_percent(values, decimals)
    assert sum(round(share * 10**decimals) for share in shares) == 100 * 10**decimals
    total = sum(values)
    assert all(abs(share - 100 * v / total) <= 10**-decimals + 1e-6 for share, v in zip(shares, values, strict=True))


def test_shares_of_nothing_are_nothing_and_of_a_negative_refused() -> None:
    assert shares_percent([0, 0]) == [0, 0]
    with pytest.raises(ValueError, match="negative"):
        shares_percent([-1, 2])


def test_classes_of_one_group_are_added_and_the_rest_stands_apart() -> None:
    rows = {row["functional_group"]: row for row in extent_by_group(MEASURES).to_pylist()}
    assert rows["T1.1"]["area_km2"] == 40
    assert rows["T1.1"]["share_percent"] == 40
    assert rows["T1.1"]["natural"] is True
    assert rows["T7.1"]["natural"] is False
    assert rows[""]["natural"] is None


def test_observations_for_a2_are_valid_and_name_what_is_not_mapped() -> None:
    method = method_of("A.2")
    assert method is not None
    provenance = Provenance("NPL", "2025", "sha256:0 map.tif", "Ministry", "CC BY 4.0")
    table = method.observations(extent_by_group(MEASURES), "A.2", provenance)
    assert problems_of(table) == []
    rows = table.to_pylist()
    assert [row["value"] for row in rows if not row["disaggregation"]] == [40.0, 40.0]
    assert {row["unit"] for row in rows if not row["disaggregation"]} == {"km2", "percent"}
    assert "10 % of the mapped area has no functional group" in rows[0]["footnote"]
    parts = {(row["disaggregation_type"].split(" ")[0], row["disaggregation"]): row["value"] for row in rows[2:]}
    assert parts == {
        ("Biome", "T1 Tropical-subtropical forests biome"): 40.0,
        ("Ecosystem", functional_groups()["T1.1"].reporting_label): 40.0,
    }
    assert {row["status"] for row in rows} == {"computed"}


def test_command_takes_groups_from_the_measures_or_the_class_table(tmp_path: Path) -> None:
    measures, classes, out = tmp_path / "m.csv", tmp_path / "c.csv", tmp_path / "o.csv"
    measures.write_text("class,date,area_km2\n1,2020,3\n2,2020,1\n")
    refused = CliRunner().invoke(ecosystems, ["extent", str(measures)])
    assert isinstance(refused.exception, DataError)
    classes.write_text("code,name,functional_group\n1,Sal,T1.1\n2,Rice,T7.1\n")
    result = CliRunner().invoke(ecosystems, ["extent", str(measures), "--classes", str(classes), "--out", str(out)])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["functional_group"], row["share_percent"]) for row in rows] == [("T1.1", "75"), ("T7.1", "25")]


def test_severity_command_gives_the_curve_with_the_bounds_of_collapse(tmp_path: Path) -> None:
    units, out = tmp_path / "u.csv", tmp_path / "o.csv"
    units.write_text("ecosystem,area_km2,baseline,present,collapse\nE,3,10,5,0\nE,1,10,2,2 (0-4)\nE,9,10,,0\n")
    result = CliRunner().invoke(ecosystems, ["severity", str(units), "--at", "50,90", "--out", str(out)])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [(row["severity_percent"], row["extent_percent"], row["extent_low_percent"]) for row in rows] == [
        ("50", "100", "100"),
        ("90", "25", "0"),
    ]


def test_suggest_command_ranks_groups_for_each_class(tmp_path: Path) -> None:
    classes, out = tmp_path / "c.csv", tmp_path / "o.csv"
    classes.write_text("code,name\n1,Lowland rainforest\n")
    assert CliRunner().invoke(ecosystems, ["suggest", str(classes), "--out", str(out)]).exit_code == 0
    (first, *_) = csv.DictReader(out.read_text().splitlines())
    assert (first["functional_group"], first["rank"]) == ("T1.1", "1")


def test_class_tables_with_unknown_groups_or_repeated_codes_are_refused(tmp_path: Path) -> None:
    classes = tmp_path / "c.csv"
    classes.write_text("code,name,functional_group\n1,Sal,T99.9\n1,Oak,T1.1\n")
    raised = CliRunner().invoke(ecosystems, ["suggest", str(classes)]).exception
    assert isinstance(raised, DataError)
    assert [problem.code for problem in raised.problems] == ["group", "code"]
