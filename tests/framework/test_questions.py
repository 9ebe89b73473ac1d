"""Binary questions: the decision's, the tool's, and the rules of answering."""

import json

import pytest

from biosetu.framework import answers, considerations, faults, indicators, is_open, questions
from biosetu.problems import Severity


def test_questions_have_unique_keys_and_belong_to_binary_indicators():
    binary = {indicator.code for indicator in indicators().values() if indicator.kind == "binary"}
    assert len(questions()) == 86
    assert {question.indicator for question in questions().values()} == binary


def test_choices_are_known_answers():
    used = {value for q in questions().values() for value in (*q.options, *q.annex_options)}
    assert used == set(answers())


def test_parents_and_conditions_name_questions_and_choices():
    for question in questions().values():
        assert not question.parent or questions()[question.parent].type == "header"
        for condition in question.enabled_by:
            key, _, values = condition.partition("=")
            assert set(values.split("|")) <= set(questions()[key].options)


def test_deviations_of_the_tool_from_annex_iii_are_told():
    differing = {q.key for q in questions().values() if q.annex and set(q.options) != set(q.annex_options)}
    assert differing == {"8_7", "20_2", "20_3", "20_4", "22_1_a", "22_1_d", "22_1_e", "22_3_a"}
    assert all(questions()[key].deviation for key in differing)
    assert set(questions()["8_7"].annex_options) - set(questions()["8_7"].options) == {"none"}
    assert set(questions()["20_3"].options) - set(questions()["20_3"].annex_options) == {"notApplicable"}


def test_questions_that_the_tool_adds_are_marked():
    added = [question.key for question in questions().values() if not question.annex]
    assert len(added) == 9
    assert "1" in added
    assert all(questions()[key].deviation for key in added)


def test_target_identifiers_of_the_tool_are_kept_with_their_three_digits():
    assert questions()["12_1"].group_targets == ("GBF-TARGET-012",)
    assert questions()["22_2"].group_targets == ("GBF-TARGET-22",)
    assert questions()["13_1"].groups == ("binaryResponseGoalC", "binaryResponseTarget13")


def test_sea_use_is_asked_of_parties_with_a_sea_only():
    question = questions()["1_1_c"]
    assert not is_open(question, {})
    assert not is_open(question, {"1": ["yes"]})
    assert is_open(question, {"1": ["no"]})


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"b_1": ["fully"]}, []),
        ({"b_1": ["yesFully"]}, ["choice"]),
        ({"b_1": ["??"]}, ["choice"]),
        ({"b_1": ["no", "fully"]}, ["single"]),
        ({"b_9": ["no"]}, ["unknown"]),
        ({"1": ["yes"], "1_1_c": ["no"]}, ["closed"]),
        ({"1": ["no"], "1_1_c": ["no"]}, []),
        ({"8_1": ["climateChange", "none"]}, ["exclusive"]),
        ({"8_1": ["climateChange", "oceanAcidification"]}, []),
        ({"9_3": ["no", "fully"]}, ["exclusive"]),
        ({"20_2": ["none"]}, ["not-in-annex"]),
        ({"8_7": ["none"]}, ["choice"]),
        ({"8_7": ["other"], "8_7_1": ["wetland buffers"]}, []),
        ({"8_7_1": ["wetland buffers"]}, ["closed"]),
        ({"b_1": []}, []),
        ({"b_1": ["maybe"], "b_2": ["no", "no"], "zz": ["x"]}, ["choice", "single", "unknown"]),
    ],
)
def test_faults_of_answers(given, codes):
    assert [fault.code for fault in faults(given)] == codes


def test_what_the_tool_lets_pass_is_a_warning():
    levels = {fault.code: fault.severity for fault in faults({"9_3": ["no", "fully"], "20_2": ["none"]})}
    assert levels == {"exclusive": Severity.WARNING, "not-in-annex": Severity.WARNING}


def test_faults_name_the_question_and_the_value():
    fault = faults({"b_1": ["yesFully"]})[0]
    assert (fault.column, fault.value) == ("b_1", "yesFully")
    assert "no, underDevelopment, partially, fully" in fault.remedy


def test_complete_answers_lack_nothing():
    given = {}
    for key, question in questions().items():
        if question.mandatory and question.options:
            given[key] = [question.options[0]]
    given["1"] = ["no"]
    assert [fault for fault in faults(given, complete=True) if fault.code == "missing"] == []


def test_missing_answers_are_named_when_completeness_is_asked():
    missing = {fault.column for fault in faults({"1": ["yes"]}, complete=True)}
    assert "b_1" in missing
    assert "1_1_c" not in missing
    assert "1_2" not in missing
    assert "8_7_1" not in missing
    assert faults({"1": ["yes"]}) == []


def test_questions_equal_the_source(decision):
    theirs = {}

    def walk(question, parent):
        theirs[question["key"]] = (
            question.get("number") or "",
            bool(question.get("multiple")),
            bool(question.get("mandatory")),
            tuple(option["value"] for option in question.get("options", [])),
            parent,
        )
        for part in question.get("questions", []):
            walk(part, question["key"])

    for group in decision["binaryQuestions"]:
        for question in group["questions"]:
            walk(question, "")
    ours = {q.key: (q.number, q.multiple, q.mandatory, q.options, q.parent) for q in questions().values()}
    assert ours == theirs


def test_groups_equal_the_source(decision):
    theirs = {}
    for group in decision["binaryQuestions"]:
        for question in group["questions"]:
            theirs.setdefault(question["key"], []).append((group["key"], group["target"]))
    for key, groups in theirs.items():
        question = questions()[key]
        assert list(zip(question.groups, question.group_targets, strict=True)) == groups


def test_considerations_are_eighteen_by_letter_and_two_are_confirmed():
    assert "".join(considerations()) == "abcdefghijklmnopqr"
    assert [item.letter for item in considerations().values() if item.confirmed] == ["a", "g"]
    assert considerations()["a"].identifier == "68E5F053-2067-4638-A741-066AA2196A89"


def test_considerations_equal_the_source(shared):
    source = json.loads((shared / "reference/framework.json").read_text(encoding="utf-8"))["sectionC"]["items"]
    ours = [(item.letter, item.title_en, item.identifier) for item in considerations().values()]
    assert ours == [(item["letter"], item["title"], item["identifier"] or "") for item in source]
