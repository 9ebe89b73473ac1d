from __future__ import annotations

import re

from biosetu.figures import severity_curve
from biosetu.translation import Voice

AT = (0, 50, 100)
SIDES = ((100, 40, 0), (100, 20, 0), (100, 60, 10))


def drawn(language: str = "en") -> str:
    return str(severity_curve(SIDES, AT, [(50, 40)], Voice(language), key="c", title="C1 Fen", text="why"))


def test_curve_names_itself_its_axes_and_the_extent_at_its_limits() -> None:
    found = drawn()
    assert "C1 Fen" in found
    assert ">40 %<" in found
    assert "relative severity, at least [%]" in found
    assert found.count("<circle") == 1


def test_curve_falls_away_from_where_reading_begins() -> None:
    """The dot of 50 % stands in the middle of the axis, which is mirrored in Arabic."""
    places = [float(re.search(r'<circle[^>]*cx="([\d.]+)"', drawn(language))[1]) for language in ("en", "ar")]  # type: ignore[index]
    assert places == [233.0, 207.0]


def test_curve_of_nothing_is_nothing() -> None:
    assert severity_curve(((), (), ()), (), [], Voice("en"), key="c", title="C1") == ""
