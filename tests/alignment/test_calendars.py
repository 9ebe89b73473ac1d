from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.alignment.calendars import (
    Calendar,
    fiscal_year,
    from_gregorian,
    read_date,
    read_period,
    side_by_side,
    to_gregorian,
)
from biosetu.problems import DataError

SAME_DAY = list(
    csv.DictReader((Path(__file__).parent / "data" / "same_day.csv").read_text(encoding="utf-8").splitlines())
)


@pytest.mark.parametrize("row", SAME_DAY, ids=lambda row: row["gregorian"])
def test_same_day_in_other_calendars(row: dict[str, str]) -> None:
    day = date.fromisoformat(row["gregorian"])
    shown = side_by_side(day)
    for calendar in (Calendar.BIKRAM_SAMBAT, Calendar.SOLAR_HIJRI, Calendar.HIJRI):
        if row[calendar]:
            assert shown[calendar] == row[calendar]
            assert to_gregorian(calendar, *(int(part) for part in row[calendar].split("-"))) == day


@pytest.mark.parametrize("calendar", [Calendar.BIKRAM_SAMBAT, Calendar.SOLAR_HIJRI, Calendar.HIJRI])
@given(offset=st.integers(0, 25_000))
def test_conversion_there_and_back_is_the_same_day(calendar: Calendar, offset: int) -> None:
    day = date(1985, 1, 1) + timedelta(days=offset)
    try:
        written = from_gregorian(calendar, day)
    except ValueError:
        assert calendar is not Calendar.SOLAR_HIJRI
        return
    assert to_gregorian(calendar, *written) == day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2030-12-31", "2030-12-31"),
        ("2087-04-01 BS", "2030-07-17"),
        ("२०८७-०४-०१ वि.सं.", "2030-07-17"),
        ("1409/10/01 ه.ش", "2030-12-22"),
        ("1447 هـ", "2026-06-15"),
        ("BS 2086", "2030-04-13"),
        ("2030", "2030-12-31"),
        ("٢٠٣٠/١٢/٣١ م", "2030-12-31"),
    ],
)
def test_date_is_read_in_the_calendar_that_it_names(written: str, day: str) -> None:
    assert read_date(written).isoformat() == day


@pytest.mark.parametrize("written", ["2087", "1404-12-30 SH", "2087-04-40 BS", "next year", "2030-02-30"])
def test_date_that_stays_open_or_does_not_exist_is_refused(written: str) -> None:
    with pytest.raises(DataError):
        read_date(written)


@pytest.mark.parametrize(
    ("written", "party", "start", "end"),
    [
        ("2079/80", "NPL", "2022-07-17", "2023-07-16"),
        ("आ.व. २०७९/८०", "NPL", "2022-07-17", "2023-07-16"),
        ("FY 2023-24", "IND", "2023-04-01", "2024-03-31"),
        ("2023/2024", "BGD", "2023-07-01", "2024-06-30"),
        ("2024", "LKA", "2024-01-01", "2024-12-31"),
        ("2023/24", "NPL", "2023-07-17", "2024-07-15"),
        ("2080/81", "NPL", "2023-07-17", "2024-07-15"),
        ("2080/81", "", "2023-07-17", "2024-07-15"),
        ("2080/81 BS", "IND", "2024-04-01", "2025-03-31"),
        ("FY 1402", "IRN", "2023-03-21", "2024-03-19"),
        ("FY 2024", "LKA", "2024-01-01", "2024-12-31"),
        ("2080 BS", "", "2023-04-14", "2024-04-12"),
        ("1445 هـ", "", "2023-07-19", "2024-07-06"),
        ("2087-04-01 BS", "NPL", "2030-07-17", "2030-07-17"),
    ],
)
def test_fiscal_year_has_its_first_and_last_day(written: str, party: str, start: str, end: str) -> None:
    period = read_period(written, party)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    ("written", "party"),
    [
        ("2023/24", ""),
        ("2023/24", "LKA"),
        ("1402/03", ""),
        ("FY 2024", "IND"),
        ("2080/81", "IND"),
        ("1400/01 AH", "IND"),
    ],
)
def test_fiscal_year_of_which_the_first_day_stays_open_is_refused(written: str, party: str) -> None:
    with pytest.raises(DataError) as refused:
        read_period(written, party)
    assert [problem.code for problem in refused.value.problems] == ["fiscal-year"]


@pytest.mark.parametrize(("party", "remedy"), [("LKA", "Write one year alone"), ("NRU", "Name the Party")])
def test_two_years_are_refused_by_what_is_known_of_the_party(party: str, remedy: str) -> None:
    with pytest.raises(DataError) as refused:
        read_period("2023/24", party)
    assert refused.value.problems[0].remedy.startswith(remedy)


@given(year=st.integers(2000, 2040), party=st.sampled_from(["NPL", "IND", "PAK", "AFG", "THA", "EGY"]))
def test_fiscal_years_follow_each_other_without_a_day_between(year: int, party: str) -> None:
    first, second = (read_period(f"{start}/{start + 1}", party) for start in (year, year + 1))
    assert second.start - first.end == timedelta(days=1)
    assert first.start.year == year
    assert 354 <= (first.end - first.start).days <= 366


@pytest.mark.parametrize(
    ("party", "day", "year"),
    [
        ("NPL", date(2024, 7, 16), "2081/82 BS"),
        ("NPL", date(2024, 7, 15), "2080/81 BS"),
        ("IND", date(2025, 4, 1), "2025/26"),
        ("IND", date(2025, 3, 31), "2024/25"),
        ("PAK", date(2000, 1, 1), "1999/00"),
        ("IRN", date(2026, 11, 23), ""),
        ("LKA", date(2025, 4, 1), ""),
        ("JOR", date(2025, 4, 1), ""),
        ("NPL", date(1600, 1, 1), ""),
    ],
)
def test_fiscal_year_of_a_day_is_that_of_the_party(party: str, day: date, year: str) -> None:
    assert fiscal_year(party, day) == year


@given(st.sampled_from(["NPL", "IND", "BGD", "THA", "KWT", "AFG"]), st.dates(date(1945, 1, 1), date(2040, 1, 1)))
def test_fiscal_year_of_a_day_read_again_holds_the_day(party: str, day: date) -> None:
    period = read_period(fiscal_year(party, day), party)
    assert period.start <= day <= period.end
    assert fiscal_year(party, period.start) == fiscal_year(party, period.end) == fiscal_year(party, day)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2025-2030", "2025-01-01", "2030-12-31"),
        ("2025 – 2030", "2025-01-01", "2030-12-31"),
        ("२०२५-२०३०", "2025-01-01", "2030-12-31"),
        ("2081-2087 BS", "2024-04-13", "2031-04-14"),
    ],
)
def test_years_further_apart_are_a_span_of_whole_years(written: str, first: str, last: str) -> None:
    period = read_period(written, "NPL")
    assert (str(period.start), str(period.end), period.fiscal) == (first, last, False)


@pytest.mark.parametrize("written", ["2030-2025", "2025-30", "2081-2087", "2025-2087", "FY 2025-2030"])
def test_years_that_are_no_certain_span_are_refused(written: str) -> None:
    with pytest.raises(DataError):
        read_period(written, "NPL")
