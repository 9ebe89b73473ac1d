from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from biosetu.alignment.ort import export_record, read_record, read_records, schemas
from biosetu.problems import DataError, Problem

HEADER = {"identifier": "AAAA", "languages": ["en"]}


def body(schema: str, **fields: object) -> dict:
    return {"header": {**HEADER, "schema": schema}, "government": {"identifier": "np"}, **fields}


BODIES = [
    body(
        "nationalTarget7",
        title={"en": "T"},
        hasNonStateActors=True,
        notes="n",
        otherNationalIndicators=[{"identifier": "U", "value": {"en": "Leopards"}}],
    ),
    body(
        "nationalTarget7Mapping",
        globalGoalOrTarget={"identifier": "GBF-TARGET-03"},
        elementOfGlobalTargetsInfo={"en": "not covered: the sea"},
        referencePeriod=[{"headlineIndicator": {"identifier": "X"}, "hasReferencePeriod": False}],
    ),
    body(
        "nbsap",
        title={"en": "N"},
        startDate="2025-01-01",
        isGbfAligned=True,
        documentLinks=[{"url": "https://x.invalid"}],
    ),
    body(
        "nationalReport7",
        sectionI={"processUndertaken": {"en": "p"}},
        sectionII={"hasRevisedNbsap": "inProgress"},
        sectionIII=[
            {
                "target": {"identifier": "AAAA"},
                "targetType": "national",
                "mainActionsSummary": {"en": "a"},
                "indicatorData": {
                    "headline": [{"indicator": {"identifier": "GBF-INDICATOR-A.3"}, "data": {"identifier": "D"}}]
                },
            }
        ],
        sectionIV=[{"gbfGoal": {"identifier": "GBF-GOAL-A"}, "summaryOfProgress": {"en": "s"}}],
        sectionV={"assessmentSummary": {"en": "v"}},
    ),
    body(
        "nationalReport7IndicatorData",
        indicator={"identifier": "GBF-INDICATOR-A.3"},
        sourceOfData="national",
        data=[{"indicatorCode": "A.3", "hasDisaggregation": False, "year": 2023, "unit": "index", "value": 0.82}],
    ),
    body(
        "nationalReport7BinaryIndicatorData",
        binaryResponseTarget1={
            "indicator": {"identifier": "KMGBF-INDICATOR-BIN-1"},
            "responses": {"1": "no", "1_1_a": "partially", "1_2": ["none"]},
        },
    ),
]


@pytest.mark.parametrize("content", BODIES, ids=lambda content: content["header"]["schema"])
def test_record_is_equal_after_import_export_import(content: dict) -> None:
    record = read_record(content)
    assert export_record(record) == content
    assert read_record(json.loads(json.dumps(export_record(record)))) == record


def test_every_schema_has_a_round_trip_here() -> None:
    assert {content["header"]["schema"] for content in BODIES} == set(schemas())


@pytest.mark.parametrize(
    ("older", "live"),
    [
        ("mainActionsInfo", "mainActionsSummary"),
        ("progressSummaryInfo", "progressSummary"),
        ("actionEffectivenessInfo", "actionEffectivenessSummary"),
        ("sdgRelationInfo", "sdgRelationSummary"),
    ],
)
def test_older_field_name_is_read_and_written_the_live_way(older: str, live: str) -> None:
    record = read_record(body("nationalReport7", sectionIII=[{"target": {"identifier": "A"}, older: {"en": "x"}}]))
    assert export_record(record)["sectionIII"][0][live] == {"en": "x"}


def test_names_and_addresses_of_people_are_dropped() -> None:
    personal = {
        "contactPerson": {"en": "Rita"},
        "contactDetails": {"en": "rita@example.org"},
        "processUndertaken": {"en": "Write to rita@example.org"},
    }
    content = export_record(read_record(body("nationalReport7", sectionI=personal, createdBy={"email": "x@y.zz"})))
    assert content["sectionI"] == {"processUndertaken": {"en": "Write to […]"}}
    assert "createdBy" not in content


def test_old_answer_values_are_refused_with_their_place() -> None:
    with pytest.raises(DataError, match=r"sectionII\.hasRevisedNbsap"):
        read_record(body("nationalReport7", sectionII={"hasRevisedNbsap": "yesFully"}))


def test_records_that_fail_do_not_stop_the_others() -> None:
    found = list(read_records(json.dumps([BODIES[0], {"header": {"schema": "other"}}, 7, BODIES[1]])))
    assert [isinstance(record, Problem) for _, record in found] == [False, True, True, False]


def test_government_is_written_in_lower_case() -> None:
    record = read_record({**BODIES[0], "government": {"identifier": "NP"}})
    assert record.government.identifier == "np"


def test_records_can_not_be_changed() -> None:
    with pytest.raises(ValidationError):
        read_record(BODIES[0]).header = None
