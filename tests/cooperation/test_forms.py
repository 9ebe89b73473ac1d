"""The form table: four fields submit, the eleven of Bio-Bridge are due before planning, round trips keep all."""

import json
import os
from pathlib import Path

import pytest

from biosetu.cooperation.forms import OTHER, biobridge, check, due, endorsed, filled, form, rewritten
from biosetu.cooperation.guards import ELEVEN_FIELDS, FOUR_FIELDS


def test_what_is_due_is_what_the_guards_ask_for():
    assert due("request", "submit") == FOUR_FIELDS
    assert set(due("request", "planning")) == set(ELEVEN_FIELDS)


@pytest.mark.parametrize("name", ["request", "provider", "opportunity"])
def test_fields_are_named_once_and_cite_where_they_come_from(name):
    fields = form(name)
    assert len({field.field for field in fields}) == len(fields)
    assert all(field.label and field.source for field in fields)


@pytest.mark.parametrize(
    ("form_name", "schema"), [("request", "bbiRequest"), ("provider", "bbiProfile"), ("opportunity", "bbiOpportunity")]
)
def test_biobridge_names_are_those_of_the_official_forms(form_name, schema):
    shared = os.environ.get("BIOSETU_SHARED")
    if not shared:
        pytest.skip("BIOSETU_SHARED is not set: the official field list is not at hand")
    official = json.loads((Path(shared) / "reference" / "tsc-forms.json").read_text(encoding="utf-8"))[schema]
    rows = official if isinstance(official, list) else official["fields"]
    names = {row["field"] for row in rows}
    mandatory = {row["field"] for row in rows if row["required"]}
    ours = {field.biobridge for field in form(form_name) if field.biobridge}
    assert ours <= names
    assert mandatory - ours <= {"aichiTargets"}


@pytest.mark.parametrize(
    ("form_name", "column", "value"),
    [
        ("request", "needed_by", "31.3.2027"),
        ("request", "assistance_types", "a;b;c;d"),
        ("request", "confidential", "perhaps"),
        ("request", "websites", "javascript:alert(1)"),
        ("request", "assistance_types", "training;magic"),
        ("request", "wat", "x"),
        ("provider", "identifier", "0000-0002-1825-0098"),
        ("provider", "capacity", "-1"),
    ],
)
def test_check_names_field_and_value(form_name, column, value):
    (problem,) = check(form_name, {column: value}, file="f.xlsx", row=7)
    assert (problem.file, problem.row, problem.column, problem.value) == ("f.xlsx", 7, column, value)


def test_check_a_sound_draft_has_no_problem():
    values = {
        "who": "A",
        "needed_by": "2027-03-31",
        "assistance_types": "training;advice;data",
        "confidential": "نعم",
        "what": "",
    }
    assert check("request", values) == ()
    assert filled(values) == {"who", "needed_by", "assistance_types", "confidential"}


def test_biobridge_body_has_the_layout_and_nothing_of_ours():
    values = {
        "title": "Red List", "targets": "4; 12", "party": "np", "websites": "https://a.org; https://b.org",
        "start": "2027-01-01", "confidential": "yes", "languages": "en;ne", "problem": "",
    }  # fmt: skip
    assert biobridge("request", values) == {
        "meta": {"languages": ["en"]},
        "title": {"en": "Red List"},
        "gbfTargets": [{"identifier": "GBF-TARGET-04"}, {"identifier": "GBF-TARGET-12"}],
        "country": {"identifier": "np"},
        "websites": [{"url": "https://a.org"}, {"url": "https://b.org"}],
        "startDate": "2027-01-01",
    }


def test_biobridge_texts_stand_under_the_language_that_they_are_in():
    values = {"title": "دورة تدريبية", "problem": "لا يوجد تقييم", "other": "Only the hills are mapped of the country"}
    body = biobridge("request", values)
    assert [list(body[name]) for name in ("title", "problem", "other")] == [["ar"], ["ar"], ["en"]]
    assert body["meta"] == {"languages": ["ar", "en"]}


def test_biobridge_shapes_of_terms_references_and_kinds_of_help():
    asked = {
        "coverage": "The eastern hills", "organization": "DNPWC", "contact": "Asha Gurung <a.gurung@example.org>",
        "assistance_types": "training;advice", "assistance_details": "It trains the staff of the parks",
    }  # fmt: skip
    body = biobridge("request", asked)
    details = {"en": asked["assistance_details"]}
    assert body["coverage"] == [{"identifier": OTHER, "customValue": {"en": "The eastern hills"}}]
    assert body["organization"] == {"name": {"en": "DNPWC"}}
    assert body["contact"] == {"lastName": "Asha Gurung", "emails": ["a.gurung@example.org"]}
    assert body["typesDetails"] == {"training": details, "advice": details}
    assert biobridge("opportunity", {"organizations": "Hill Institute; River Trust"})["organizations"] == [
        {"name": {"en": "Hill Institute"}},
        {"name": {"en": "River Trust"}},
    ]


KINDS = {
    "lstring": "text", "date": "date", "link[]": "links", "term": "term", "term[]": "terms", "term[] (max 3)": "terms",
    "reference[]": "organizations", "{assistance type identifier: lstring}": "texts by kind",
}  # fmt: skip


@pytest.mark.parametrize(
    ("form_name", "schema"), [("request", "bbiRequest"), ("provider", "bbiProfile"), ("opportunity", "bbiOpportunity")]
)
def test_biobridge_shapes_are_those_of_the_official_forms(form_name, schema):
    shared = os.environ.get("BIOSETU_SHARED")
    if not shared:
        pytest.skip("BIOSETU_SHARED is not set: the official field list is not at hand")
    official = json.loads((Path(shared) / "reference" / "tsc-forms.json").read_text(encoding="utf-8"))[schema]
    wanted = {row["field"]: row["kind"] for row in official}
    for field in form(form_name):
        if field.biobridge:
            kind = wanted[field.biobridge]
            expected = {"contact", "organization"} if kind == "reference" else {KINDS[kind]}
            assert field.shape in expected, field.biobridge


@pytest.mark.parametrize("form_name", ["request", "provider", "solution", "guidance", "opportunity", "service"])
@pytest.mark.parametrize(
    ("column", "value", "wrong"),
    [("targets", "2; B", ""), ("targets", "2;99", "99"), ("targets", "Target 2", "Target 2"),
     ("indicators", "A.1; 2.1", ""), ("indicators", "A.1;A.99", "A.99")],
)  # fmt: skip
def test_codes_of_the_framework_are_those_that_there_are(form_name, column, value, wrong):
    problems = check(form_name, {column: value})
    assert [problem.message for problem in problems] == (["not on the list"] if wrong else [])
    assert all(problem.remedy.endswith(f"wrong is {wrong}") for problem in problems)


@pytest.mark.parametrize(
    ("form_name", "column", "value", "wrong"),
    [
        ("provider", "ecosystems", "T1.1; T1; T", ""), ("provider", "ecosystems", "mangroves", "mangroves"),
        ("provider", "actions", "1.1; 4.2", ""), ("provider", "actions", "77.7", "77.7"),
        ("solution", "threats", "5.4.3", ""), ("solution", "threats", "5.4.3; 99", "99"),
        ("provider", "languages", "en; ar", ""), ("provider", "languages", "English", "English"),
        ("request", "party", "NPL", ""), ("request", "party", "Nepal", "Nepal"), ("request", "party", "USA", "USA"),
        ("provider", "party", "USA", ""), ("provider", "parties", "NPL; TWN; QQQ", "QQQ"),
        ("opportunity", "areas", "NPL; ALL", "ALL"),
    ],
)  # fmt: skip
def test_codes_that_no_list_has_are_named(form_name, column, value, wrong):
    told = [f"{problem.remedy} {problem.value}" for problem in check(form_name, {column: value})]
    assert len(told) == bool(wrong)
    assert all(wrong in text for text in told)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"what": "Red list"}, {"what": " Red  list\n"}, ()),
        ({"what": "Red list"}, {"what": "Hunting quota"}, ("what",)),
        ({"what": "Red list"}, {}, ("what",)),
        ({"what": ""}, {"what": "Red list"}, ()),
        ({"targets": "1;2"}, {"targets": "2; 1; 4"}, ()),
        ({"targets": "1;2"}, {"targets": "2"}, ("targets",)),
        ({"holders": "A; B"}, {"holders": "B"}, ("holders",)),
        ({"touches_communities": "yes"}, {"touches_communities": ""}, ("touches_communities",)),
        ({"touches_communities": ""}, {"touches_communities": "yes"}, ()),
        ({"contact": "A"}, {"contact": "B"}, ()),
    ],
)
def test_rewritten_is_what_was_endorsed_and_reads_otherwise(before, now, expected):
    assert rewritten(before, now) == expected


def test_what_a_focal_point_endorses_are_fields_of_the_form():
    assert set(endorsed("request")) <= {field.field for field in form("request")}
    assert not any(field.is_personal for field in form("request") if field.field in endorsed("request"))
