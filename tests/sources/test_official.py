"""Figures carried over equal their source, cell by cell, where the source is at hand."""

import csv
import math
import os
import re
from importlib.resources import files
from pathlib import Path

import pytest

from biosetu.framework import centres, coverage, indicators, parties, targets
from biosetu.observations import SCHEMA, indicator_units, is_indicator, problems_of, unit_code
from biosetu.sources import official

shared = os.environ.get("BIOSETU_SHARED", "")
needs_shared = pytest.mark.skipif(not shared, reason="BIOSETU_SHARED does not name the folder of source data")
ASIA = {
    row.party for row in coverage() if centres()[row.centre].region == "Asia" and not parties()[row.party].fictional
}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def catalogue() -> list[dict[str, str]]:
    return read(Path(str(files("biosetu.sources.official") / "data" / "series.csv")))


def values(party: str, series: str, vintage: str) -> dict[int, float]:
    rows = official.observations(party).to_pylist()
    return {r["year"]: r["value"] for r in rows if r["series"] == series and r["vintage"] == vintage}


Cells = dict[tuple[str, str], tuple[str, str]]
FIGURES = Path(str(files("biosetu.sources.official") / "data" / "figures"))


def expected_cells(entry: dict[str, str], source: Path) -> Cells:
    """The finite figures of the Parties carried, as the source has them: (Party, year) to value and category."""
    rows = read(source)
    if entry["source_series"]:
        areas = {str(int(parties()[code].m49)): code for code in ASIA}
        mine = [row for row in rows if row["series"] == entry["source_series"] and row["geo_area"] in areas]
        cells = {(areas[row["geo_area"]], row["year"]): (row["value"], row["dim"]) for row in mine}
    else:
        cells = {(code, year): (value, "") for _, code, year, value in (row.values() for row in rows) if code in ASIA}
    return {at: cell for at, cell in cells.items() if _finite(cell[0])}


def carried_cells(table: Path) -> Cells:
    rows = read(table)
    cells = {(row["party"], row["year"]): (row["value"], row["category"]) for row in rows}
    assert len(cells) == len(rows), f"{table.name}: a Party and year stand twice"
    return cells


def differing(expected: Cells, carried: Cells) -> list[tuple[str, str]]:
    """The cells that one side has otherwise, or not at all."""
    return sorted(at for at in {*expected, *carried} if expected.get(at) != carried.get(at))


@needs_shared
@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry["id"])
def test_figures_equal_their_source_cell_by_cell(entry) -> None:
    expected = expected_cells(entry, Path(shared) / "data" / entry["source_file"])
    assert expected
    assert differing(expected, carried_cells(FIGURES / f"{entry['id']}.csv")) == []


def held_in_source(folder: Path) -> set[tuple[str, str]]:
    """Each file of the shared source, or each series of a file that stacks several, as (file, series)."""
    found = set()
    for name in ("un_sdg_2020_open_numbers", "owid_un_sdg_2024", "mangrove_get_mft12"):
        for path in (folder / name).glob("*.csv"):
            columns = read(path)
            series = {line["series"] for line in columns} if "series" in columns[0] else {""}
            found |= {(f"{name}/{path.name}", code) for code in series}
    return found


MANGROVES = {
    ("mangrove_get_mft12/mft12_units_components_areas.csv", ""),
    ("mangrove_get_mft12/mft12_units_countries.csv", ""),
}


def left_out() -> set[tuple[str, str]]:
    lines = read(Path(str(files("biosetu.sources.official") / "data" / "left_out.csv")))
    assert all(line["reason"] for line in lines)
    return {(line["source_file"], line["source_series"]) for line in lines}


@needs_shared
def test_every_series_and_file_of_the_source_is_carried_or_left_out_with_a_reason() -> None:
    carried = {(entry["source_file"], entry["source_series"]) for entry in catalogue()} | MANGROVES
    assert carried & left_out() == set()
    assert held_in_source(Path(shared) / "data") == carried | left_out()


def _other(text: str) -> str:
    """A figure with its last digit changed."""
    return text[:-1] + str((int(text[-1]) + 1) % 10)


CHANGES = {
    "a value": lambda line: {**line, "value": _other(line["value"])},
    "the place of a point": lambda line: {**line, "value": line["value"].replace(".", "") + "0"},
    "a category": lambda line: {**line, "category": line["category"] + "x"},
    "a Party": lambda line: {**line, "party": "FRA"},
    "a year": lambda line: {**line, "year": "1066"},
    "a row": lambda _: None,
}


@needs_shared
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry["id"])
def test_one_cell_changed_in_a_copy_is_named(tmp_path, entry, change) -> None:
    lines = read(FIGURES / f"{entry['id']}.csv")
    place = len(lines) // 2
    at = lines[place]["party"], lines[place]["year"]
    lines[place : place + 1] = [line for line in [change(lines[place])] if line]
    copy = tmp_path / "copy.csv"
    with copy.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    expected = expected_cells(entry, Path(shared) / "data" / entry["source_file"])
    named = differing(expected, carried_cells(copy))
    moved = {("FRA", at[1]), (at[0], "1066")}
    assert at in named
    assert set(named) - {at} <= moved


def test_the_comparison_names_what_either_side_lacks_or_has_otherwise() -> None:
    expected = {("NPL", "2020"): ("0.83", ""), ("NPL", "2021"): ("0.82", ""), ("BTN", "2020"): ("1", "a")}
    carried = {("NPL", "2020"): ("0.830", ""), ("BTN", "2020"): ("1", "b"), ("IND", "2020"): ("2", "")}
    assert differing(expected, carried) == [("BTN", "2020"), ("IND", "2020"), ("NPL", "2020"), ("NPL", "2021")]
    assert differing(expected, dict(expected)) == []


def _finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


@needs_shared
@pytest.mark.parametrize("code", ["NPL", "BTN", "IND", "LKA", "JOR", "ARE"])
def test_red_list_index_of_first_and_last_year_equals_the_source(code: str) -> None:
    rows = read(Path(shared) / "data" / "owid_un_sdg_2024" / "red-list-index.csv")
    source = {int(row["Year"]): float(list(row.values())[3]) for row in rows if row["Code"] == code}
    held = values(code, "ER_RSK_LST", "2024")
    assert (held[1993], held[2024]) == (source[1993], source[2024])
    assert held == source


@needs_shared
def test_mangrove_extents_equal_the_sums_of_the_source() -> None:
    rows = read(Path(shared) / "data" / "mangrove_get_mft12" / "mft12_units_components_areas.csv")
    held = {
        (r["disaggregation"].split()[0], r["year"]): r["value"]
        for r in official.observations().to_pylist()
        if r["indicator"] == "context:MFT1.2_units"
    }
    columns = {1996: "area_gmw_1996", 2000: "area_usgs_2000", 2016: "area_gmw_2016"}
    for (unit, year), value in held.items():
        parts = [float(row[columns[year]]) for row in rows if row["unit_code"] == unit and row[columns[year]]]
        assert value == pytest.approx(math.fsum(parts), abs=0.005)
    assert held["MFT1.2_4_MP_23", 1996] == pytest.approx(9536.5, abs=0.05)
    assert held["MFT1.2_4_MP_19", 2016] == pytest.approx(179.3, abs=0.05)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("NPL", 0.85, 0.85),
        ("BTN", 0.82, 0.82),
        ("IND", 0.77, 0.67),
        ("LKA", 0.66, 0.55),
        ("JOR", 0.97, 0.96),
        ("ARE", 0.91, 0.84),
    ],
)
def test_red_list_index_of_the_newest_vintage(code: str, first: float, last: float) -> None:
    held = values(code, "ER_RSK_LST", "2024")
    assert (held[1993], held[2024], len(held)) == (first, last, 32)


def test_red_list_index_of_nepal_falls_in_the_older_vintage_alone() -> None:
    assert set(values("NPL", "ER_RSK_LST", "2024").values()) == {0.85}
    old = values("NPL", "ER_RSK_LST", "2020-10")
    assert (old[1993], old[2020]) == (0.83826, 0.83043)


def test_every_party_served_from_asia_has_both_headline_series() -> None:
    table = official.observations()
    for series in ("ER_RSK_LST", "ER.LND.PTLD.ZS"):
        assert {row["party"] for row in table.to_pylist() if row["series"] == series} == ASIA


def test_observations_are_right_by_every_rule() -> None:
    table = official.observations()
    assert table.schema.equals(SCHEMA)
    assert problems_of(table) == []
    assert table.num_rows == 10_527


def test_observations_of_one_party_are_its_own() -> None:
    assert set(official.observations("NPL").column("party").to_pylist()) == {"NPL"}
    assert official.observations("FRA").num_rows == 0


def test_series_say_where_they_come_from_and_which_targets_they_speak_to() -> None:
    for item in official.series().values():
        assert is_indicator(item.indicator), item.id
        assert set(item.targets) <= set(targets())
        assert unit_code(item.unit) == item.unit
        assert all((item.title("en"), item.title("ar"), item.citation, item.url, item.licence, item.vintage_basis))
        assert bool(item.footnote_en) == bool(item.footnote_ar)


SDG_NUMBER = re.compile(r"SDG\D*(\d+\.\w+\.\d+)")


def test_no_series_is_context_where_an_indicator_follows_its_sdg_number() -> None:
    followed = {n for known in indicators().values() for n in SDG_NUMBER.findall(known.method_reference)}
    assert {"2.5.1", "15.3.1", "15.9.1"} <= followed
    present = [item for item in official.series().values() if item.targets and item.indicator.startswith("context:")]
    assert {item.id for item in present if followed & set(SDG_NUMBER.findall(item.method))} == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("2.CT.1", {("AG_LND_DGRD", "", "percent")}),
        (
            "4.CT.1",
            {
                ("ER_GRF_PLNTSTOR", "Plant accessions stored", "count"),
                ("ER_GRF_ANIMRCNTN", "Local breeds with enough genetic material stored", "count"),
            },
        ),
        ("13.CY.1", {("ER_CBD_SMTA", "", "count")}),
    ],
)
def test_series_of_component_and_complementary_indicators_carry_their_codes(code: str, found: set[object]) -> None:
    rows = [row for row in official.observations().to_pylist() if row["indicator"] == code]
    assert {(row["series"], row["disaggregation"], row["unit"]) for row in rows} == found
    assert {row["unit"] for row in rows} == set(indicator_units(code))


def test_protected_shares_are_labelled_without_oecm() -> None:
    rows = [r for r in official.observations().to_pylist() if r["indicator"] == "3.1"]
    assert {r["disaggregation"] for r in rows} == {"terrestrial", "marine"}
    assert all(r["footnote"].startswith("without OECM") for r in rows)


def test_aichi_answers_are_labelled_pre_2020_and_speak_to_no_present_target() -> None:
    for code, target in (("ER_BDY_ABT2NP", "2"), ("ER_IAS_NBSAP", "9")):
        item = official.series_of(f"context:{code}")
        assert item.targets == ()
        assert item.footnote("en").startswith(f"pre-2020, Aichi Target {target}:")
    rows = [r for r in official.observations("JOR").to_pylist() if r["series"] == "ER_BDY_ABT2NP"]
    assert [(r["value"], r["value_text"]) for r in rows] == [(None, "on track to achieve the target")]


def test_mangroves_are_not_shown_for_parties_without() -> None:
    rows = [r for r in official.observations().to_pylist() if r["indicator"] == "context:MFT1.2_units"]
    assert not {r["party"] for r in rows} & {"JOR", "IRQ", "LAO", "KOR", "AFG"}
    assert all("not the Party's own area" in r["footnote"] for r in rows)


def test_the_tables_stay_small() -> None:
    folder = Path(str(files("biosetu.sources.official") / "data"))
    assert sum(path.stat().st_size for path in folder.rglob("*.csv")) < 3_000_000


def test_every_part_note_and_category_carried_reads_in_arabic() -> None:
    rows = official.observations().to_pylist()
    texts = {row[name] for row in rows for name in ("disaggregation", "footnote", "value_text")} - {""}
    parts = {"marine", "terrestrial"}
    said = {text: official.wording(text, "ar") for text in texts - parts}
    assert [text for text, arabic in said.items() if arabic == text] == []
    assert {official.wording(text, "en") for text in texts} == texts


def test_text_that_no_table_holds_stays_as_it_was_written() -> None:
    assert official.wording("a Party's own words", "ar") == "a Party's own words"


def test_aid_is_said_to_be_part_of_what_the_headline_indicator_of_finance_asks_for() -> None:
    aid = [item for item in official.series().values() if item.series.startswith("DC_ODA_")]
    assert {item.targets for item in aid} == {("D", "19")}
    assert [("D.1" in item.footnote_en, "D.1" in item.footnote_ar) for item in aid] == [(True, True)] * 2
