"""The whole way of a validation, in both languages: 300 rows with 20 mistakes, partial returns, the dossier."""

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from tests.observations.rows import row, table

from biosetu.jobs.dossier import write_dossier
from biosetu.jobs.party import default_store, party_evidence
from biosetu.jobs.validation import Return, read_sheet, take_sheet, write_sheet
from biosetu.observations.answers import CHOICES, COLUMNS, reference
from biosetu.problems import DataError
from biosetu.translation import translations

PARTY, FIRST, SECOND, ON = "IND", "Ministry of Environment", "Wildlife Institute", date(2026, 11, 23)
POSITION = {name: number for number, name in enumerate(COLUMNS, start=1)}
OWN = {"party": PARTY, "indicator": "2.1", "series": "own", "unit": "ha", "source": "national", "status": "proposed"}
ROWS = 300
# what an office mistypes, and the column in which it must be named; `choice` is written in the language of the sheet
MISTAKES = [
    ({"answer": "yes"}, "answer"),
    ({"answer": "acept"}, "answer"),
    ({"choice": "replace", "own_source": "7NR"}, "own_value"),
    ({"choice": "replace", "own_value": 0.5}, "own_source"),
    ({"choice": "replace", "own_value": "a half", "own_source": "7NR"}, "own_value"),
    ({"choice": "replace", "own_value": "0,5", "own_source": "7NR"}, "own_value"),
    ({"choice": "replace", "own_value": 1.5, "own_source": "7NR"}, "own_value"),
    ({"choice": "replace", "own_value": -0.5, "own_source": "7NR"}, "own_value"),
    ({"choice": "dispute"}, "reason"),
    ({"choice": "dispute", "own_value": 9, "reason": "no"}, "own_value"),
    ({"choice": "not relevant"}, "reason"),
    ({"choice": "not relevant", "own_value": 0.1, "reason": "no"}, "own_value"),
    ({"choice": "accept", "own_value": 0.1}, "own_value"),
    ({"own_value": 0.1}, "answer"),
    ({"reason": "wrong"}, "answer"),
    ({"own_source": "7NR"}, "answer"),
    ({"value": 0.99}, "value"),
    ({"value": None, "choice": "accept"}, "value"),
    ({"reference": "0123456789ab"}, "reference"),
    ({"reference": None, "choice": "accept"}, "reference"),
]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


class Copy:
    """One office's copy of the sheet, in its language."""

    def __init__(self, sent: Path, name: str, language: str) -> None:
        self.path, self.language = sent.with_name(name), language
        self.book = openpyxl.load_workbook(sent)
        self.page = self.book["figures"]
        self.rows = range(2, self.page.max_row + 1)

    def at(self, indicator: str, series: str, year: int, vintage: str) -> int:
        (wanted,) = [
            reference(figure)
            for figure in party_evidence(PARTY).observations.to_pylist()
            if (figure["indicator"], figure["series"], figure["year"], figure["vintage"])
            == (indicator, series, year, vintage)
            and figure["source"] == "availableDataset"
        ]
        return next(number for number in self.rows if self.page.cell(number, 1).value == wanted)

    def fill(self, number: int, **cells: object) -> None:
        choice = cells.pop("choice", None)
        if choice:
            cells["answer"] = translations(self.language).gettext(CHOICES[str(choice)])
        for name, value in cells.items():
            self.page.cell(number, POSITION[name]).value = value  # type: ignore[assignment]

    def back(self) -> Path:
        self.book.save(self.path)
        return self.path


def given(path: Path, office: str) -> Return:
    return take_sheet(PARTY, path, office=office, on=ON)


def sent(folder: Path, language: str) -> Path:
    own = [row(**OWN, year=year, value=10.0, resolution=None) for year in range(2020, 2024)]
    default_store().append(table(*own))
    path = folder / "sent.xlsx"
    assert write_sheet(PARTY, path, language=language, on=ON) == ROWS
    return path


def dossier(folder: Path, language: str) -> str:
    (path,) = write_dossier(PARTY, folder, language=language, formats=("html",), with_map=False, on=ON)
    return path.read_text(encoding="utf-8")


def section(page: str, target: str) -> str:
    """Return the text of one target of the dossier, as a reader has it."""
    start = page.index(f'id="target-{target}"')
    inside = page[start : page.index("</section>", start)]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_twenty_mistakes_among_three_hundred_rows_are_each_named_by_row_and_column(tmp_path, language):
    copy = Copy(sent(tmp_path, language), "first.xlsx", language)
    for number in copy.rows:
        copy.fill(number, choice="accept")
    indices = [number for number in copy.rows if copy.page.cell(number, 2).value == "A.3"]
    planted = [*indices[::2], *indices[1::2]][: len(MISTAKES)]
    for number, (cells, _) in zip(planted, MISTAKES, strict=True):
        copy.fill(number, **{"answer": None} | cells)
    with pytest.raises(DataError) as caught:
        given(copy.back(), FIRST)
    expected = {(number, column) for number, (_, column) in zip(planted, MISTAKES, strict=True)}
    assert len(expected) == 20
    assert {(problem.row, problem.column) for problem in caught.value.problems} == expected
    assert len(caught.value.problems) == 20
    assert len(default_store().batches()) == 1

    corrected = Copy(tmp_path / "sent.xlsx", "corrected.xlsx", language)
    for number in corrected.rows:
        corrected.fill(number, choice="accept")
    assert given(corrected.back(), FIRST).written == ROWS
    assert set(party_evidence(PARTY).observations.column("status").to_pylist()) == {"validated"}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_partial_returns_are_merged_and_the_dossier_shows_the_party_first(tmp_path, language):
    outgoing = sent(tmp_path, language)
    before = section(dossier(tmp_path, language), "4")
    assert "0.67" in before
    assert "0.612" not in before

    first = Copy(outgoing, "first.xlsx", language)
    index = first.at("A.3", "ER_RSK_LST", 2024, "2024")
    land = first.at("3.1", "ER.LND.PTLD.ZS", 2022, "2025-02")
    forest = first.at("A.CY.1", "AG_LND_FRST", 2020, "2020-10")
    first.fill(index, choice="replace", own_value=0.612, own_source="National Red List 2026, page 7")
    first.fill(land, choice="dispute", reason="Two parks are missing")
    first.fill(forest, choice="not relevant", reason="Another definition applies")
    taken = given(first.back(), FIRST)
    assert (taken.written, taken.count("new"), taken.count("conflict")) == (3, 3, 0)

    second = Copy(outgoing, "second.xlsx", language)
    older = second.at("A.3", "ER_RSK_LST", 2023, "2024")
    second.fill(older, choice="accept")
    second.fill(index, choice="replace", own_value=0.59, own_source="Another list")
    second.fill(land, choice="dispute", reason="Two parks are missing")
    returned = given(second.back(), SECOND)
    assert {(line["row"], line["state"]) for line in returned.lines.to_pylist()} == {
        (older, "new"),
        (index, "conflict"),
        (land, "same"),
    }
    (told,) = [line["earlier"] for line in returned.lines.to_pylist() if line["state"] == "conflict"]
    assert told == f"replace 0.612 ({FIRST}, 2026-11-23)"
    assert returned.written == 1

    merged = tmp_path / "merged.xlsx"
    assert write_sheet(PARTY, merged, language=language, on=ON) == ROWS
    shown = Copy(merged, "shown.xlsx", language)
    say = translations(language).gettext
    answers = {number: shown.page.cell(number, POSITION["answer"]).value for number in shown.rows}
    assert {number: answer for number, answer in answers.items() if answer} == {
        index: say("replace"),
        land: say("dispute"),
        forest: say("not relevant"),
        older: say("accept"),
    }
    assert {line["state"] for line in read_sheet(PARTY, merged, office=FIRST).lines.to_pylist()} == {"same"}

    page = dossier(tmp_path, language)
    species, areas = section(page, "4"), section(page, "3")
    own, published = species.index("0.612"), re.search(r"(?<![\d.])0\.67(?!\d)", species)
    assert published is not None
    assert own < published.start()
    figure = re.search(r"(?<![\d.])7\.52(?!\d)", areas)
    assert figure is not None
    assert areas.index("Two parks are missing") < figure.start()
    years = {point.year for item in party_evidence(PARTY).summaries_of("A.CY.1") for point in item.points}
    assert 2019 in years
    assert 2020 not in years
    sources = [
        item["source"] for item in party_evidence(PARTY).observations.to_pylist() if item["indicator"] == "A.CY.1"
    ]
    assert sources.count("notRelevant") == 1
