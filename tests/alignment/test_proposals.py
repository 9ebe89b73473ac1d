from __future__ import annotations

import pytest

from biosetu.alignment.importing import read_tables
from biosetu.alignment.proposals import proposal_table, propose
from biosetu.engine.grids import Book, Grid

CHAPTER = """Chapter 3
Target 1: By 2030 the whole country lies
under land-use plans.

Other text.
Target 2. Restore 30 per cent of degraded land by 2030.
Action 2.1: Plant trees on 500 hectares until 2028.
More about the action.

End."""
PAGES = (
    "Contents\nTarget 1: Plan the land ........ 2\nTarget 2: Restore ........ 3",
    CHAPTER,
    "Target 2. Restore.",
)


def test_targets_and_actions_are_proposed_with_page_and_passage() -> None:
    found = [(p.kind, p.number, p.page, p.text) for p in propose(PAGES)]
    assert found == [
        ("target", "1", 2, "By 2030 the whole country lies under land-use plans."),
        ("target", "2", 2, "Restore 30 per cent of degraded land by 2030."),
        ("action", "2.1", 2, "Plant trees on 500 hectares until 2028. More about the action."),
    ]


def test_quantities_and_years_are_shown_for_confirmation() -> None:
    rows = {row["id"]: row for row in proposal_table(propose(PAGES)).to_pylist()}
    assert (rows["2"]["quantities"], rows["2"]["years"], rows["2"]["status"]) == ("30 % by 2030", "2030", "proposed")
    assert rows["2.1"]["quantities"] == "500 ha by 2028"


@pytest.mark.parametrize(
    ("line", "kind", "number", "language"),
    [
        ("National Target 4: Save the leopard and the crane", "target", "4", "en"),
        ("الهدف الوطني ٣: حماية الأنواع المهددة", "target", "3", "ar"),
        ("राष्ट्रिय लक्ष्य ५: वन क्षेत्रको संरक्षण गर्ने", "target", "5", "ne"),
        ("Целевая задача 7: Сократить загрязнение", "target", "7", "ru"),
        ("目标6：防控外来入侵物种", "target", "6", "zh"),
        ("Target 2\tRestore wetlands of the delta", "target", "2", "en"),
        ("Mục tiêu 8: Thích ứng với biến đổi khí hậu", "target", "8", "vi"),
        ("الإجراء 3.2: تدريب الموظفين", "action", "3.2", "ar"),
        ("National Target No. 3: Save the leopard and the crane", "target", "3", "en"),
        ("NBT-3: Save the leopard and the crane", "target", "3", "en"),
        ("Target A1: Save the leopard and the crane", "target", "A1", "en"),
        ("Objective 3: Save the leopard and the crane", "target", "3", "en"),
        ("TARGET 3\nSave the leopard and the crane", "target", "3", "en"),
        ("เป้าหมายที่ 3: อนุรักษ์พื้นที่ชุ่มน้ำ", "target", "3", "th"),
    ],
)
def test_headings_are_known_in_the_languages_of_the_region(line: str, kind: str, number: str, language: str) -> None:
    (found,) = propose([line])
    assert (found.kind, found.number, found.language) == (kind, number, language)


FULL = "Since the last strategy little was done, and of what was meant by the ministry under its"


@pytest.mark.parametrize(
    ("before", "line", "numbers"),
    [
        (FULL, "Target 4 of the earlier plan nothing came about.", []),
        (FULL, "Target 4: Restore the wetlands.", ["4"]),
        ("", "Target 4 Restore the wetlands", ["4"]),
        ("The paragraph before ends here.", "Target 4 Restore the wetlands", ["4"]),
    ],
)
def test_number_with_but_a_space_after_it_announces_a_target_only_at_a_paragraph(before, line, numbers) -> None:
    assert [p.number for p in propose([f"{FULL}\n{FULL}\n{before}\n{line}"])] == numbers


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["Target 1: Plan the land", "", "By 2030 all of it.", "", "Prose."], "Plan the land By 2030 all of it."),
        (["Target 1:", "", "Plan the land.", "", "Prose."], "Plan the land."),
        (["Target 1: Plan.", "", "Prose."], "Plan."),
        ([f"Target 1: {FULL}", "law.", "Prose.", FULL], f"{FULL} law."),
        ([f"Target 1: {FULL}", FULL, "law.", FULL], f"{FULL} {FULL} law."),
    ],
)
def test_statement_ends_with_its_paragraph(lines: list[str], text: str) -> None:
    assert [p.text for p in propose(["\n".join(lines)])] == [text]


@pytest.mark.parametrize("text", ["", "The target is 30 per cent.", "Target: none", "Figure 3: Map", "Target 3"])
def test_text_without_a_statement_proposes_nothing(text: str) -> None:
    assert propose([text]) == ()


RESTARTING = """Goal A
Target 1: Restore the wetlands of the delta.
Action 1: Plant mangroves along the coast.
Action 2: Close the drains of the marsh.

Target 2: Keep invasive species out of the islands.
Action 1: Inspect the ports of the islands.
Action 2: Close the drains of the marsh.

Goal B
Target 1: Share the benefits of genetic resources.
Action 1.7: Write the law."""


def test_numbers_that_begin_anew_lose_nothing_and_actions_know_their_target() -> None:
    assert [(p.kind, p.number, p.target, p.text.split()[0]) for p in propose([RESTARTING])] == [
        ("target", "A.1", "", "Restore"),
        ("action", "A.1.1", "A.1", "Plant"),
        ("action", "A.1.2", "A.1", "Close"),
        ("target", "2", "", "Keep"),
        ("action", "2.1", "2", "Inspect"),
        ("action", "2.2", "2", "Close"),
        ("target", "B.1", "", "Share"),
        ("action", "B.1.7", "B.1", "Write"),
    ]


def test_proposals_that_were_left_in_are_imported_as_what_they_are() -> None:
    table = proposal_table(propose([RESTARTING])).to_pylist()
    rows = (tuple(table[0]), *(tuple(row.values()) for row in table))
    found = read_tables(Book("p.xlsx", "xlsx", (Grid("", rows),)), "NPL")
    told = [(target.id, target.text().split()[0]) for _, target in found.targets]
    assert told == [("A.1", "Restore"), ("2", "Keep"), ("B.1", "Share")]
    assert [(action.id, action.target, action.status) for _, action in found.actions] == [
        ("A.1.1", "A.1", None), ("A.1.2", "A.1", None), ("2.1", "2", None), ("2.2", "2", None), ("B.1.7", "B.1", None),
    ]  # fmt: skip
    assert found.problems == ()


CONTAINED = """Goal A

Target 1: Restore wetlands.

Goal B

Target 1: Restore wetlands and rivers.
Action 1: Clean them."""


def test_target_under_another_goal_is_kept_though_its_words_hold_those_of_the_first() -> None:
    assert [(p.number, p.target, p.text) for p in propose([CONTAINED])] == [
        ("A.1", "", "Restore wetlands."),
        ("B.1", "", "Restore wetlands and rivers."),
        ("1", "B.1", "Clean them."),
    ]


def test_goal_on_the_page_before_counts_and_a_repeated_heading_adds_nothing() -> None:
    pages = [
        CONTAINED.partition("\nTarget 1: Restore wetlands and")[0],
        "Target 1: Cut waste by half.",
        "Target 1: Cut waste",
    ]
    assert [(p.number, p.page, p.text) for p in propose(pages)] == [
        ("A.1", 1, "Restore wetlands."),
        ("B.1", 2, "Cut waste by half."),
    ]


TABLE = """Prose before.

No.\tNational target\tKey actions\tLead agency
1\tBy 2030 restore 30 per cent of degraded land\t1.1 Plant trees
1.2 Fence the springs\tMinistry of Forests
2\tProtect the sea of the islands\tPatrol the reefs; Map the reefs\tNavy

Target 9: Prose after the table."""
IN_TABLE = [
    ("target", "1", "", "By 2030 restore 30 per cent of degraded land", "", "2030"),
    ("action", "1.1", "1", "Plant trees", "Ministry of Forests", ""),
    ("action", "1.2", "1", "Fence the springs", "Ministry of Forests", ""),
    ("target", "2", "", "Protect the sea of the islands", "", ""),
    ("action", "", "2", "Patrol the reefs", "Navy", ""),
    ("action", "", "2", "Map the reefs", "Navy", ""),
    ("target", "9", "", "Prose after the table.", "", ""),
]


def told(pages: list[str]) -> list[tuple[str, ...]]:
    return [(p.kind, p.number, p.target, p.text, p.office, p.until) for p in propose(pages)]


def test_pasted_table_is_read_by_the_headings_of_its_columns() -> None:
    assert told([TABLE]) == IN_TABLE


def test_table_with_bars_is_read_too() -> None:
    bars = (
        "| No. | National target | Lead agency | Deadline |\n|---|---|---|---|\n| 3 | Cut waste by half | MoE | 2029 |"
    )
    assert told([bars]) == [("target", "3", "", "Cut waste by half", "MoE", "2029")]


def test_table_in_arabic_is_read() -> None:
    table = (
        "الرقم\tالهدف الوطني\tالإجراءات\tالجهة المسؤولة\n٣\tحماية ٣٠٪ من البحر بحلول ٢٠٣٠\tتدريب الحراس\tوزارة البيئة"
    )
    assert told([table]) == [
        ("target", "٣", "", "حماية ٣٠٪ من البحر بحلول ٢٠٣٠", "", "2030"),
        ("action", "", "٣", "تدريب الحراس", "وزارة البيئة", ""),
    ]


def test_table_goes_on_over_a_page_and_an_empty_target_means_the_one_before() -> None:
    first = "No.\tNational target\tKey actions\n1\tPlan the whole land\tDraw the maps"
    found = told([first, "\t\tTrain the planners\n2\tSave the cranes\tCount them all"])
    assert [entry[:4] for entry in found] == [
        ("target", "1", "", "Plan the whole land"),
        ("action", "", "1", "Draw the maps"),
        ("action", "", "1", "Train the planners"),
        ("target", "2", "", "Save the cranes"),
        ("action", "", "2", "Count them all"),
    ]


def test_action_beside_a_target_without_a_number_is_under_no_other_target() -> None:
    rows = ("No.\tNational target\tKey actions", "1\tRestore forests\tPlant many trees")
    more = ("\tRestore rivers\tClean them up", "\t\tCount all fish", "2\tRestore seas\tSail over them")
    assert [(entry.text, entry.target) for entry in propose(["\n".join((*rows, *more))]) if entry.kind == "action"] == [
        ("Plant many trees", "1"),
        ("Clean them up", ""),
        ("Count all fish", ""),
        ("Sail over them", "2"),
    ]


def test_row_without_headings_is_cut_where_a_cell_announces_something() -> None:
    assert [entry[:4] for entry in told(["Target 3\tSave the cranes\tAction 3.1: Count them"])] == [
        ("target", "3", "", "Save the cranes"),
        ("action", "3.1", "3", "Count them"),
    ]


def test_table_of_something_else_proposes_nothing() -> None:
    assert told(["Year\tArea\tSource\n2023\t12\tSurvey"]) == []
