from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from rasterio import Affine

from biosetu.cli.ecosystems import ecosystems
from biosetu.ecosystems.redlist_index import (
    IndexOptions,
    Listing,
    by_year,
    categories_by_group,
    history_warnings,
    index_table,
    read_history,
    told_apart,
)
from biosetu.ecosystems.typology import functional_groups
from biosetu.jobs.ecosystems_assess import IndexRequest, assess_file, index_file
from biosetu.problems import DataError, Severity
from biosetu.translation import translations

WriteMap = Callable[..., Path]


def listings(*rows: tuple[str, int, str] | tuple[str, int, str, bool]) -> list[Listing]:
    return [Listing(*row) for row in rows]


def test_index_is_the_weighted_mean_worked_by_hand() -> None:
    """CO 5, CR 4, EN 3, VU 2, NT 1, LC 0: 15 of 30 lost."""
    history = listings(*((name, 2020, name) for name in ("CO", "CR", "EN", "VU", "NT", "LC")))
    (row,) = index_table(history, {"": [each.ecosystem for each in history]}).to_pylist()
    assert row["value"] == row["lower"] == row["upper"] == 0.5
    assert row["ecosystems"] == 6


def test_all_collapsed_is_zero_and_all_least_concern_is_one() -> None:
    for category, value in (("CO", 0.0), ("LC", 1.0)):
        history = listings(("a", 2020, category), ("b", 2020, category))
        assert index_table(history, {"": ["a", "b"]})["value"].to_pylist() == [value]


def test_data_deficient_is_left_out_and_shown_as_limits() -> None:
    history = listings(("a", 2020, "CR"), ("b", 2020, "LC"), ("c", 2020, "DD"), ("d", 2020, "NE"))
    (row,) = index_table(history, {"": list("abcd")}).to_pylist()
    assert row["value"] == pytest.approx(1 - 4 / 10)
    assert (row["lower"], row["upper"]) == (pytest.approx(1 - 8 / 15), pytest.approx(1 - 4 / 15))
    assert (row["ecosystems"], row["DD"], row["NE"]) == (2, 1, 1)


def test_draws_agree_with_the_exact_distribution() -> None:
    history = listings(*((f"k{i}", 2020, name) for i, name in enumerate(["LC", "NT", "VU", "EN", "CR"] * 8)))
    history += listings(*((f"d{i}", 2020, "DD") for i in range(12)))
    groups = {"": [each.ecosystem for each in history]}
    exact = index_table(history, groups).to_pylist()[0]
    drawn = index_table(history, groups, IndexOptions(draws=4000)).to_pylist()[0]
    assert drawn["lower"] == pytest.approx(exact["lower"], abs=0.01)
    assert drawn["upper"] == pytest.approx(exact["upper"], abs=0.01)
    assert drawn == index_table(history, groups, IndexOptions(draws=4000)).to_pylist()[0]


def test_a_group_without_categories_has_no_value() -> None:
    (row,) = index_table(listings(("a", 2020, "NE")), {"": ["a"]}).to_pylist()
    assert row["value"] is None
    assert row["NE"] == 1


def test_only_genuine_change_moves_the_index() -> None:
    history = listings(("a", 2018, "VU"), ("a", 2022, "EN", False), ("b", 2018, "VU"), ("b", 2022, "EN", True))
    table = by_year(history)
    assert table[2018] == {"a": "EN", "b": "VU"}
    assert table[2022] == {"a": "EN", "b": "EN"}


def test_knowledge_is_carried_back_through_several_dates() -> None:
    history = listings(("a", 2010, "LC"), ("a", 2015, "DD"), ("a", 2020, "CR", False), ("b", 2010, "LC"))
    table = by_year(history)
    assert [table[year]["a"] for year in (2010, 2015, 2020)] == ["LC", "CR", "CR"]


def test_data_deficient_later_is_a_change_of_knowledge_and_not_evaluated_is_none() -> None:
    rows = [("a", 2010, "EN"), ("a", 2020, "DD"), ("b", 2010, "VU"), ("b", 2020, "NE"), ("c", 2010, "LC")]
    history = [Listing(*row, genuine=None) for row in rows]
    assert by_year(history) == {2010: {"a": "DD", "b": "VU", "c": "LC"}, 2020: {"a": "DD", "b": "VU", "c": "LC"}}
    table = index_table(history, {"": ["a", "b", "c"]}).to_pylist()
    assert [(row["value"], row["ecosystems"], row["genuine_unsaid"]) for row in table] == [(0.8, 2, 0), (0.8, 2, 0)]


@pytest.mark.parametrize("category", ["DD", "NE"])
def test_change_to_what_is_not_known_cannot_be_called_genuine(category: str) -> None:
    with pytest.raises(DataError) as raised:
        read_history([{"ecosystem": "a", "year": "2020", "category": category, "genuine": "yes"}])
    assert [(each.row, each.column) for each in raised.value.problems] == [(2, "genuine")]


def test_an_ecosystem_first_assessed_later_is_counted_from_the_start() -> None:
    table = by_year(listings(("a", 2010, "LC"), ("a", 2020, "LC"), ("b", 2020, "EN")))
    assert table[2010] == {"a": "LC", "b": "EN"}


def test_a_category_holds_until_the_next() -> None:
    table = by_year(listings(("a", 2010, "VU"), ("b", 2010, "LC"), ("b", 2020, "NT")))
    assert table[2020]["a"] == "VU"


def test_table_by_group_and_category_adds_up() -> None:
    history = listings(("a", 2020, "EN"), ("b", 2020, "DD"), ("c", 2020, "NE"))
    (row,) = categories_by_group(history, {"T1.1": ["a", "b", "c"]}).to_pylist()
    assert row["total"] == 3
    assert row["EN"] == row["DD"] == row["NE"] == 1
    assert sum(row[name] for name in ("CO", "CR", "EN", "VU", "NT", "LC", "DD", "NE")) == 3


def test_problems_of_a_history_are_listed_together() -> None:
    rows = [
        {"ecosystem": "", "year": "2020", "category": "EN"},
        {"ecosystem": "a", "year": "20x", "category": "EX"},
        {"ecosystem": "b", "year": "2020", "category": "EN", "genuine": "maybe"},
        {"ecosystem": "b", "year": "2020", "category": "EN"},
        {"ecosystem": "c", "year": "20²0", "category": "EN"},
        {"ecosystem": "d", "year": "20200", "category": "EN"},
    ]
    with pytest.raises(DataError) as raised:
        read_history(rows)
    assert [(p.row, p.column) for p in raised.value.problems] == [
        (2, "ecosystem"), (3, "year"), (3, "category"), (4, "genuine"), (5, "year"), (6, "year"), (7, "year"),
    ]  # fmt: skip
    arabic = raised.value.in_words(translations("ar").gettext)
    words = set(re.findall(r"[A-Za-z_]{3,}", arabic)) - {"ecosystem", "year", "category", "genuine"}
    assert words <= {"apart", "area", "country", "maybe", "yes"}, arabic


def test_one_name_in_two_places_is_two_types() -> None:
    """North LC, South EN, then CR: 1 - 3/10 and 1 - 4/10."""
    rows = [
        {"ecosystem": "1", "year": "2010", "category": "LC", "area": "North"},
        {"ecosystem": "1", "year": "2010", "category": "EN", "area": "South"},
        {"ecosystem": "1", "year": "2020", "category": "CR", "area": "South", "genuine": "yes"},
    ]
    history = read_history(rows)
    groups = {"": [told_apart(row) for row in rows[:2]]}
    assert index_table(history, groups)["value"].to_pylist() == pytest.approx([0.7, 0.6])
    (warning,) = history_warnings({"category": history})
    assert (warning.code, warning.severity) == ("areas", Severity.WARNING)
    assert "count once for each: 1 (1)" in str(warning)


def test_what_stands_twice_is_never_to_be_removed() -> None:
    rows = [{"ecosystem": "1", "year": "2010", "category": "LC", "area": "North"}] * 2
    with pytest.raises(DataError, match="If these are two types, tell them apart in the column area or country"):
        read_history(rows)


@pytest.mark.parametrize(
    ("said", "before", "unsaid"),
    [({}, 0.9, 1), ({"genuine": ""}, 0.9, 1), ({"genuine": "yes"}, 0.9, 0), ({"genuine": "no"}, 0.7, 0)],
)
def test_change_that_nobody_called_genuine_counts_and_is_told(said: dict[str, str], before: float, unsaid: int) -> None:
    """NT and LC before, 1 - 1/10, EN and NT now, 1 - 4/10; 1 - 3/10 before where EN is carried back."""
    rows = [
        {"ecosystem": "a", "year": "2010", "category": "NT"},
        {"ecosystem": "b", "year": "2010", "category": "LC"},
        {"ecosystem": "a", "year": "2020", "category": "EN", **said},
        {"ecosystem": "b", "year": "2020", "category": "NT", "genuine": "yes"},
    ]
    history = read_history(rows)
    table = index_table(history, {"": ["a", "b"], "of b": ["b"]}).to_pylist()
    assert [row["value"] for row in table[:2]] == pytest.approx([before, 0.6])
    assert [row["genuine_unsaid"] for row in table] == [0, unsaid, 0, 0]
    assert [each.code for each in history_warnings({"category": history})] == ["genuine-unsaid"] * unsaid


def test_each_criterion_has_its_own_word_on_what_is_genuine() -> None:
    rows = [
        {"ecosystem": "a", "year": "2010", "A": "NT", "B": "NT", "category": "NT", "genuine": "", "genuine_A": ""},
        {"ecosystem": "a", "year": "2020", "A": "VU", "B": "VU", "category": "VU", "genuine": "yes", "genuine_A": "no"},
    ]
    found = {name: by_year(read_history(rows, category=name))[2010]["a"] for name in ("category", "A", "B")}
    assert found == {"category": "NT", "A": "VU", "B": "NT"}
    rows[1] |= {"genuine_A": "", "genuine": ""}
    histories = {name: read_history(rows, category=name) for name in ("category", "A")}
    assert [str(each.remedy) for each in history_warnings(histories)] == [
        "Write yes or no in the column genuine.",
        "Write yes or no in the column genuine_A.",
    ]


def test_command_writes_the_index_by_functional_group_and_the_counts(tmp_path: Path) -> None:
    history, out, counts = tmp_path / "h.csv", tmp_path / "i.csv", tmp_path / "c.csv"
    history.write_text("ecosystem,year,category,functional_group\na,2020,EN,T1.1\nb,2020,LC,MFT1.2\n")
    arguments = ["index", str(history), "--by", "functional_group", "--out", str(out), "--counts", str(counts)]
    result = CliRunner().invoke(ecosystems, arguments)
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert list(rows[0])[:6] == ["group", "year", "value", "lower", "upper", "ecosystems"]
    assert [row["group"] for row in rows] == [
        "",
        "MFT1.2 Intertidal forests and shrublands",
        "T1.1 Tropical/Subtropical lowland rainforests",
    ]
    assert rows[0]["value"] == "0.7"
    assert counts.read_text().startswith('"group","CO","CR","EN"')


def test_index_by_criterion_takes_what_assess_writes(tmp_path: Path) -> None:
    """A: VU (best of VU to EN) and LC, 1 - 2/10; B: CR and EN, 1 - 7/10; overall CR and EN."""
    realm = functional_groups()["MFT1.2"].realm
    template, assessed, out = (tmp_path / name for name in ("t.csv", "a.parquet", "i.csv"))
    template.write_text(
        "ecosystem,functional_group,date,A1_decline_percent,eoo_km2,decline_extent\n"
        "a,T1.1,2020,35 (30-55),1500,yes\nb,MFT1.2,2020,10,15000,yes\n"
    )
    run = CliRunner().invoke
    assert run(ecosystems, ["assess", str(template), "--out", str(assessed)]).exit_code == 0
    named = [part for name in ("category", "A", "B", "A1") for part in ("--category", name)]
    result = run(ecosystems, ["index", str(assessed), *named, "--by", "realm", "--out", str(out)])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(out.read_text().splitlines()))
    found = {(row["criterion"], row["group"]): round(float(row["value"]), 12) for row in rows}
    assert {name: found[name, ""] for name in ("", "A", "B", "A1")} == {"": 0.3, "A": 0.8, "B": 0.3, "A1": 0.8}
    assert {group for _, group in found} == {"", "Terrestrial", realm}
    assert found["A", "Terrestrial"] == 0.6
    alone = run(ecosystems, ["index", str(assessed), "--category", "A", "--keep", "NPL"])
    assert alone.exit_code == 2


def test_measured_by_province_assessed_and_indexed_loses_no_province(
    tmp_path: Path, write_map: WriteMap, home: Path
) -> None:
    """Half of class 1 is lost in the East, 82 % in 50 years, CR; all else is LC: 1 - 4/20, East 1 - 4/10, West 1."""
    before = np.ones((20, 40), np.uint8)
    before[:2] = 2
    after = before.copy()
    after[2:11, 20:] = 2
    transform = Affine(500, 0, 0, 0, -500, 10_000)
    maps = [
        write_map(f"m{year}.tif", codes, transform, "ESRI:54034") for year, codes in ((2000, before), (2020, after))
    ]
    provinces = [shapely.box(0, 0, 10_000, 10_000), shapely.box(10_000, 0, 20_000, 10_000)]
    areas, measures, assessed, out = (tmp_path / name for name in ("p.gpkg", "m.csv", "a.csv", "i.csv"))
    gpd.GeoDataFrame({"name": ["West", "East"]}, geometry=provinces, crs="ESRI:54034").to_file(areas)
    for command in (
        ["measure", *map(str, maps), "--by", str(areas), "--by-field", "name", "--out", str(measures)],
        ["assess", str(measures), "--out", str(assessed)],
        ["index", str(assessed), "--by", "area", "--out", str(out)],
    ):
        result = CliRunner().invoke(ecosystems, command)
        assert result.exit_code == 0, result.output
    found = {row["group"]: row for row in csv.DictReader(out.read_text().splitlines())}
    told = {group: (float(row["value"]), row["ecosystems"], row["in_several_areas"]) for group, row in found.items()}
    assert told == {"": (0.8, "4", "2"), "East": (0.6, "2", "0"), "West": (1.0, "2", "0")}
    assert "count once for each: 2 (1; 2). Where that is one area, write it alike." in result.stderr
    said = CliRunner().invoke(ecosystems, ["index", str(assessed), "--lang", "ar", "--out", str(out)]).stderr
    assert "2 (1; 2)" in said
    assert "count once" not in said
    quiet = CliRunner().invoke(ecosystems, ["index", str(assessed), "--quiet", "--out", str(out)])
    assert "2 (1; 2)" not in quiet.stderr


def test_lists_of_two_parties_are_told_apart_by_the_column_that_is_named(tmp_path: Path) -> None:
    history = tmp_path / "h.csv"
    history.write_text("ecosystem,year,category,party\n1,2020,LC,NPL\n1,2020,CR,IND\n")
    with pytest.raises(DataError, match="one named with --apart"):
        index_file(history)
    found = index_file(history, IndexRequest(by="party", apart=("party",))).table.to_pylist()
    assert [(row["group"], row["value"]) for row in found] == [("", 0.6), ("IND", pytest.approx(0.2)), ("NPL", 1.0)]
    with pytest.raises(DataError, match="lacks where"):
        index_file(history, IndexRequest(apart=("where",)))


def test_findings_that_name_no_area_are_not_given_to_several(tmp_path: Path) -> None:
    template, findings = tmp_path / "t.csv", tmp_path / "c1.csv"
    template.write_text("ecosystem,area\n1,West\n1,East\n2,West\n")
    findings.write_text("ecosystem,C1_severity_percent,C1_extent_percent\n1,90,90\n")
    with pytest.raises(DataError, match="several rows"):
        assess_file(template, degraded=[findings])
    findings.write_text("ecosystem,C1_severity_percent,C1_extent_percent\n2,90,90\n")
    assert [each.category for each in assess_file(template, degraded=[findings])] == ["NE", "NE", "CR"]
