from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from biosetu.alignment import Declared, NationalTarget, Promises
from biosetu.alignment.ort import export_record, read_record
from biosetu.framework import cycles, find_party
from biosetu.jobs.national_report import (
    draft_of,
    read_part,
    save_draft,
    write_bodies,
    write_part,
    write_working_document,
)
from biosetu.observations import SCHEMA
from biosetu.problems import DataError, UsageError
from biosetu.reports.cbd.bodies import binary_body, indicator_bodies, report_body
from biosetu.reports.cbd.completeness import ITEMS, completeness, meter
from biosetu.reports.cbd.draft import (
    Draft,
    Entry,
    Returned,
    carried_over,
    filled,
    fingerprint,
    keys_of,
    known_keys,
    merge,
    report_targets,
    resolved,
)
from biosetu.reports.cbd.national_report import days_left, default_cycle
from biosetu.reports.cbd.parts import Assignment, who_has_not_answered

DAY = date(2026, 11, 23)
ONE = NationalTarget(id="NT-1", party="NPL", title={"en": "Restore land"}, declared=(Declared(target="2"),))
HELD = Promises(party="NPL", targets=(ONE,))
EIGHT = {
    f"III.NT-1.{name}": Entry(text="said")
    for name in ("mainActionsSummary", "progressSummary", "keyChallengesSummary", "actionEffectivenessSummary")
} | {"III.NT-1.levelOfProgress": Entry(text="on-track")}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def draft(**entries: str) -> Draft:
    return Draft(party="NPL", cycle="7NR", entries={key: Entry(text=text) for key, text in entries.items()})


def observations(*records: dict) -> pa.Table:
    base = {field.name: "" if pa.types.is_string(field.type) else None for field in SCHEMA}
    base |= {
        "party": "NPL",
        "indicator": "2.1",
        "year": 2024,
        "unit": "ha",
        "source": "national",
        "status": "validated",
    }
    return pa.Table.from_pylist([base | record for record in records], schema=SCHEMA)


def test_section_three_reports_on_national_targets_and_global_ones_left_over() -> None:
    found = report_targets(HELD)
    assert [(target.id, target.type) for target in found[:2]] == [("NT-1", "national"), ("1", "global")]
    assert len(found) == 23
    assert "2" not in [target.id for target in found if target.type == "global"]


def test_meter_counts_eight_items_and_names_what_is_missing() -> None:
    empty = completeness(find_party("NPL"), HELD, draft(), observations())[0]
    assert (empty.present, empty.headline_missing) == (("target", "binary"), ("2.1",))
    full = Draft(party="NPL", cycle="7NR", entries=EIGHT)
    done = completeness(find_party("NPL"), HELD, full, observations({"value": 5.0}))[0]
    assert (done.present, done.missing) == (ITEMS, ())
    row = meter((empty,)).to_pylist()[0]
    assert (row["present"], row["of"]) == (2, 8)


@pytest.mark.parametrize(
    ("record", "settled"),
    [
        ({"value": 5.0}, True),
        ({"value": 5.0, "status": "computed"}, False),
        ({"source": "noData", "status": "reported", "footnote": "no register"}, True),
        ({"value": None}, False),
    ],
)
def test_headline_data_counts_only_when_the_party_settled_it(record: dict, settled: bool) -> None:
    entry = completeness(find_party("NPL"), HELD, draft(), observations(record))[0]
    assert ("headline" in entry.present) is settled


def test_binary_item_needs_every_open_question_of_the_target() -> None:
    six = Promises(party="NPL", targets=(ONE.model_copy(update={"declared": (Declared(target="6"),)}),))
    before = completeness(find_party("NPL"), six, draft(), observations())[0]
    assert before.questions_missing == ("6_1", "6_2", "6_3")
    answered = draft(**{"Q.6_1": "fully", "Q.6_2": "no", "Q.6_3": "perhaps"})
    assert completeness(find_party("NPL"), six, answered, observations())[0].questions_missing == ("6_3",)


def test_last_cycle_is_carried_over_and_counts_only_after_review() -> None:
    new = carried_over(draft(**{"V.assessmentSummary": "good"}), "8NR")
    assert (new.cycle, new.text("V.assessmentSummary")) == ("8NR", "good")
    assert not filled(new, "V.assessmentSummary")
    save_draft(draft(**{"V.assessmentSummary": "good"}))
    assert draft_of("NPL", "8NR") == new
    with pytest.raises(UsageError, match="no reporting cycle"):
        draft_of("NPL", "9NR")


def test_bodies_of_indicators_hold_only_what_the_party_settled() -> None:
    found = indicator_bodies(
        "NPL",
        observations(
            {"value": 5.0},
            {"value": 6.0, "status": "computed", "year": 2023},
            {"indicator": "C.1", "source": "noData", "status": "reported", "footnote": "no register", "unit": ""},
            {"indicator": "6.b", "value_text": "fully"},
        ),
    )
    bodies = {body.indicator.identifier: body for body in found}
    assert list(bodies) == ["GBF-INDICATOR-C.1", "GBF-INDICATOR-2.2"]
    assert [(row.year, row.value, row.unit) for row in bodies["GBF-INDICATOR-2.2"].data] == [(2024, 5.0, "ha")]
    assert bodies["GBF-INDICATOR-C.1"].source_of_data_info == {"en": "no register"}
    assert all(read_record(export_record(body)) == body for body in found)


def test_binary_answers_of_goal_c_stand_under_target_13_too() -> None:
    body = export_record(binary_body("NPL", {"13_1": ["fully"], "5_1": ["marineSpecies", "internationalTrade"]}))
    assert body["binaryResponseGoalC"]["responses"] == body["binaryResponseTarget13"]["responses"] == {"13_1": "fully"}
    assert body["binaryResponseTarget5"]["responses"]["5_1"] == ["marineSpecies", "internationalTrade"]


def test_binary_answers_that_break_the_rules_are_refused() -> None:
    with pytest.raises(DataError, match="not one of the choices"):
        binary_body("NPL", {"6_1": ["yesFully"]})


def test_report_body_reads_back_equal_and_links_the_data() -> None:
    data = indicator_bodies("NPL", observations({"value": 5.0}))
    filled_draft = Draft(party="NPL", cycle="7NR", entries={**EIGHT, "II.hasRevisedNbsap": Entry(text="yes")})
    body = report_body(HELD, filled_draft, data)
    content = export_record(body)
    assert read_record(content) == body
    third = content["sectionIII"][0]
    assert (third["targetType"], third["mainActionsSummary"]) == ("national", {"en": "said"})
    assert third["indicatorData"]["headline"][0]["data"]["identifier"] == data[0].header.identifier
    assert content["sectionII"]["hasRevisedNbsap"] == "yes"


def sent(text: str, now: str, key: str = "V.assessmentSummary") -> Returned:
    return Returned(key, now, fingerprint(text))


@pytest.mark.parametrize(
    ("base", "held", "back", "outcome"),
    [
        ("", "", "new", "taken"),
        ("old", "old", "new", "taken"),
        ("old", "old", "old", "same"),
        ("old", "old", "", "same"),
        ("old", "other", "new", "conflict"),
        ("old", "new", "new", "same"),
        ("old", "other", "old", "same"),
    ],
)
def test_part_that_comes_back_is_merged_field_by_field(base: str, held: str, back: str, outcome: str) -> None:
    start = draft(**({"V.assessmentSummary": held} if held else {}))
    done = merge(start, [sent(base, back)], "Ministry", DAY, known_keys(HELD))
    expected = {"taken": (1, 0), "same": (0, 0), "conflict": (0, 1)}[outcome]
    assert (len(done.taken), len(done.conflicts)) == expected
    assert done.draft.text("V.assessmentSummary") == (back if outcome == "taken" else held)


def test_conflict_is_settled_by_a_person_and_unknown_fields_are_named() -> None:
    done = merge(
        draft(**{"V.assessmentSummary": "other"}),
        [sent("old", "new"), sent("", "x", "VI.y")],
        "M",
        DAY,
        known_keys(HELD),
    )
    assert done.unknown == ("VI.y",)
    after = resolved(done.draft, done.conflicts[0], "both", "Focal point", DAY)
    assert (after.text("V.assessmentSummary"), after.entries["V.assessmentSummary"].office) == ("both", "Focal point")


def fill(path: Path, **texts: str) -> None:
    book = openpyxl.load_workbook(path)
    for row in book.active.iter_rows(min_row=2):
        if row[0].value in texts:
            row[4].value = texts[row[0].value]
    book.save(path)


def test_part_goes_to_an_office_and_comes_back(tmp_path: Path) -> None:
    part = Assignment("Department of Plants", date(2026, 12, 31), ("III.6.", "Q.6_"))
    assert write_part("NPL", part, tmp_path / "p.xlsx") == 9
    fill(
        tmp_path / "p.xlsx",
        **{"III.6.progressSummary": "Two ports", "Q.6_1": "partially", "III.6.levelOfProgress": "on-track"},
    )
    outcome = read_part("NPL", tmp_path / "p.xlsx", "Department of Plants", on=DAY)
    assert sorted(outcome.taken) == ["III.6.levelOfProgress", "III.6.progressSummary", "Q.6_1"]
    assert draft_of("NPL").entries["Q.6_1"] == Entry(text="partially", office="Department of Plants", changed_on=DAY)
    assert read_part("NPL", tmp_path / "p.xlsx", "Department of Plants", on=DAY).taken == ()
    silent = who_has_not_answered([part, Assignment("All", DAY, ("V.",))], HELD, draft_of("NPL")).to_pylist()
    assert [(row["office"], row["fields"], row["open"]) for row in silent] == [
        ("All", 1, 1),
        ("Department of Plants", 9, 6),
    ]


def test_answer_that_is_not_a_choice_is_refused_with_its_row(tmp_path: Path) -> None:
    write_part("NPL", Assignment("X", DAY, ("Q.6_",)), tmp_path / "p.xlsx")
    fill(tmp_path / "p.xlsx", **{"Q.6_1": "maybe"})
    with pytest.raises(DataError, match="row 2"):
        read_part("NPL", tmp_path / "p.xlsx", "X")
    assert draft_of("NPL").entries == {}


def test_part_without_fields_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No field"):
        write_part("NPL", Assignment("X", DAY, ("Z.",)), tmp_path / "p.xlsx")


def test_other_workbook_is_no_part(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "p.xlsx")
    with pytest.raises(DataError, match="no part of a report"):
        read_part("NPL", tmp_path / "p.xlsx", "X")


@pytest.mark.parametrize("suffix", ["json", "docx"])
def test_working_document_of_setuland_marks_what_is_missing(tmp_path: Path, suffix: str) -> None:
    out = write_working_document("XXA", tmp_path / f"r.{suffix}", on=DAY)
    if suffix == "docx":
        assert out.stat().st_size > 10_000
        return
    text = out.read_text(encoding="utf-8")
    assert json.loads(text)
    assert "Missing" in text
    assert "Section V. Conclusions" in text
    assert "Replant mangroves in the delta" in text


def test_working_document_has_no_other_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no format"):
        write_working_document("NPL", tmp_path / "r.odt")


def test_bodies_of_setuland_are_written_as_json_that_reads_back(tmp_path: Path) -> None:
    paths = write_bodies("XXA", tmp_path / "bodies")
    records = [read_record(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    assert records[0].header.record_schema == "nationalReport7"
    assert len(records) > 20


def test_cycles_are_data() -> None:
    assert days_left("7NR", date(2026, 2, 27)) == 1
    assert default_cycle(DAY) == "8NR"
    assert default_cycle(date(2035, 1, 1)) == list(cycles())[-1]


def test_every_key_is_known() -> None:
    assert {key for key, _ in keys_of(HELD)} <= known_keys(HELD)
    assert "Q.8_7_1" in known_keys(HELD)
