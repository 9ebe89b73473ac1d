from __future__ import annotations

from datetime import date

import pytest

from biosetu.alignment import (
    Action,
    Decision,
    Declared,
    Degree,
    Means,
    NationalTarget,
    NotCovered,
    Promises,
    Quantity,
    Suggested,
    Verdict,
)
from biosetu.alignment.coverage import (
    State,
    coverage_of,
    coverage_table,
    elements_named,
    quantities_beside,
    suggested_targets,
)
from biosetu.alignment.gaps import Facts, collapsed, find_gaps
from biosetu.alignment.promise_tables import promise_tables
from biosetu.alignment.suggestion import Suggester
from biosetu.framework import elements, targets

TODAY = date(2026, 11, 23)


def target(name: str, text: str, *declared: tuple[str, Degree | None], language: str = "en", **more) -> NationalTarget:
    aligned = tuple(Declared(target=code, degree=degree) for code, degree in declared)
    return NationalTarget(id=name, party="NPL", title={language: text}, declared=aligned, source="NBSAP, row 2", **more)


def promises(*found: NationalTarget, **more) -> Promises:
    return Promises(party="NPL", targets=found, **more)


def state_of(held: Promises, element: str, **more) -> tuple[State, tuple[str, ...], str]:
    entry = next(entry for entry in coverage_of(held, **more) if entry.element == element)
    return entry.state, entry.national_targets, entry.basis


RESTORE = ("Bring 30 per cent of degraded land under restoration", ("2", Degree.HIGH))


def test_words_point_to_elements_in_english_and_arabic() -> None:
    assert "2.E01" in elements_named(target("1", "Restore degraded forests"))
    assert "6.E02" in elements_named(target("1", "إدارة مسارات دخول الأنواع الغازية", language="ar"))
    assert elements_named(target("1", "Restaurer les forêts", language="fr")) == frozenset()


@pytest.mark.parametrize(
    ("text", "language", "element"),
    [
        ("Восстановить деградированные леса на 500 гектарах", "ru", "2.E01"),
        ("Искоренить крыс на двух островах", "ru", "6.E05"),
        ("Раскрытие информации компаниями о воздействии на природу", "ru", "15.E02"),
        ("Memulihkan lahan gambut yang terdegradasi", "id", "2.E01"),
        ("Pembagian keuntungan yang adil dari sumber daya genetik", "id", "13.E02"),
        ("Menghapus subsidi yang merusak", "id", "18.E02"),
        ("到2030年恢复30%的退化草原", "zh", "2.E01"),
        ("减少农药和危险化学品的风险", "zh", "7.E05"),
        ("公平公正地分享利用遗传资源的惠益，并建立惠益分享制度", "zh", "13.E02"),
        ("समुदायलाई संरक्षित क्षेत्रको व्यवस्थापन योजना बनाउन सघाउने", "ne", "3.E03"),
        ("युवाओं और दिव्यांग जनों को जैव विविधता समितियों में स्थान", "hi", "22.E04"),
        ("تهیه طرح مدیریت برای پارک‌های ملی", "fa", "3.E03"),
        ("Thành lập ngân hàng gen cho giống lúa bản địa", "vi", "4.E04"),
        ("ตรวจสอบน้ำอับเฉาของเรือที่เข้าท่า", "th", "6.E02"),
    ],
)
def test_words_point_to_elements_in_other_languages(text: str, language: str, element: str) -> None:
    assert element in elements_named(target("1", text, language=language))


def test_words_about_something_else_point_to_no_element() -> None:
    for text, language in (
        ("Построить железную дорогу", "ru"),
        ("Membangun jalan tol", "id"),
        ("建设高速公路", "zh"),
        ("पूर्व पश्चिम रेलमार्ग निर्माण गर्ने", "ne"),
        ("नए हवाई अड्डे का निर्माण", "hi"),
        ("ساخت راه‌آهن تهران به مشهد", "fa"),
        ("Xây dựng đường sắt cao tốc", "vi"),
        ("ก่อสร้างรถไฟความเร็วสูง", "th"),
    ):
        assert elements_named(target("1", text, language=language)) == frozenset()


def test_element_is_covered_by_the_declared_target_whose_words_point_to_it() -> None:
    assert state_of(promises(target("1", *RESTORE)), "2.E01") == (State.COVERED, ("1",), "declared")


def test_element_is_partly_covered_where_the_degree_is_low() -> None:
    held = promises(target("1", RESTORE[0], ("2", Degree.LOW)))
    assert state_of(held, "2.E01") == (State.PARTLY, ("1",), "declared")


def test_element_is_partly_covered_where_alignment_is_only_suggested() -> None:
    held = promises(target("1", RESTORE[0]))
    suggested = suggested_targets(held, Suggester())
    assert suggested["1"][0] == "2"
    assert state_of(held, "2.E01", suggested=suggested) == (State.PARTLY, ("1",), "suggested")


def test_element_is_not_covered_without_words_for_it() -> None:
    assert state_of(promises(target("1", *RESTORE)), "2.E03")[0] is State.NOT_COVERED
    assert state_of(promises(target("1", *RESTORE)), "7.E07")[0] is State.NOT_COVERED


def test_element_is_not_compared_in_a_language_without_cues() -> None:
    held = promises(target("1", "Restaurer les forêts", ("2", Degree.HIGH), language="fr"))
    assert state_of(held, "2.E01")[0] is State.NOT_COMPARED


def test_element_is_not_compared_where_it_alone_has_no_cue_in_the_language() -> None:
    held = promises(target("1", "Местные общины", ("19", Degree.HIGH), language="ru"))
    assert state_of(held, "19.E06")[0] is State.NOT_COVERED
    assert state_of(held, "19.E10")[0] is State.NOT_COMPARED


def decision(verdict: Verdict, about: str, target: str = "", **more) -> Decision:
    shown = Suggested(target=about, rank=1, score=0.5)
    return Decision(
        national_target="1",
        target=target or about,
        verdict=verdict,
        suggestion=shown,
        by="Ministry",
        on=TODAY,
        **more,
    )


def test_confirmed_suggestion_covers_with_its_mark() -> None:
    held = promises(target("1", RESTORE[0]), decisions=(decision(Verdict.CONFIRMED, "2", degree=Degree.HIGH),))
    assert state_of(held, "2.E01") == (State.COVERED, ("1",), "confirmed")


def test_suggestion_confirmed_with_a_low_degree_covers_partly() -> None:
    held = promises(target("1", RESTORE[0]), decisions=(decision(Verdict.CHANGED, "8", "2", degree=Degree.LOW),))
    assert state_of(held, "2.E01") == (State.PARTLY, ("1",), "confirmed")


def test_declared_word_of_the_party_stands_before_a_confirmed_one() -> None:
    held = promises(target("1", *RESTORE), decisions=(decision(Verdict.REJECTED, "2"),))
    assert state_of(held, "2.E01") == (State.COVERED, ("1",), "declared")


def test_rejected_suggestion_is_not_suggested_again_until_it_is_reopened() -> None:
    held = promises(target("1", RESTORE[0]), decisions=(decision(Verdict.REJECTED, "2"),))
    assert "2" not in suggested_targets(held, Suggester())["1"]
    assert state_of(held, "2.E01")[0] is State.NOT_COVERED
    again = held.model_copy(update={"decisions": (*held.decisions, decision(Verdict.REOPENED, "2"))})
    assert "2" in suggested_targets(again, Suggester())["1"]


def test_every_element_has_one_state_and_none_without_targets() -> None:
    assert [entry.element for entry in coverage_of(promises(target("1", *RESTORE)))] == list(elements())
    assert coverage_of(promises()) == ()
    assert coverage_table(()).num_rows == 0


def test_quantities_of_one_unit_stand_side_by_side() -> None:
    own = Quantity(value=20.0, unit="%", year=2030)
    (pair,) = quantities_beside(promises(target("1", *RESTORE, quantities=(own,))))
    assert (pair.element, pair.global_value, pair.benchmark, pair.national) == ("2.E01", 30.0, False, own)
    hectares = Quantity(value=5000.0, unit="ha")
    assert quantities_beside(promises(target("1", *RESTORE, quantities=(hectares,)))) == ()


def gaps(held: Promises, kind: str) -> list[tuple[str, str]]:
    found = find_gaps(Facts("NPL", tables=promise_tables(held, TODAY)))
    return [(gap.id, gap.says.text()) for gap in found if gap.kind == kind]


def test_party_without_targets_has_no_gap_in_alignment() -> None:
    assert find_gaps(Facts("NPL", tables=promise_tables(promises(), TODAY))) == ()


ASKED = [e for e in elements().values() if e.kind in {"quantity", "outcome", "action"} and e.target.isdigit()]


def test_every_part_that_no_national_target_covers_is_one_gap() -> None:
    found = dict(gaps(promises(target("1", *RESTORE)), "alignment"))
    assert set(found) == {f"alignment:{element.id}" for element in ASKED} - {"alignment:2.E01"}
    part = next(element for element in ASKED if element.id == "3.E01")
    assert found["alignment:3.E01"] == f"No national target covers this part of target 3: {part.text_en}."


def test_parts_of_one_target_are_shown_as_one_gap_with_what_they_say_together() -> None:
    found = find_gaps(Facts("NPL", tables=promise_tables(promises(target("1", *RESTORE)), TODAY)))
    found = tuple(gap for gap in found if gap.kind == "alignment")
    shown = {gap.target: gap for gap in collapsed(found)}
    assert len(shown) == 23
    assert shown["3"].says.text() == f"No national target is aligned with target 3 ({targets()['3'].title_en})."
    assert (shown["2"].id, [part.id for part in shown["2"].parts]) == ("alignment:2", ["alignment:2.E03"])
    assert shown["2"].says.text().startswith("By our reading of their words, the national targets leave 1 of 2 parts")
    assert sum(len(gap.parts) for gap in shown.values()) == len(found)


def test_parts_of_a_target_are_told_in_arabic() -> None:
    found = find_gaps(Facts("NPL", tables=promise_tables(promises(target("1", *RESTORE)), TODAY)))
    part = next(gap for gap in found if gap.id == "alignment:3.E01")
    assert elements()["3.E01"].text_ar in part.says.text("ar")
    assert targets()["3"].title_ar in part.heading.text("ar")


def test_covered_part_is_no_gap_and_a_partly_covered_one_neither() -> None:
    for degree in (Degree.HIGH, Degree.LOW):
        assert "alignment:2.E01" not in dict(gaps(promises(target("1", RESTORE[0], ("2", degree))), "alignment"))


def action(name: str, **more) -> Action:
    return Action(id=name, party="NPL", text={"en": "Plant trees"}, **{"target": "1", "office": "Forests", **more})


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ((), ["implementation:no-action:1"]),
        ((action("a"),), []),
        ((action("a", target="other"),), ["implementation:no-action:1"]),
        ((action("a", office=""),), ["implementation:no-office:a"]),
        ((action("a", due=date(2026, 6, 30), status="running"),), ["implementation:overdue:a"]),
        ((action("a", due=date(2026, 6, 30), status="done"),), []),
        ((action("a", due=TODAY, status="running"),), []),
    ],
)
def test_gaps_in_implementation(actions: tuple[Action, ...], expected: list[str]) -> None:
    held = promises(target("1", *RESTORE), actions=actions)
    assert [name for name, _ in gaps(held, "implementation")] == expected


def test_means_still_needed_are_quoted() -> None:
    held = promises(target("1", *RESTORE, means=Means.REQUIRED, means_info={"en": "Two boats"}))
    assert gaps(held, "means") == [
        ("means:1", f"For “{RESTORE[0]}” the Party says it still needs: Two boats"),
    ]
    assert gaps(promises(target("1", *RESTORE, means=Means.AVAILABLE)), "means") == []


def test_statements_of_the_party_are_among_the_tables() -> None:
    said = NotCovered(party="NPL", target="3", info={"en": "not the sea"}, source="ORT")
    tables = promise_tables(promises(target("1", *RESTORE), statements=(said,)), TODAY)
    assert tables["promises.statements"].to_pylist() == [
        {"target": "3", "info": [("en", "not the sea")], "source": "ORT"}
    ]
