import pytest
from tests.observations.rows import row, table

from biosetu.observations.sentences import Sentence, plain_number, rounded
from biosetu.sources import official
from biosetu.statistics.summary import Kind, baseline_periods, series_kinds, summarise
from biosetu.statistics.telling import MESSAGES, tell


def kind(name: str, **limits) -> dict[str, Kind]:
    return {"x": Kind(name, limits.get("rise"), limits.get("fall"), "test")}


def one(values: dict[int, float], name: str = "independent", *, resolution: float | None = 0.01, **limits):
    rows = [
        row(indicator="context:x", series="x", unit="usd", year=y, value=v, resolution=resolution)
        for y, v in values.items()
    ]
    (summary,) = summarise(table(*rows), kinds=kind(name, **limits))
    return summary


def vintages(old: dict[int, float], new: dict[int, float], name: str = "interpolated"):
    rows = [
        row(indicator="context:x", series="x", unit="usd", year=y, value=v, vintage=vintage, resolution=resolution)
        for vintage, resolution, values in (("2020", 0.001, old), ("2024", 0.1, new))
        for y, v in values.items()
    ]
    (summary,) = summarise(table(*rows), kinds=kind(name))
    return summary


def ids(summary) -> list[str]:
    return [sentence.id for sentence in tell(summary)]


def test_level_is_the_newest_vintage_s_newest_year() -> None:
    found = vintages({2010: 1.0, 2022: 1.1}, {2010: 5.0, 2021: 5.2})
    assert (found.level.year, found.level.value, found.level.vintage) == (2021, 5.2, "2024")
    assert found.vintages == ("2024", "2020")
    assert [point.year for point in found.points] == [2010, 2021]


def test_baseline_is_the_mean_of_the_available_years_of_the_reference_period() -> None:
    found = one({2009: 90.0, 2012: 10.0, 2016: 14.0, 2020: 12.0, 2024: 20.0})
    baseline = found.change.baseline
    assert (baseline.value, baseline.first, baseline.last, baseline.years) == (12.0, 2012, 2020, 3)
    assert (found.change.state, found.change.value, found.change.overlaps) == ("measured", 8.0, False)


def test_baseline_of_the_party_s_own_comes_before_the_general_one() -> None:
    rows = [row(indicator="context:x", unit="usd", year=y, value=v) for y, v in ((2000, 1.0), (2015, 2.0), (2024, 3.0))]
    (found,) = summarise(table(*rows), baselines={"context:x": (2000, 2000)})
    assert (found.change.baseline.value, found.change.value) == (1.0, 2.0)


@pytest.mark.parametrize(("step", "state"), [(0.0501, "measured"), (0.0499, "below-rounding"), (0.0, "below-rounding")])
def test_change_must_exceed_five_times_the_rounding(step: float, state: str) -> None:
    assert one({2015: 1.0, 2024: 1.0 + step}).change.state == state


def test_change_and_trend_are_the_newest_vintage_s_even_where_an_older_one_is_finer() -> None:
    found = vintages({2013: 1.000, 2015: 1.020, 2019: 1.040}, {2013: 1.0, 2015: 1.0, 2023: 1.0})
    assert (found.level.vintage, found.change.baseline.vintage, found.change.state) == (
        "2024",
        "2024",
        "below-rounding",
    )
    assert (found.trend.vintage, found.trend.state, found.trend.direction) == ("2024", "below-rounding", "none")
    assert found.older is None
    assert ids(found) == ["level", "change-below-rounding"]


def test_slope_of_an_older_vintage_is_told_with_both_vintages_and_gives_no_direction() -> None:
    found = vintages({2010: 1.000, 2015: 1.050, 2020: 1.100}, {2010: 1.0, 2015: 1.0, 2023: 1.1})
    assert (found.trend.direction, found.older.vintage, found.older.direction) == ("none", "2020", "rising")
    assert ids(found) == ["level", "change-below-rounding", "trend-older"]
    assert tell(found)[-1].text() == (
        "The older release 2020 shows +0.01 US$ a year over 2010–2020; release 2024 does not confirm it."
    )


@pytest.mark.parametrize(("last", "told"), [(1.098, False), (1.1, True), (1.102, True)])
def test_slope_of_an_older_vintage_is_told_from_the_rounding_of_the_newest_on(last: float, told: bool) -> None:
    found = vintages({2010: 1.0, 2015: (1.0 + last) / 2, 2020: last}, {2010: 1.0, 2015: 1.0, 2023: 1.1})
    assert (found.older is not None) == told


def test_slope_of_an_older_vintage_is_not_told_beside_a_trend_of_the_newest() -> None:
    found = vintages({2010: 1.0, 2015: 2.0, 2020: 3.0}, {2010: 1.0, 2015: 4.0, 2020: 7.0})
    assert (found.trend.vintage, found.trend.direction, found.older) == ("2024", "rising", None)


def test_change_never_splices_vintages() -> None:
    found = vintages({2015: 100.0, 2016: 100.0}, {2022: 50.0, 2023: 50.0})
    assert (found.change.state, found.change.baseline) == ("no-baseline", None)
    assert found.trend.state == "few-points"


def test_change_below_rounding_in_every_vintage_is_said_so() -> None:
    found = vintages({2015: 1.0, 2019: 1.0}, {2015: 1.0, 2023: 1.0})
    assert ids(found) == ["level", "change-below-rounding", "trend-few-points"]


def test_change_with_the_latest_year_as_only_baseline_is_not_given() -> None:
    assert one({1996: 10.0, 2016: 8.0}).change.state == "no-baseline"


def test_change_of_a_single_year_is_not_given() -> None:
    assert one({2016: 8.0}).change.state == "one-year"


@pytest.mark.parametrize("points", [2, 3])
def test_trend_needs_more_than_two_points(points: int) -> None:
    found = one({2020 + i: 10.0 * i for i in range(points)})
    assert found.trend.state == ("few-points" if points == 2 else "slope")


def test_trend_of_independent_years_has_an_interval_and_a_direction() -> None:
    found = one({2010 + i: 2.0 * i for i in range(8)})
    assert (found.trend.state, found.trend.direction, found.trend.slope.slope) == ("interval", "rising", 2.0)
    assert (found.trend.slope.lower, found.trend.slope.upper) == (2.0, 2.0)
    assert one({2010 + i: -2.0 * i for i in range(8)}).trend.direction == "falling"


def test_trend_whose_interval_holds_zero_has_no_direction() -> None:
    found = one({2010 + i: v for i, v in enumerate([1.0, 5.0, 2.0, 6.0, 1.5, 5.5, 2.5, 6.5])})
    assert (found.trend.state, found.trend.direction) == ("interval", "none")
    assert ids(found)[-1] == "trend-none"


@pytest.mark.parametrize("name", ["interpolated", "reconstructed", "unstated"])
def test_trend_of_dependent_years_is_a_slope_without_interval(name: str) -> None:
    found = one({2010 + i: 2.0 * i for i in range(8)}, name)
    assert (found.trend.state, found.trend.slope.lower, found.trend.slope.upper) == ("slope", None, None)
    assert ids(found)[-1] == f"trend-{name}"


def test_trend_of_releases_is_not_drawn() -> None:
    found = one({2010 + i: 2.0 * i for i in range(8)}, "releases")
    assert (found.trend.state, found.trend.slope, found.change.state) == ("not-comparable", None, "measured")


@pytest.mark.parametrize(
    ("values", "breaks"),
    [
        ({2015: 35.7, 2016: 1.0}, [(2015, 2016)]),
        ({2015: 1.0, 2016: 6.1}, [(2015, 2016)]),
        ({2015: 1.0, 2016: 6.0}, []),
        ({2015: 1.0, 2017: 11.0}, []),
        ({2015: 6.0, 2016: 5.5}, []),
        ({2015: 6.0, 2016: 5.4}, [(2015, 2016)]),
    ],
)
def test_break_is_a_step_beyond_the_limit_per_year(values, breaks) -> None:
    found = one(values, "releases", rise=5.0, fall=0.5)
    assert [(step.before_year, step.year) for step in found.breaks] == breaks


def test_change_across_a_break_is_not_given() -> None:
    found = one({2013: 35.6, 2019: 35.7, 2020: 1.0, 2024: 2.8}, "releases", rise=5.0, fall=0.5)
    assert (found.change.state, found.change.value) == ("series-break", None)
    assert ids(found) == ["level", "series-break", "change-series-break", "trend-not-comparable"]


def test_change_after_a_break_before_the_reference_period_is_given() -> None:
    found = one({2009: 35.7, 2010: 1.0, 2015: 1.0, 2024: 2.8}, "releases", rise=5.0, fall=0.5)
    assert (found.change.state, round(found.change.value, 6)) == ("measured", 1.8)


def test_answers_have_neither_change_nor_trend() -> None:
    rows = [
        row(indicator="context:x", series="x", unit="flag", year=y, value=v, resolution=1.0)
        for y, v in ((2010, 0.0), (2016, 1.0))
    ]
    (found,) = summarise(table(*rows), kinds=kind("answer"))
    assert ids(found) == ["level-yes"]


def test_silent_rows_have_no_summary() -> None:
    silent = row(source="noData", value=None, resolution=None, unit="", footnote="none")
    assert summarise(table(silent)) == ()


def test_sources_and_disaggregations_are_never_mixed() -> None:
    own = {"source": "national", "status": "proposed"}
    part = {"disaggregation_type": "realm", "disaggregation": "marine"}
    found = summarise(table(row(), row(**own), row(**part), row(unit="count", indicator="A.1")))
    assert len(found) == 4


def of(party: str, series: str):
    return next(item for item in summarise(official.observations(party)) if item.series == series)


@pytest.mark.parametrize("party", ["NPL", "JOR"])
def test_red_list_index_that_moves_by_less_than_the_newest_rounding_has_no_clear_change(party: str) -> None:
    found = of(party, "ER_RSK_LST")
    assert (found.level.vintage, found.change.baseline.vintage, found.trend.vintage) == ("2024", "2024", "2024")
    assert (found.change.state, found.trend.direction, found.older) == ("below-rounding", "none", None)
    assert ids(found) == ["level", "change-below-rounding"]


def test_red_list_index_that_falls_by_more_in_the_older_vintage_says_so_with_its_release() -> None:
    found = of("BRN", "ER_RSK_LST")
    assert found.trend.direction == "none"
    assert tell(found)[-1].text() == (
        "The older release 2020-10 shows −0.00047 a year over 1993–2020; release 2024 does not confirm it."
    )


def test_red_list_index_that_falls_in_the_newest_vintage_keeps_its_direction() -> None:
    found = of("BGD", "ER_RSK_LST")
    assert (found.trend.vintage, found.trend.direction, found.older) == ("2024", "falling", None)


@pytest.mark.parametrize("party", ["JOR", "ARE", "BHR", "OMN"])
def test_marine_cover_with_a_leap_is_a_series_break(party: str) -> None:
    found = of(party, "ER.MRN.PTMR.ZS")
    assert (found.change.state, found.trend.state) == ("series-break", "not-comparable")


@pytest.mark.parametrize("party", ["LKA", "BGD", "QAT", "IND"])
def test_marine_cover_without_a_leap_is_none(party: str) -> None:
    assert of(party, "ER.MRN.PTMR.ZS").breaks == ()


def test_every_official_series_is_tabled() -> None:
    assert {item.series for item in official.series().values()} <= set(series_kinds())
    assert {kind.name for kind in series_kinds().values()} == {
        "unstated",
        "interpolated",
        "reconstructed",
        "releases",
        "independent",
        "answer",
    }
    assert all(kind.reference for kind in series_kinds().values())
    assert baseline_periods()["*"] == (2011, 2020)


def test_sentences_are_filled_for_every_official_series_in_both_languages() -> None:
    for summary in summarise(official.observations()):
        for sentence in tell(summary):
            for language in ("en", "ar"):
                text = sentence.text(language)
                assert "{" not in text
                assert "  " not in text


def test_sentence_reads_well_in_words_and_units() -> None:
    found = of("JOR", "ER.LND.PTLD.ZS")
    assert [sentence.text() for sentence in tell(found)] == [
        "4.48 % in 2022.",
        "Change from the mean of 2016–2020 (2.57 %; years held: 5) to 2022: +1.91 percentage points (release 2025-02).",
        "No trend: the years are releases of a database whose records and rules change.",
    ]
    assert tell(of("NPL", "ER_RSK_LST"))[0].text() == "0.85 in 2024."


@pytest.mark.parametrize(
    ("value", "resolution", "shown"),
    [
        (0.83043, 0.01, "0.83"),
        (0.83043, 0.00001, "0.8304"),
        (1234.5, 1, "1,234"),
        (0.00012345, None, "0.0001234"),
        (-0.001, 0.01, "0"),
        (23.626041, None, "23.63"),
        (4700.0, 10, "4,700"),
    ],
)
def test_numbers_stand_at_the_rounding_of_their_source(value, resolution, shown) -> None:
    assert plain_number(rounded(value, resolution)) == shown


def test_sentence_as_dict_keeps_message_and_values_apart() -> None:
    sentence = Sentence("level", MESSAGES["level"], {"value": 0.5, "unit": "percent", "year": 2020})
    assert sentence.as_dict() == {
        "id": "level",
        "message": "{value} {unit} in {year}.",
        "values": {"value": 0.5, "unit": "percent", "year": 2020},
    }


def test_what_is_tabled_of_a_publisher_s_series_does_not_hold_for_national_figures() -> None:
    own = {"source": "national", "status": "proposed", "indicator": "3.1", "unit": "percent"}
    rows = [row(**own, series="ER.MRN.PTMR.ZS", year=y, value=float(y - 2000)) for y in (2012, 2016, 2020, 2024)]
    (found,) = summarise(table(*rows))
    assert (found.kind, found.trend.state, found.breaks) == ("unstated", "slope", ())


def test_one_year_is_said_once_to_have_neither_change_nor_trend() -> None:
    assert ids(one({2016: 8.0})) == ["level", "change-one-year"]
