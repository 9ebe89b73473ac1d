from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from biosetu.alignment import Decision, Declared, Degree, NationalTarget, Promises, Suggested, Verdict
from biosetu.alignment.matrices import MEASURED, alignment_matrix, measured_matrix, sorted_rows
from biosetu.framework import elements, indicators, targets
from biosetu.problems import UsageError

HELD_SCHEMA = pa.schema([field for field in MEASURED if field.name not in {"national_target", "title", "target"}])


def target(name: str, text: str, code: str, degree: Degree | None = Degree.HIGH, **more) -> NationalTarget:
    declared = (Declared(target=code, degree=degree),)
    return NationalTarget(id=name, party="NPL", title={"en": text}, declared=declared, **more)


RESTORE = target("NT-2", "Restore 30 per cent of degraded land", "2", sequence=2)
CITIES = target("NT-1", "Green spaces in every city", "12", Degree.LOW, sequence=1)


def promises(*found: NationalTarget, **more) -> Promises:
    return Promises(party="NPL", targets=found, **more)


def figure(indicator: str, year: int | None = 2024, **more) -> dict[str, object]:
    return {"indicator": indicator, "measured": "yes", "year": year, "value": 1.5, "source": "national", **more}


def measured(held: Promises, *rows: dict[str, object]) -> list[dict[str, object]]:
    return measured_matrix(held, pa.Table.from_pylist(list(rows), schema=HELD_SCHEMA)).to_pylist()


def test_party_by_target_has_every_goal_and_target_with_parts_that_add_up() -> None:
    rows = alignment_matrix([promises(RESTORE, CITIES), Promises(party="BTN")]).to_pylist()
    assert [row["target"] for row in rows] == list(targets())
    for row in rows:
        parts = sum(row[name] for name in ("covered", "partly", "not_covered", "not_compared"))
        assert parts == row["parts"] == sum(e.target == row["target"] for e in elements().values())
    by_target = {row["target"]: row for row in rows}
    assert (by_target["2"]["degree"], by_target["2"]["national_targets"], by_target["2"]["covered"]) == (
        "high", "NT-2", 1,
    )  # fmt: skip
    assert (by_target["12"]["degree"], by_target["3"]["degree"], by_target["3"]["basis"]) == ("low", "", "")


def test_confirmed_alignment_is_marked_and_declared_stands_before_it() -> None:
    shown = Suggested(target="8", rank=1, score=0.4)
    said = Decision(
        national_target="NT-2", target="8", verdict=Verdict.CONFIRMED, suggestion=shown, by="M", on=date.max
    )
    rows = {row["target"]: row for row in alignment_matrix([promises(RESTORE, decisions=(said,))]).to_pylist()}
    assert (rows["8"]["basis"], rows["8"]["degree"], rows["2"]["basis"]) == ("confirmed", "stated", "declared")


def test_declared_level_of_progress_stands_beside_coverage() -> None:
    progress = {"NPL": {"2": ("on-track", 2026)}}
    rows = {row["target"]: row for row in alignment_matrix([promises(RESTORE)], progress).to_pylist()}
    assert (rows["2"]["progress"], rows["2"]["progress_year"]) == ("on-track", 2026)
    assert (rows["3"]["progress"], rows["3"]["progress_year"]) == ("", None)


def test_headline_and_binary_indicators_are_asked_for_and_said_to_be_absent() -> None:
    rows = measured(promises(CITIES), figure("12.1"))
    asked = {one.code for one in indicators().values() if "12" in one.targets and one.kind in {"headline", "binary"}}
    found = {row["indicator"]: row["measured"] for row in rows}
    assert set(found) == asked
    assert (found.pop("12.1"), set(found.values())) == ("yes", {"absent"})


def test_every_series_of_an_indicator_is_a_row_with_its_source() -> None:
    rows = measured(promises(RESTORE), figure("2.1", series="own"), figure("2.1", 2020, source="availableDataset"))
    assert [(row["year"], row["source"]) for row in rows if row["indicator"] == "2.1"] == [
        (2024, "national"),
        (2020, "availableDataset"),
    ]


def test_other_indicators_appear_once_they_are_measured_or_named_by_the_target() -> None:
    other = next(o.code for o in indicators().values() if "2" in o.targets and o.kind == "complementary")
    assert other not in {row["indicator"] for row in measured(promises(RESTORE))}
    assert other in {row["indicator"] for row in measured(promises(RESTORE), figure(other))}
    named = RESTORE.model_copy(update={"indicators": (f"{other} Some title",)})
    assert other in {row["indicator"] for row in measured(promises(named))}


def test_targets_stand_in_the_partys_own_order() -> None:
    rows = measured(promises(RESTORE, CITIES))
    assert list(dict.fromkeys(row["national_target"] for row in rows)) == ["NT-1", "NT-2"]


def test_without_national_targets_the_global_ones_stand_in_their_place() -> None:
    rows = measured(promises())
    assert {row["national_target"] for row in rows} == {""}
    asked = [one for one in indicators().values() if one.kind in {"headline", "binary"}]
    expected = [code for code in targets() if any(code in one.targets for one in asked)]
    assert list(dict.fromkeys(row["target"] for row in rows)) == expected


TABLE = pa.table(
    {
        "target": ["10", "A", "2", "3"],
        "degree": ["low", "", "high", "medium"],
        "year": pa.array([2020, None, 2024, 2022], pa.int32()),
        "holder": ["b", "", "A", "c"],
    }
)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("", ["10", "A", "2", "3"]),
        ("target", ["A", "2", "3", "10"]),
        ("-target", ["10", "3", "2", "A"]),
        ("degree", ["2", "3", "10", "A"]),
        ("-degree", ["10", "3", "2", "A"]),
        ("year", ["10", "3", "2", "A"]),
        ("-year", ["2", "3", "10", "A"]),
        ("holder", ["2", "10", "3", "A"]),
    ],
)
def test_sorted_by_meaning_and_rows_without_a_value_last(by: str, expected: list[str]) -> None:
    assert sorted_rows(TABLE, by).column("target").to_pylist() == expected


def test_unknown_column_is_a_usage_error_that_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="target, degree, year, holder"):
        sorted_rows(TABLE, "colour")
