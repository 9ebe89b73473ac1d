from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from biosetu.cli.ecosystems import ecosystems
from biosetu.ecosystems.redlist_index import (
    IndexOptions,
    Listing,
    by_year,
    categories_by_group,
    index_table,
    read_history,
)
from biosetu.ecosystems.typology import functional_groups
from biosetu.problems import DataError


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
    ]
    with pytest.raises(DataError) as raised:
        read_history(rows)
    assert [(p.row, p.column) for p in raised.value.problems] == [
        (2, "ecosystem"), (3, "year"), (3, "category"), (4, "genuine"), (5, "year"),
    ]  # fmt: skip


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
