"""A validation sheet goes out, comes back, and changes what is shown as it should."""

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.observations.rows import row

from biosetu.framework import indicators
from biosetu.jobs.party import default_store, party_evidence
from biosetu.jobs.validation import (
    custodian_of,
    definition,
    differences,
    meaning,
    read_sheet,
    sheet_rows,
    take_sheet,
    write_letters,
    write_sheet,
)
from biosetu.observations.answers import COLUMNS, METHOD, reference
from biosetu.problems import DataError, UsageError
from biosetu.sources import official
from biosetu.statistics.telling import tell
from biosetu.translation import translations

OFFICE, ON = "MoFE", date(2026, 11, 23)
ARABIC = re.compile("[\u0621-\u064a]")
POSITION = {name: number for number, name in enumerate(COLUMNS, start=1)}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


class Sheet:
    """A validation workbook in the hands of an office."""

    def __init__(self, folder: Path, party: str = "NPL", language: str = "en", name: str = "v.xlsx") -> None:
        self.path = folder / name
        self.count = write_sheet(party, self.path, language=language, on=ON)
        self.book = openpyxl.load_workbook(self.path)
        self.page = self.book["figures"]

    def row_of(self, indicator: str, year: int, vintage: str) -> int:
        for number in range(2, self.page.max_row + 1):
            found = tuple(self.page.cell(number, POSITION[name]).value for name in ("indicator", "year", "vintage"))
            if found == (indicator, year, vintage):
                return number
        raise LookupError((indicator, year, vintage))

    def fill(self, row: int, **cells: object) -> None:
        for name, value in cells.items():
            self.page.cell(row, POSITION[name]).value = value

    def back(self) -> Path:
        self.book.save(self.path)
        return self.path


def take(path: Path, party: str = "NPL", **options):
    return take_sheet(party, path, office=OFFICE, on=ON, **options)


def states(returned) -> list[tuple[int, str]]:
    return [(line["row"], line["state"]) for line in returned.lines.to_pylist()]


def rows_of(party: str, indicator: str, year: int) -> list[dict]:
    rows = party_evidence(party).observations.to_pylist()
    return [row for row in rows if (row["indicator"], row["year"]) == (indicator, year)]


def test_sheet_holds_every_figure_with_all_that_an_office_needs(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    held = party_evidence("NPL").observations
    assert sheet.count == held.num_rows == sheet.page.max_row - 1
    row = sheet.row_of("A.3", 2020, "2024")
    cells = {name: sheet.page.cell(row, POSITION[name]).value for name in COLUMNS}
    assert (cells["value"], cells["meaning"], cells["method"]) == (0.85, "Red List Index", "SDG 15.5.1")
    assert cells["beside"] == "0.83043 (ER_RSK_LST, 2020-10)"
    assert cells["definition"].startswith("How near the species of the Party are, as a whole, to extinction")
    assert cells["answer"] is None
    figure = next(r for r in rows_of("NPL", "A.3", 2020) if r["vintage"] == "2024")
    assert cells["reference"] == reference(figure)


def test_sheet_that_comes_back_unanswered_changes_nothing(tmp_path: Path) -> None:
    found = take(Sheet(tmp_path).back())
    assert (found.written, found.lines.num_rows, default_store().batches()) == (0, 0, ())


def test_accepted_figure_is_validated_by_the_office_and_stays_global(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    sheet.fill(sheet.row_of("A.3", 2020, "2024"), answer="accept")
    assert take(sheet.back()).written == 1
    accepted = next(row for row in rows_of("NPL", "A.3", 2020) if row["vintage"] == "2024")
    assert (accepted["status"], accepted["validated_by"], accepted["validated_on"]) == ("validated", OFFICE, ON)
    assert (accepted["source"], accepted["value"]) == ("availableDataset", 0.85)


def test_replaced_figure_becomes_national_and_the_other_stays_visible(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    row = sheet.row_of("A.3", 2024, "2024")
    sheet.fill(row, answer="replace", own_value=0.81, own_source="National Red List 2025, page 7")
    take(sheet.back())
    found = {r["source"]: r for r in rows_of("NPL", "A.3", 2024)}
    own = found["national"]
    assert (own["value"], own["inputs"], own["method"]) == (0.81, "National Red List 2025, page 7", METHOD)
    assert found["availableDataset"]["value"] == 0.85
    first = party_evidence("NPL").summaries_of("A.3")[0]
    assert (first.source, first.level.value) == ("national", 0.81)


def test_disputed_figure_shows_the_party_s_word_first(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    sheet.fill(sheet.row_of("A.3", 2024, "2024"), answer="dispute", reason="Three species are not native.")
    take(sheet.back())
    (found,) = party_evidence("NPL").summaries_of("A.3")
    assert [sentence.text() for sentence in tell(found)][:2] == [
        "The Party disputes the figure for 2024: Three species are not native.",
        "0.85 in 2024.",
    ]


def test_disputed_figure_with_the_party_s_own_value_shows_that_value_first(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    sheet.fill(sheet.row_of("A.3", 2024, "2024"), answer="dispute", own_value=0.8, reason="Other species.")
    take(sheet.back())
    own, disputed = party_evidence("NPL").summaries_of("A.3")
    assert (own.source, own.level.value, own.answers_only) == ("national", 0.8, True)
    assert [[point.text for point in one.disputes] for one in (own, disputed)] == [["Other species."]] * 2
    assert [sentence.text() for sentence in tell(own)][:2] == [
        "The Party's own figure for 2024 is 0.8, in place of 0.85 (release 2024).",
        "The Party disputes the figure for 2024: Other species.",
    ]


def test_figure_that_is_not_relevant_leaves_every_summary_but_not_the_record(tmp_path: Path) -> None:
    before = party_evidence("NPL").summaries_of("A.CY.3")
    sheet = Sheet(tmp_path)
    sheet.fill(sheet.row_of("A.CY.3", 2017, "2020-10"), answer="not relevant", reason="Another definition applies.")
    take(sheet.back())
    assert len(before) == 1
    assert party_evidence("NPL").summaries_of("A.CY.3") == ()
    assert {row["source"] for row in rows_of("NPL", "A.CY.3", 2017)} == {"availableDataset", "notRelevant"}


def test_sheet_in_arabic_is_read_back_by_its_arabic_headers_and_answers(tmp_path: Path) -> None:
    say = translations("ar").gettext
    sheet = Sheet(tmp_path, language="ar")
    header = [cell.value for cell in sheet.page[1]]
    assert header == [say(label) for label in COLUMNS.values()]
    assert sheet.page.sheet_view.rightToLeft
    sheet.fill(sheet.row_of("A.3", 2020, "2024"), answer=say("accept"))
    assert states(take(sheet.back())) == [(sheet.row_of("A.3", 2020, "2024"), "new")]


def test_partial_returns_are_merged_and_shown_in_the_next_sheet(tmp_path: Path) -> None:
    first, second = Sheet(tmp_path, name="a.xlsx"), Sheet(tmp_path, name="b.xlsx")
    first.fill(first.row_of("A.3", 2020, "2024"), answer="accept")
    second.fill(second.row_of("A.3", 2024, "2024"), answer="replace", own_value=0.8, own_source="7NR")
    take(first.back())
    take(second.back())
    merged = Sheet(tmp_path, name="c.xlsx")
    shown = [
        merged.page.cell(merged.row_of("A.3", year, "2024"), POSITION[name]).value
        for year, name in ((2020, "answer"), (2024, "answer"), (2024, "own_value"), (2024, "own_source"))
    ]
    assert shown == ["accept", "replace", 0.8, "7NR"]
    assert {state for _, state in states(take(merged.back()))} == {"same"}


def test_answer_that_conflicts_is_shown_and_left_until_told_otherwise(tmp_path: Path) -> None:
    first, second = Sheet(tmp_path, name="a.xlsx"), Sheet(tmp_path, name="b.xlsx")
    row = first.row_of("A.3", 2024, "2024")
    first.fill(row, answer="replace", own_value=0.8, own_source="7NR")
    second.fill(row, answer="replace", own_value=0.7, own_source="Red List")
    take(first.back())
    found = take(second.back())
    assert states(found) == [(row, "conflict")]
    assert found.lines.to_pylist()[0]["earlier"] == "replace 0.8 (MoFE, 2026-11-23)"
    assert party_evidence("NPL").summaries_of("A.3")[0].level.value == 0.8
    take(second.path, prefer_new=True)
    assert party_evidence("NPL").summaries_of("A.3")[0].level.value == 0.7
    assert 0.8 in default_store().history().column("value").to_pylist()


@pytest.mark.parametrize("later", ["accept", "not relevant", "dispute"])
def test_answer_of_another_kind_takes_the_place_of_the_first_and_can_return(tmp_path: Path, later: str) -> None:
    sheet = Sheet(tmp_path, name="a.xlsx")
    row = sheet.row_of("A.3", 2024, "2024")
    replacing = {"answer": "replace", "own_value": 0.8, "own_source": "7NR", "reason": None}
    changed = {"answer": later, "own_value": None, "own_source": None, "reason": "so"}
    for cells in (replacing, changed, replacing):
        sheet.fill(row, **cells)
        take(sheet.back(), prefer_new=True)
        again = take(sheet.back())
        assert states(again) == [(row, "same")]
    first = party_evidence("NPL").summaries_of("A.3")[0]
    assert (first.source, first.level.value) == ("national", 0.8)
    figures = [r for r in rows_of("NPL", "A.3", 2024) if r["source"] != "national"]
    assert [(r["source"], r["status"]) for r in figures] == [("availableDataset", "computed")]


@pytest.mark.parametrize("party", ["JOR", "BGD", "XXA"])
def test_sheet_in_arabic_says_part_and_note_in_arabic(tmp_path: Path, party: str) -> None:
    sheet = Sheet(tmp_path, party, language="ar")
    parts = {sheet.page.cell(number, POSITION["part"]).value for number in range(2, sheet.page.max_row + 1)}
    assert {"بري", "بحري"} <= parts
    assert [part for part in parts - {None} if not ARABIC.search(part)] == []
    notes = {sheet.page.cell(number, POSITION["note"]).value for number in range(2, sheet.page.max_row + 1)}
    own_words = {"with OECM, from the national register", "Springs under community care"}
    assert [note for note in notes - own_words - {None} if not ARABIC.search(note)] == []


def test_figure_answered_twice_on_one_sheet_is_named(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    row = sheet.row_of("A.3", 2024, "2024")
    other = sheet.row_of("A.3", 2023, "2024")
    for name in ("reference", "value"):
        sheet.fill(other, **{name: sheet.page.cell(row, POSITION[name]).value})
    problems = read_sheet("NPL", sheet.back(), office=OFFICE).problems
    assert [(p.column, p.code) for p in problems] == [("reference", "duplicate")]


@pytest.mark.parametrize("typed", ["inf", "nan", "-inf", "1e999", "1_000"])
def test_value_that_is_no_finite_number_is_named_at_its_row_before_anything_is_taken(tmp_path: Path, typed) -> None:
    sheet = Sheet(tmp_path)
    sheet.fill(sheet.row_of("A.3", 2023, "2024"), answer="accept")
    row = sheet.row_of("A.CY.1", 2017, "2020-10")
    sheet.fill(row, answer="replace", own_value=typed, own_source="7NR")
    seen = read_sheet("NPL", sheet.back(), office=OFFICE)
    assert [(p.row, p.column, p.value) for p in seen.problems] == [(row, "own_value", typed)]
    with pytest.raises(DataError) as caught:
        take(sheet.path)
    assert caught.value.problems == seen.problems
    assert default_store().batches() == ()


@pytest.mark.parametrize(("typed", "columns"), [(0.5, ["own_value"]), (1, []), (0, [])])
def test_answer_of_yes_or_no_is_replaced_by_one_or_nought_only(tmp_path: Path, typed, columns) -> None:
    sheet = Sheet(tmp_path)
    figure = next(r for r in party_evidence("NPL").observations.to_pylist() if r["unit"] == "flag")
    row = sheet.row_of(figure["indicator"], figure["year"], figure["vintage"])
    sheet.fill(row, answer="replace", own_value=typed, own_source="7NR")
    seen = read_sheet("NPL", sheet.back(), office=OFFICE)
    assert [(p.row, p.column) for p in seen.problems] == [(row, column) for column in columns]


def test_what_an_observation_may_not_hold_is_named_at_the_row_of_the_sheet(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    sheet.fill(sheet.row_of("A.3", 2022, "2024"), answer="accept")
    row = sheet.row_of("A.3", 2024, "2024")
    sheet.fill(row, answer="replace", own_value=0.8, own_source="7NR " * 3000)
    seen = read_sheet("NPL", sheet.back(), office=OFFICE)
    assert [(p.row, p.column, p.code) for p in seen.problems] == [(row, "own_source", "too-long")]
    with pytest.raises(DataError) as caught:
        take(sheet.path)
    assert caught.value.problems == seen.problems


def test_sheet_without_its_columns_is_refused(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    sheet.page.cell(1, POSITION["answer"]).value = "Something"
    with pytest.raises(DataError, match="answer: a column is missing"):
        take(sheet.back())


def test_sheet_of_another_party_is_refused_row_by_row(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, "JOR")
    problems = read_sheet("NPL", sheet.back(), office=OFFICE).problems
    assert {problem.code for problem in problems} == {"unknown"}
    assert len(problems) == sheet.count


def test_sheet_needs_an_office_and_a_workbook_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="office"):
        take_sheet("NPL", Sheet(tmp_path).back(), office=" ")
    with pytest.raises(UsageError, match="xlsx"):
        write_sheet("NPL", tmp_path / "v.csv")


def test_answer_that_would_run_as_a_formula_is_kept_as_text(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    row = sheet.row_of("A.3", 2024, "2024")
    sheet.fill(row, answer="dispute", reason="'=HYPERLINK(1)")
    take(sheet.back())
    again = Sheet(tmp_path, name="b.xlsx")
    assert again.page.cell(row, POSITION["reason"]).value == "'=HYPERLINK(1)"
    assert party_evidence("NPL").summaries_of("A.3")[0].disputes[0].text == "=HYPERLINK(1)"


def test_letter_lists_the_differences_by_custodian_and_cause(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path)
    index = sheet.row_of("A.3", 2024, "2024")
    sheet.fill(index, answer="replace", own_value=0.81, own_source="National Red List 2025, page 7")
    sheet.fill(sheet.row_of("3.1", 2022, "2025-02"), answer="dispute", reason="Two parks are missing.")
    sheet.fill(sheet.row_of("3.1", 2021, "2025-02"), answer="accept")
    take(sheet.back())
    found = differences(party_evidence("NPL").observations)
    assert [(item.shows.split(" – ")[0], item.choice, item.published, item.own) for item in found] == [
        ("Protected share of land (without OECM)", "dispute", 23.626041, None),
        ("Red List Index", "replace", 0.85, 0.81),
    ]
    assert [item.reason for item in found] == ["Two parks are missing.", ""]
    to_iucn, to_wcmc = tmp_path / "letter.iucn.html", tmp_path / "letter.unep-wcmc.html"
    assert write_letters("NPL", tmp_path / "letter.html", on=ON) == {to_iucn: 1, to_wcmc: 1}
    said = {
        to_iucn: ("To: International Union for Conservation of Nature", "0.81", "National Red List 2025, page 7"),
        to_wcmc: ("To: UN Environment Programme World Conservation Monitoring Centre", "Two parks are missing."),
    }
    opening = "The Party has looked at the figures that you publish on it."
    for path, words in said.items():
        text = path.read_text(encoding="utf-8")
        assert [word for word in words if word not in text] == []
        assert [word for other in said if other != path for word in said[other] if word in text] == []
        assert text.count(opening) == 1
    one = write_letters("NPL", tmp_path / "letter.docx", custodian="iucn", language="ar", on=ON)
    assert one == {tmp_path / "letter.iucn.docx": 1}
    assert (tmp_path / "letter.iucn.docx").read_bytes().startswith(b"PK")
    with pytest.raises(UsageError, match="Use one of iucn, unep-wcmc"):
        write_letters("NPL", tmp_path / "letter.docx", custodian="fao")


def test_custodian_of_every_series_is_one_and_written_once_whoever_shares_the_figure() -> None:
    series = official.series().values()
    assert {item.custodian for item in series} == set(official.custodians())
    holders = {item.holder for item in series if item.custodian == "unep-wcmc"}
    assert len(holders) > 1
    assert all(item.name("en") != item.name("ar") for item in official.custodians().values())


def test_figure_of_another_holder_is_written_to_that_holder() -> None:
    figure = row(party="NPL", indicator="A.3", series="target-tracker:A.3", holder="World Bank (WDI)")
    assert custodian_of(figure, "en") == ("world-bank-wdi", "World Bank (WDI)")


def test_holders_in_arabic_letters_have_a_letter_each() -> None:
    holders = ("وزارة البيئة", "مركز البيانات الإقليمي")
    codes = [custodian_of(row(series="own:x", holder=holder), "ar")[0] for holder in holders]
    assert len(set(codes)) == len(holders)
    assert [code for code in codes if not re.fullmatch(r"custodian-[0-9a-f]{6}", code)] == []
    assert custodian_of(row(series="own:x", holder=holders[0]), "en")[0] == codes[0]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_figure_without_a_definition_is_defined_by_what_it_shows(language: str) -> None:
    bare = [code for code, item in indicators().items() if not item.method(language)]
    assert bare
    figures = [row(indicator=code, series="x") for code in (*bare, "national:3f2504e0-4f89-11d3-9a0c-0305e82c3301")]
    assert [definition(figure, language) for figure in figures] == [meaning(figure, language) for figure in figures]


def test_every_figure_is_defined_in_plain_words_of_the_sheet_s_language() -> None:
    held = official.observations()
    for language, letters in (("en", re.compile("[a-z]")), ("ar", ARABIC)):
        said = {(item["meaning"], item["definition"]) for item in sheet_rows(held, language)}
        assert [one for one in said if not letters.search(one[1]) or one[0] == one[1]] == []


def test_what_a_figure_stands_beside_has_its_unit(tmp_path: Path) -> None:
    beside = [item["beside"] for item in sheet_rows(official.observations("BGD")) if item["unit"] == "km²"]
    assert any(re.search(r"\d %", text) for text in beside)


CATEGORY = "on track to exceed the target"


@pytest.mark.parametrize(("language", "typed"), [("en", CATEGORY), ("ar", None)])
def test_category_is_replaced_by_another_in_words_and_stays_visible(tmp_path: Path, language, typed) -> None:
    typed = typed or official.wording(CATEGORY, "ar")
    sheet = Sheet(tmp_path, "JOR", language)
    row_ = sheet.row_of("context:ER_BDY_ABT2NP", 2020, "2020-10")
    sheet.fill(row_, answer=translations(language).gettext("replace"), own_value=typed, own_source="6NR")
    assert take(sheet.back(), "JOR").written == 1
    own = next(r for r in rows_of("JOR", "context:ER_BDY_ABT2NP", 2020) if r["source"] == "national")
    assert (own["value"], own["value_text"], own["unit"]) == (None, CATEGORY, "category")
    told = [item for item in party_evidence("JOR").summaries if item.series == "ER_BDY_ABT2NP"]
    assert (told[0].source, told[0].level.text, told[0].disputes) == ("national", CATEGORY, ())
    assert tell(told[-1])[0].text() == (
        f"The Party says for 2020: {CATEGORY}. Published: on track to achieve the target (release 2020-10)."
    )
    (item,) = differences(party_evidence("JOR").observations)
    assert (item.choice, item.own_text, item.published_text) == ("replace", CATEGORY, "on track to achieve the target")
    again = Sheet(tmp_path, "JOR", language, "again.xlsx")
    assert again.page.cell(row_, POSITION["own_value"]).value == typed
    assert [state for _, state in states(take(again.back(), "JOR"))] == ["same"]


@pytest.mark.parametrize("typed", ["better", "1", 0.5])
def test_category_that_is_none_of_the_series_is_named_at_its_row(tmp_path: Path, typed) -> None:
    sheet = Sheet(tmp_path, "JOR")
    row_ = sheet.row_of("context:ER_BDY_ABT2NP", 2020, "2020-10")
    sheet.fill(row_, answer="replace", own_value=typed, own_source="6NR")
    seen = read_sheet("JOR", sheet.back(), office=OFFICE)
    assert [(p.row, p.column, p.code) for p in seen.problems] == [(row_, "own_value", "category")]


def test_disputed_category_is_still_a_dispute(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, "JOR")
    sheet.fill(sheet.row_of("context:ER_BDY_ABT2NP", 2020, "2020-10"), answer="dispute", reason="No such target.")
    take(sheet.back(), "JOR")
    (item,) = differences(party_evidence("JOR").observations)
    assert (item.choice, item.reason, item.own_text) == ("dispute", "No such target.", "")


FORMER = {"indicator": "context:AG_LND_DGRD", "series": "AG_LND_DGRD", "disaggregation_type": "", "disaggregation": ""}


def test_sheet_sent_before_a_series_was_renamed_is_taken(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, "JOR")
    figure = next(r for r in party_evidence("JOR").observations.to_pylist() if r["indicator"] == "2.CT.1")
    row_ = sheet.row_of("2.CT.1", figure["year"], figure["vintage"])
    sheet.fill(row_, reference=reference(figure | FORMER), answer="dispute", reason="Counted twice.")
    assert take(sheet.back(), "JOR").written == 1
    assert [item.indicator for item in party_evidence("JOR").summaries if item.disputes] == ["2.CT.1"]


def test_letter_without_a_difference_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nepal has answered no figure otherwise"):
        write_letters("NPL", tmp_path / "letter.docx")


def test_letter_in_an_unknown_format_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"letter\.txt: use a name that ends with"):
        write_letters("NPL", tmp_path / "letter.txt")


def test_figure_of_the_party_itself_is_replaced_and_goes_back_to_proposed(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, "XXA")
    sheet.fill(sheet.row_of("A.2", 2022, "7NR 2026"), answer="replace", own_value=58.5, own_source="Yearbook 2025")
    take_sheet("XXA", sheet.back(), office=OFFICE, on=ON, prefer_new=True)
    rows = [r for r in party_evidence("XXA").observations.to_pylist() if (r["indicator"], r["year"]) == ("A.2", 2022)]
    assert sorted((r["value"], r["status"], r["source"]) for r in rows) == [
        (58.5, "validated", "national"),
        (58.8, "proposed", "national"),
    ]
