"""What is held goes out as records and as the template, and comes back the same."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.alignment import (
    Action,
    ActionStatus,
    Declared,
    Degree,
    Means,
    NationalTarget,
    NotCovered,
    PromiseFolder,
    Promises,
)
from biosetu.alignment.importing import from_record, promise_sheets, to_mapping, to_record
from biosetu.alignment.importing.records import statement_from
from biosetu.alignment.ort import export_record, read_record
from biosetu.alignment.quantities import quantities_of_target
from biosetu.framework import indicators, targets
from biosetu.jobs.alignment import export_promises, import_promises
from biosetu.jobs.promises import promises_of
from biosetu.problems import DataError

OTHER = "0C1F3D52-54C9-4B7C-9F57-0D5AF60A3E11"
DEGREES = {
    Degree.HIGH: "AABF237C-F906-40D2-9595-5226C8B18A58",
}


@pytest.fixture
def store(tmp_path: Path) -> PromiseFolder:
    return PromiseFolder(tmp_path / "home")


WHOLE: dict[str, Any] = {
    "header": {
        "identifier": "1a72c663-4d42-4132-266d-ceba10e01c8e",
        "schema": "nationalTarget7",
        "languages": ["en"],
        "legacyIdentifier": "X-1",
    },
    "government": {"identifier": "np"},
    "title": {"en": "Protect 30 per cent of land by 2030"},
    "description": {"en": "<p>2,000 hectares of wetland</p>"},
    "sequence": 0,
    "globalGoalAlignment": [{"identifier": "GBF-GOAL-B"}, {"identifier": "GBF-GOAL-A"}],
    "globalTargetAlignment": [
        {"identifier": "GBF-TARGET-08"},
        {"identifier": "GBF-TARGET-03", "degreeOfAlignment": {"identifier": DEGREES[Degree.HIGH]}},
    ],
    "headlineIndicators": [{"identifier": "GBF-INDICATOR-A.3"}],
    "componentIndicators": [{"identifier": "NOT-KNOWN-HERE"}],
    "otherNationalIndicators": [{"identifier": OTHER, "value": {"en": "Leopards counted", "ne": "चितुवा"}}],
    "hasNonStateActors": True,
    "nonStateActorsInfo": {"en": "Two companies"},
    "additionalImplementation": {"identifier": "additionalImplementationRequired", "customValue": {"en": "Rangers"}},
    "additionalImplementationInfo": {"en": "Forty of them"},
    "additionalInformation": {"en": "more"},
    "additionalDocuments": [{"url": "https://x.invalid", "name": "plan", "tags": ["a"], "language": "en"}],
    "notes": "n",
}
MAPPING: dict[str, Any] = {
    "header": {
        "identifier": "2A72C663-4D42-4132-266D-CEBA10E01C8E",
        "schema": "nationalTarget7Mapping",
        "languages": ["en", "fr"],
    },
    "government": {"identifier": "np"},
    "globalGoalOrTarget": {"identifier": "GBF-TARGET-03"},
    "elementOfGlobalTargetsInfo": {"en": "not the sea"},
    "referencePeriod": [{"headlineIndicator": {"identifier": "X"}, "hasReferencePeriod": False}],
    "additionalInformation": {"en": "more"},
    "notes": "n",
}


def test_record_with_every_field_comes_back_as_it_came(tmp_path: Path, store: PromiseFolder) -> None:
    (tmp_path / "in.json").write_text(json.dumps([WHOLE, MAPPING]), encoding="utf-8")
    import_promises("NPL", tmp_path / "in.json", store)
    assert export_promises("NPL", tmp_path / "out.json", store) == {tmp_path / "out.json": 2}
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == [WHOLE, MAPPING]


def edited(**changes: object) -> dict[str, Any]:
    target = from_record(read_record(WHOLE), "NPL").model_copy(update=changes)
    return export_record(to_record(target))


def test_field_changed_here_is_written_and_the_rest_of_the_record_stays() -> None:
    body = edited(declared=(Declared(target="3", degree=Degree.HIGH),))
    assert [entry["identifier"] for entry in body["globalTargetAlignment"]] == ["GBF-TARGET-03"]
    assert "globalGoalAlignment" not in body
    names = ("header", "nonStateActorsInfo", "additionalDocuments", "otherNationalIndicators", "notes")
    assert {name: body[name] for name in names} == {name: WHOLE[name] for name in names}


def test_text_in_another_language_adds_it_to_the_header() -> None:
    body = edited(title={"ar": "هدف", "en": "Protect"})
    assert body["header"]["languages"] == ["en", "ar"]
    assert (body["header"]["identifier"], body["title"]["ar"]) == (WHOLE["header"]["identifier"], "هدف")


def test_indicators_go_into_the_list_of_their_kind_and_unknown_ones_get_a_lasting_identifier() -> None:
    named = NationalTarget(id="1", party="NPL", title={"en": "T"}, indicators=("A.3", "3.1 Coverage", "Tigers counted"))
    first, second = export_record(to_record(named)), export_record(to_record(named))
    assert [entry["identifier"] for entry in first["headlineIndicators"]] == ["GBF-INDICATOR-A.3", "GBF-INDICATOR-3.1"]
    assert [entry["value"] for entry in first["otherNationalIndicators"]] == [{"en": "Tigers counted"}]
    assert first == second


def test_target_first_from_a_table_is_sent_under_the_identifier_of_its_record(tmp_path, store) -> None:
    (tmp_path / "t.csv").write_text("id,title_en,end\nNT-1,Protect 30 per cent of land by 2030,2030-12-31\n")
    import_promises("NPL", tmp_path / "t.csv", store)
    (tmp_path / "in.json").write_text(json.dumps([WHOLE]), encoding="utf-8")
    import_promises("NPL", tmp_path / "in.json", store)
    (held,) = store.load("NPL").targets
    assert (held.id, held.end) == ("NT-1", date(2030, 12, 31))
    export_promises("NPL", tmp_path / "out.json", store)
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == [WHOLE]
    assert import_promises("NPL", tmp_path / "in.json", store).count("same") == 1
    renamed = {**WHOLE, "title": {"en": "Protect all land"}}
    (tmp_path / "in.json").write_text(json.dumps([renamed]), encoding="utf-8")
    assert import_promises("NPL", tmp_path / "in.json", store).count("changed") == 1


@pytest.mark.parametrize("suffix", [".json", ".xlsx", ".csv"])
def test_setuland_comes_back_the_same(tmp_path: Path, store: PromiseFolder, suffix: str) -> None:
    before = promises_of("XXA", store)
    written = export_promises("XXA", tmp_path / f"out{suffix}", store)
    expected = len(before.targets) + len(before.statements)
    expected += len(before.strategies) if suffix == ".json" else len(before.actions)
    assert sum(written.values()) == expected
    for path in written:
        outcome = import_promises("XXA", path, store)
        assert (outcome.count("same"), outcome.preview.num_rows) == (written[path], written[path])
    assert store.parties() == ()
    assert promises_of("XXA", store) == before


def test_nothing_held_is_said_instead_of_an_empty_file(tmp_path: Path, store: PromiseFolder) -> None:
    with pytest.raises(DataError, match="no national targets of NPL"):
        export_promises("NPL", tmp_path / "o.json", store)
    assert not (tmp_path / "o.json").exists()


def test_no_cell_starts_a_formula(tmp_path: Path, store: PromiseFolder) -> None:
    bad = {"en": "=HYPERLINK(1)", "ar": "@x"}
    held = Promises(
        party="NPL",
        targets=(NationalTarget(id="+1", party="NPL", title=bad),),
        actions=(Action(id="-2", party="NPL", target="+1", text=bad, office="=1+1", place="\tx"),),
    )
    store.save(held)
    (path,) = export_promises("NPL", tmp_path / "o.xlsx", store)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell.value for cell in cells if str(cell.value)[0] in "=+-@\t"]
    for path in export_promises("NPL", tmp_path / "o.csv", store):
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        assert not [part for line in lines for part in line.split(",") if part.strip('"')[:1] in set("=+-@")]


WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=0x9FF, exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")),
                min_size=1, max_size=12).map(lambda text: text.replace("@", "·").replace(";", ",")
                .translate(str.maketrans("<&", "‹+")))  # fmt: skip
TEXTS = st.dictionaries(st.sampled_from(["en", "ar", "ne", "zh", "und"]), WORDS, max_size=3)
SAID = st.dictionaries(st.sampled_from(["en", "ar", "fr"]), WORDS, min_size=1, max_size=2)
DATES = st.none() | st.dates(date(1990, 1, 1), date(2060, 1, 1))
MONEY = st.none() | st.floats(0, 1e12, allow_nan=False)
CODES = st.lists(st.sampled_from(list(targets())), unique=True, max_size=4)
NAMED = st.lists(st.sampled_from([*list(indicators())[:40], "Leopards counted"]), unique=True, max_size=3)


@st.composite
def national(draw: st.DrawFn, name: str) -> NationalTarget:
    codes = [code for code in targets() if code in draw(CODES)]
    title, description, means = draw(SAID), draw(TEXTS), draw(st.none() | st.sampled_from(Means))
    start, end = draw(DATES), draw(DATES)
    return NationalTarget(
        id=name,
        party="NPL",
        sequence=draw(st.integers(0, 99)),
        title=title,
        description=description,
        declared=tuple(Declared(target=code, degree=draw(st.none() | st.sampled_from(Degree))) for code in codes),
        alignment_info=draw(TEXTS),
        measures=draw(TEXTS),
        considerations=tuple(draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=2))),
        considerations_info=draw(TEXTS),
        means=means,
        means_info=draw(TEXTS),
        indicators=tuple(draw(NAMED)),
        start=min(start, end) if start and end else start,
        end=max(start, end) if start and end else end,
        quantities=quantities_of_target(title, description),
    )


@st.composite
def held(draw: st.DrawFn) -> Promises:
    targets_ = tuple(draw(national(f"NT-{n}")) for n in range(draw(st.integers(1, 3))))
    actions = tuple(
        Action(
            id=f"A-{n}",
            party="NPL",
            target="NT-0",
            text=draw(SAID),
            office=draw(st.just("") | WORDS),
            cost=draw(MONEY),
            currency=draw(st.sampled_from(["", "NPR"])),
            secured=draw(MONEY),
            funding_source=draw(st.just("") | WORDS),
            milestone=draw(st.just("") | WORDS),
            due=draw(DATES),
            status=draw(st.none() | st.sampled_from(ActionStatus)),
            place=draw(st.just("") | WORDS),
        )
        for n in range(draw(st.integers(0, 2)))
    )
    said = tuple(NotCovered(party="NPL", target=code, info=draw(SAID)) for code in draw(CODES))
    return Promises(party="NPL", targets=targets_, actions=actions, statements=said)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".json"])
@given(promises=held())
@settings(max_examples=12, deadline=None)
def test_anything_held_is_the_same_after_export_and_import(suffix: str, promises: Promises) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = PromiseFolder(Path(folder) / "home")
        store.save(promises)
        for path, count in export_promises("NPL", Path(folder) / f"o{suffix}", store).items():
            outcome = import_promises("NPL", path, store, keep=False)
            changed = [row for row in outcome.preview.to_pylist() if row["state"] != "same"]
            assert changed == [], [row["detail"] for row in changed]
            assert count == outcome.count("same")


@given(promises=held())
@settings(max_examples=25, deadline=None)
def test_sheets_have_a_column_for_each_language_and_no_empty_name(promises: Promises) -> None:
    for rows in promise_sheets(promises).values():
        assert len(set(rows[0])) == len(rows[0])
        assert all(rows[0])
        assert all(len(row) == len(rows[0]) for row in rows)


@given(target=national("NT-1"))
@settings(max_examples=50, deadline=None)
def test_record_of_a_target_reads_back_to_the_same_record(target: NationalTarget) -> None:
    body = export_record(to_record(target))
    assert export_record(to_record(from_record(read_record(body), "NPL"))) == body


def test_mapping_of_a_statement_made_here_reads_back_to_the_same_record() -> None:
    said = NotCovered(party="NPL", target="C", info={"ar": "لا", "en": "No"})
    body = export_record(to_mapping(said))
    assert body["header"]["languages"] == ["ar", "en"]
    assert export_record(to_mapping(statement_from(read_record(body), "NPL"))) == body
