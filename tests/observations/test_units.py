import pytest

from biosetu.framework import indicators
from biosetu.observations import indicator_units, unit_code, units, value_range


@pytest.mark.parametrize(
    ("text", "code"), [("%", "percent"), ("Hectares", "ha"), (" km² ", "km2"), ("US$", "usd"), ("acres", "acres")]
)
def test_unit_code_of_usual_spellings(text: str, code: str) -> None:
    assert unit_code(text) == code


def test_value_range_of_an_indicator_comes_before_the_unit_s() -> None:
    assert (value_range("A.3", "index").minimum, value_range("A.3", "index").maximum) == (0, 1)
    assert (value_range("B.1", "index").minimum, value_range("B.1", "index").maximum) == (None, None)
    assert value_range("3.1", "percent").holds(100)
    assert not value_range("3.1", "percent").holds(100.1)
    assert value_range("2.1", "ha").holds(1e9)


def test_indicator_units_of_every_headline_indicator_are_tabled_and_known() -> None:
    headline = [code for code, record in indicators().items() if record.kind == "headline"]
    assert len(headline) == 27
    for code in headline:
        assert set(indicator_units(code)) <= set(units())
        assert value_range(code, "percent").maximum == 100


def test_indicator_units_of_an_open_indicator_are_any() -> None:
    assert indicator_units("B.1") == ()


def test_units_have_a_label_in_both_languages() -> None:
    assert [code for code, unit in units().items() if not (unit.label("en") and unit.label("ar"))] == []
    assert (units()["percent"].label("en"), units()["ha"].label("ar")) == ("%", "هكتار")


def test_units_that_the_framework_names_are_all_known_and_allowed() -> None:
    for code, record in indicators().items():
        named = {unit_code(unit) for unit in record.units}
        assert named <= set(units()), code
        if indicator_units(code):
            assert named <= set(indicator_units(code)), code
