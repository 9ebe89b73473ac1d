from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import docx
import pyarrow as pa
import pytest

from biosetu.alignment import Declared, NationalTarget, Promises
from biosetu.alignment.importing.records import record_identifier, to_record
from biosetu.alignment.ort import export_record, read_record, schemas
from biosetu.framework import cycles, find_party, targets
from biosetu.jobs.collecting import collection_of, working
from biosetu.jobs.filed_report import take_filed_report
from biosetu.jobs.national_report import (
    write_bodies,
    write_working_document,
)
from biosetu.jobs.promises import promise_store, promises_of
from biosetu.observations import SCHEMA
from biosetu.observations.own import progress_levels
from biosetu.problems import DataError, UsageError
from biosetu.reports.cbd.bodies import binary_body, indicator_bodies, report_body, targets_without_level_identifier
from biosetu.reports.cbd.collecting import asked
from biosetu.reports.cbd.completeness import ITEMS, completeness, meter
from biosetu.reports.cbd.draft import (
    Draft,
    Entry,
    carried_over,
    filled,
    keys_of,
    report_targets,
)
from biosetu.reports.cbd.national_report import days_left, default_cycle

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


def numbered(name: str, aligned: str) -> NationalTarget:
    return NationalTarget(id=name, party="NPL", title={"en": f"National {name}"}, declared=(Declared(target=aligned),))


NUMBERED = Promises(party="NPL", targets=tuple(numbered(name, "3") for name in ("1", "1.1", "A.1", "N.1")))


def test_targets_of_the_same_number_have_texts_of_their_own() -> None:
    keys = [key for key, _ in keys_of(NUMBERED)]
    assert len(keys) == len(set(keys))
    held = draft(**{"III.N.1.progressSummary": "national", "III.1.progressSummary": "global"})
    told = [
        (section.target.identifier, section.progress_summary) for section in report_body(NUMBERED, held, []).section_iii
    ]
    assert [said for _, said in told if said] == [{"en": "national"}, {"en": "global"}]
    assert dict(told)["GBF-TARGET-01"] == {"en": "global"}


def test_ids_with_points_are_sections_of_their_own() -> None:
    found = {field.section: field.about for field in asked(NUMBERED, draft()) if field.key.endswith(".progressSummary")}
    assert {name: about for name, about in found.items() if "National" in about} == {
        "III.N.1": "1. National 1",
        "III.1.1": "1.1. National 1.1",
        "III.A.1": "A.1. National A.1",
        "III.N.N.1": "N.1. National N.1",
    }
    assert found["III.1"] == f"1. {targets()['1'].title('en')}"
    assert len(found) == 26


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
    with working("NPL") as work:
        work.collection = work.collection.model_copy(update={"draft": draft(**{"V.assessmentSummary": "good"})})
    assert collection_of("NPL", "8NR").draft == new
    with pytest.raises(UsageError, match="no reporting cycle"):
        collection_of("NPL", "9NR")


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


SECTION_II = {
    "II.stakeholders": "iplc; other",
    "II.otherStakeholders": "Farmers",
    "II.hasNbsapAdoptedInfo": "By the cabinet",
    "II.policyInstrument": "legislation",
}


def test_section_ii_goes_out_with_the_terms_of_the_tool() -> None:
    body = export_record(report_body(HELD, draft(**SECTION_II), []))["sectionII"]
    assert body["stakeholders"] == [
        {"identifier": "EC872EB8-02B0-46E7-AAB0-C79AC629356A"},
        {"identifier": "5B6177DD-5E5E-434E-8CB7-D63D67D5EBED", "customValue": {"en": "Farmers"}},
    ]
    assert body["hasNbsapAdoptedInfo"] == {"en": "By the cabinet"}
    assert body["policyInstrument"] == {"identifier": "14FB02A6-46FB-4932-9F42-630416271B3A"}


def test_report_links_binary_answers_and_the_indicators_of_the_party_itself() -> None:
    own = NationalTarget(
        id="NT-6", party="NPL", title={"en": "Keep invaders out"}, declared=(Declared(target="6"),),
        indicators=("Ports inspected",),
    )  # fmt: skip
    held = Promises(party="NPL", targets=(own,))
    (named,) = to_record(own).other_national_indicators or ()
    data = indicator_bodies("NPL", observations({"indicator": f"national:{named.identifier}", "value": 5.0}))
    answers = binary_body("NPL", {"6_1": ["fully"]})
    third = report_body(held, draft(), data, answers).section_iii or ()
    mine = next(entry for entry in third if entry.target_type == "national").indicator_data
    assert [link.data.identifier for link in mine.national] == [data[0].header.identifier]
    assert [link.data.identifier for link in mine.binary] == [answers.header.identifier]


def test_global_target_links_headline_and_binary_data_alone() -> None:
    data = indicator_bodies("NPL", observations({"indicator": "3.1"}, {"indicator": "3.CT.1"}))
    third = report_body(HELD, draft(), data).section_iii or ()
    found = next(entry for entry in third if entry.target.identifier == targets()["3"].identifier).indicator_data
    assert (len(found.headline), found.component) == (1, None)


def test_filed_report_is_taken_in_and_carried_over_by_the_next_cycle(tmp_path: Path) -> None:
    promise_store().save(HELD)
    texts = draft(
        **SECTION_II, **{key: entry.text for key, entry in EIGHT.items()}, **{"IV.A.summaryOfProgress": "more"}
    )
    filed = [report_body(promises_of("NPL"), texts, []), binary_body("NPL", {"6_1": ["fully"]})]
    path = tmp_path / "filed.json"
    path.write_text(json.dumps([export_record(record) for record in filed]), encoding="utf-8")
    taken = take_filed_report("NPL", path)
    assert (taken.without_place, taken.outcome.conflicts) == ((), ())
    held = collection_of("NPL", "7NR").draft
    assert {key: held.text(key) for key in texts.entries} == {key: entry.text for key, entry in texts.entries.items()}
    assert held.text("Q.6_1") == "fully"
    following = collection_of("NPL", "8NR").draft.entries["III.NT-1.mainActionsSummary"]
    assert (following.text, following.reviewed) == ("said", False)


def test_filed_texts_of_a_target_that_is_not_held_are_named(tmp_path: Path) -> None:
    path = tmp_path / "filed.json"
    path.write_text(
        json.dumps(export_record(report_body(HELD, draft(**{k: "x" for k in EIGHT if "level" not in k}), [])))
    )
    taken = take_filed_report("NPL", path)
    assert {one.about for one in taken.without_place} == {record_identifier(ONE)}
    assert collection_of("NPL", "7NR").draft.entries == {}


def test_filed_report_never_overwrites_another_text(tmp_path: Path) -> None:
    path = tmp_path / "filed.json"
    for text in ("first", "second"):
        path.write_text(json.dumps(export_record(report_body(HELD, draft(**{"V.assessmentSummary": text}), []))))
        taken = take_filed_report("NPL", path)
    assert taken.outcome.conflicts == ("V.assessmentSummary",)
    assert collection_of("NPL", "7NR").draft.text("V.assessmentSummary") == "first"


def filed_with(tmp_path: Path, **sections: object) -> Path:
    record = {"header": {"identifier": "R1", "schema": "nationalReport7"}, "government": {"identifier": "np"}}
    path = tmp_path / "filed.json"
    path.write_text(json.dumps(record | sections), encoding="utf-8")
    return path


def test_filed_level_that_is_not_known_is_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    promise_store().save(HELD)
    level = "0A1B2C3D-0000-0000-0000-000000000000"
    third = {
        "target": {"identifier": record_identifier(ONE)},
        "targetType": "national",
        "mainActionsSummary": {"en": "We planted"},
        "levelOfProgress": {"identifier": level},
    }
    taken = take_filed_report("NPL", filed_with(tmp_path, sectionIII=[third]))
    assert taken.outcome.taken == ("III.NT-1.mainActionsSummary",)
    assert [(one.about, one.text) for one in taken.without_place] == [("III.NT-1.levelOfProgress", level)]


def test_filed_instrument_and_stakeholder_that_are_not_known_become_other_and_are_named(tmp_path: Path) -> None:
    promise_store().save(HELD)
    other = {"identifier": "5b6177dd-5e5e-434e-8cb7-d63d67d5ebed", "customValue": {"en": "Herders"}}
    second = {"policyInstrument": {"identifier": "P-1"}, "stakeholders": [{"identifier": "S-1"}, other]}
    taken = take_filed_report("NPL", filed_with(tmp_path, sectionII=second))
    held = collection_of("NPL", "7NR").draft
    assert [held.text(f"II.{name}") for name in ("policyInstrument", "stakeholders", "otherStakeholders")] == [
        "other",
        "other",
        "Herders",
    ]
    assert {one.about: one.text for one in taken.without_place} == {
        "II.stakeholders": "S-1",
        "II.policyInstrument": "P-1",
    }


def test_filed_text_that_is_too_long_is_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    promise_store().save(HELD)
    first = {"nationalAuthorities": {"en": "x" * 20_001}, "processUndertaken": {"en": "We asked"}}
    taken = take_filed_report("NPL", filed_with(tmp_path, sectionI=first))
    assert taken.outcome.taken == ("I.processUndertaken",)
    assert [(one.key, one.about) for one in taken.without_place] == [("", "I.nationalAuthorities")]


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        ({"sectionII": {"anticipatedNbsapDate": "2026-12"}}, "II.anticipatedNbsapDate"),
        ({"sectionII": {"hasRevisedNbsap": "Yes"}}, "sectionII.hasRevisedNbsap"),
        ({"sectionII": {"hasStakeholderEngagement": "perhaps"}}, "sectionII.hasStakeholderEngagement"),
        ({"sectionII": "none"}, "sectionII"),
        ({"sectionI": {"processUndertaken": {"en": None}}}, "sectionI.processUndertaken.en"),
        ({"sectionI": {"processUndertaken": {"en": "a\ud800"}}}, "sectionI.processUndertaken.en"),
        ({"sectionI": {"budget": {"en": "Ten"}}}, "sectionI.budget"),
        ({"sectionIII": [{"progressSummary": {"en": "Lost"}}]}, "sectionIII.0.target"),
        ({"sectionIV": [{"gbfGoal": {"identifier": "GBF-GOAL-A"}, "summaryOfProgress": {"en": 3}}]},
         "sectionIV.0.summaryOfProgress.en"),
        ({"sectionOtherInfo": {"additionalInformation": {"en": "More"}}}, "sectionOtherInfo.additionalInformation"),
        ({"sectionOtherInfo": {"additionalDocuments": [{"url": "https://x.invalid"}]}},
         "sectionOtherInfo.additionalDocuments"),
        ({"additionalInformation": {"en": "More"}}, "additionalInformation"),
        ({"notes": "Mind this"}, "notes"),
    ],
)  # fmt: skip
def test_part_of_a_filed_report_that_cannot_be_taken_is_named_and_the_rest_is_taken(
    tmp_path: Path, sections: dict[str, object], named: str
) -> None:
    promise_store().save(HELD)
    taken = take_filed_report(
        "NPL", filed_with(tmp_path, sectionV={"assessmentSummary": {"en": "All well"}}, **sections)
    )
    assert taken.outcome.taken == ("V.assessmentSummary",)
    assert [one.about for one in taken.without_place] == [named]
    assert all(one.why and not one.key for one in taken.without_place)


def test_answers_that_cannot_be_taken_are_named_and_the_others_are_taken(tmp_path: Path) -> None:
    promise_store().save(HELD)
    group = {"responses": {"8_1": 3, "6_1": "fully", "1": "perhaps"}, "comments": {"en": "Look"}}
    path = filed_with(tmp_path, binaryResponseTarget6=group)
    path.write_text(path.read_text().replace("nationalReport7", "nationalReport7BinaryIndicatorData"))
    taken = take_filed_report("NPL", path)
    assert taken.outcome.taken == ("Q.6_1",)
    assert {one.about for one in taken.without_place} >= {"binaryResponseTarget6.comments", "Q.1"}
    assert any(one.about.startswith("groups.binaryResponseTarget6.responses.8_1") for one in taken.without_place)


def test_report_of_another_party_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "filed.json"
    path.write_text(json.dumps(export_record(report_body(HELD, draft(**{"V.assessmentSummary": "x"}), []))))
    with pytest.raises(DataError, match="a report of another Party"):
        take_filed_report("BTN", path)


@pytest.mark.parametrize("suffix", ["json", "docx"])
def test_working_document_of_setuland_marks_what_is_missing(tmp_path: Path, suffix: str) -> None:
    out = write_working_document("XXA", tmp_path / f"r.{suffix}", on=DAY)
    if suffix == "docx":
        document = docx.Document(str(out))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    else:
        text = out.read_text(encoding="utf-8")
        assert json.loads(text)
    assert "Missing" in text
    assert "Section V. Conclusions" in text
    assert "Replant mangroves in the delta" in text


def test_working_document_has_no_other_format(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no format"):
        write_working_document("NPL", tmp_path / "r.odt")


@pytest.mark.parametrize("level", sorted(progress_levels()))
def test_target_whose_level_has_no_known_identifier_is_named(level: str) -> None:
    targets = report_targets(HELD)
    key = f"III.{targets[0].id}.levelOfProgress"
    draft = Draft(party="NPL", cycle="7NR", entries={key: Entry(text=level)})
    known = progress_levels()[level]
    written = export_record(report_body(HELD, draft, []))["sectionIII"][0]["levelOfProgress"]["identifier"]
    assert targets_without_level_identifier(HELD, draft) == (() if known.identifier else (targets[0].id,))
    assert written == (known.identifier or known.label_en)


def test_bodies_of_setuland_are_written_as_json_that_reads_back(tmp_path: Path) -> None:
    paths, by_label, _ = write_bodies("XXA", tmp_path / "bodies")
    assert by_label == ()
    records = [read_record(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    counts = Counter(record.header.record_schema for record in records)
    assert {name: counts[name] for name in ("nationalTarget7", "nationalTarget7Mapping", "nationalReport7")} == {
        "nationalTarget7": 15,
        "nationalTarget7Mapping": 2,
        "nationalReport7": 1,
    }
    assert counts["nationalReport7IndicatorData"] > 5
    assert set(counts) <= set(schemas())
    named = {record.header.identifier for record in records}
    report = next(record for record in records if record.header.record_schema == "nationalReport7")
    national = {entry.target.identifier for entry in report.section_iii if entry.target_type == "national"}
    assert len(national) == 15
    assert national <= named
    for path in paths:
        body = json.loads(path.read_text(encoding="utf-8"))
        assert export_record(read_record(body)) == body


def test_cycles_are_data() -> None:
    assert days_left("7NR", date(2026, 2, 27)) == 1
    assert default_cycle(DAY) == "8NR"
    assert default_cycle(date(2035, 1, 1)) == list(cycles())[-1]


def test_words_of_an_answer_keep_their_semicolons() -> None:
    given = draft(**{"Q.8_7_1": "first; second", "Q.5_1": "marineSpecies; internationalTrade"}).answers()
    assert given == {"8_7_1": ["first; second"], "5_1": ["marineSpecies", "internationalTrade"]}


def test_working_document_in_arabic_names_targets_and_actions_in_arabic(tmp_path: Path) -> None:
    content = write_working_document("XXA", tmp_path / "r.json", language="ar", on=DAY).read_text(encoding="utf-8")
    held = promises_of("XXA")
    english = [target.text("en") for target in held.targets if target.text("ar") != target.text("en")]
    assert len(english) > 5
    assert [title for title in english if title in content] == []
    assert [target.title_en for target in targets().values() if target.title_en in content] == []
    assert [word for word in ('"running"', '"planned"', '"stopped"') if word in content] == []
