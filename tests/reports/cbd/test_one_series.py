from __future__ import annotations

import pyarrow as pa
import pytest

from biosetu.jobs.reporting import not_sent
from biosetu.observations import SCHEMA, Source
from biosetu.observations.answers import METHOD
from biosetu.reports.cbd import LeftOut, left_out, one_series, points
from biosetu.reports.cbd.bodies import indicator_bodies, left_out_of_bodies


def row(year: int, value: float, **more: object) -> dict[str, object]:
    empty = {field.name: "" if pa.types.is_string(field.type) else None for field in SCHEMA}
    told = {"party": "NPL", "indicator": "3.1", "source": "national", "status": "validated", "unit": "percent"}
    return empty | told | {"year": year, "value": value, "series": "A", "vintage": "2025-01", "method": "m"} | more


def values(rows) -> list[tuple[int, float]]:
    return [(entry["year"], entry["value"]) for entry in one_series(rows)]


def test_two_series_are_never_spliced() -> None:
    held = [row(2022, 20.0), row(2023, 22.0), row(2023, 44.0, series="B"), row(2024, 45.0, series="B")]
    assert values(held) == [(2023, 44.0), (2024, 45.0)]


def test_series_of_the_newest_release_is_taken() -> None:
    held = [
        row(2023, 22.0),
        row(2022, 40.0, series="B", vintage="2024-06"),
        row(2023, 44.0, series="B", vintage="2024-06"),
    ]
    assert values(held) == [(2023, 22.0)]


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_figures_for_one_year_the_own_answer_of_the_party_stands(first: int) -> None:
    both = [row(2023, 22.0), row(2023, 25.0, method=METHOD, vintage="2025-01, own answer")]
    assert values(both[first:] + both[:first]) == [(2023, 25.0)]


def test_share_and_area_of_a_part_both_go_out() -> None:
    assert values([row(2023, 22.0), row(2023, 900.0, unit="km2", series="B")]) == [(2023, 22.0), (2023, 900.0)]


def test_parts_of_an_indicator_are_chosen_one_by_one() -> None:
    sea = {"disaggregation_type": "realm", "disaggregation": "marine", "series": "SEA"}
    assert values([row(2023, 22.0), row(2023, 5.0, **sea)]) == [(2023, 22.0), (2023, 5.0)]


def test_what_is_left_out_is_told_with_what_is_sent() -> None:
    held = [row(2023, 22.0), row(2023, 44.0, series="B", vintage="2026-01"), row(2022, 19.0)]
    (told,) = left_out(held, one_series(held))
    assert (told.series, told.vintage, told.figures, told.taken) == ("A", "2025-01", 2, ("B 2026-01",))


def test_workbook_and_body_hold_one_figure_a_year() -> None:
    table = pa.Table.from_pylist([row(2023, 22.0), row(2023, 44.0, series="B", vintage="2026-01")], schema=SCHEMA)
    assert [(point.year, point.value) for point in points(table, "3.1")] == [(2023, 44.0)]
    (body,) = indicator_bodies("NPL", table)
    assert [(entry.year, entry.value) for entry in body.data or ()] == [(2023, 44.0)]
    assert [one.series for one in left_out_of_bodies("NPL", table)] == ["A"]


def test_accepted_total_that_stays_out_beside_an_own_part_is_told() -> None:
    part = row(2024, 5.0, disaggregation_type="realm", disaggregation="marine")
    total = row(2023, 22.0, source="availableDataset", vintage="2025")
    table = pa.Table.from_pylist([total, part], schema=SCHEMA)
    told = [LeftOut("3.1", "", "A", "2025", 1, ("national",))]
    assert list(left_out_of_bodies("NPL", table)) == told
    assert list(not_sent(table, "NPL", "3.1", Source.NATIONAL)) == told
