"""The tables alone: counts of the decisions, unique codes, references that resolve, every cell filled."""

import pkgutil
import re
from collections import Counter
from datetime import date, timedelta

import pytest

import biosetu.framework
from biosetu.framework import (
    centres,
    context_facts,
    coverage,
    coverage_of,
    cycles,
    disaggregations,
    elements,
    indicators,
    parties,
    states,
    targets,
)
from biosetu.framework.reading import rows
from biosetu.observations.units import indicator_units, units

KINDS = {"outcome", "quantity", "action", "means", "condition", "scope", "beneficiary"}
COMPARISONS = {"at_least", "at_most", "reduce_by", "reduce", "increase", "reach"}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("targets", ("code",)),
        ("targets", ("identifier",)),
        ("elements", ("id",)),
        ("indicators", ("code",)),
        ("parties", ("iso3",)),
        ("parties", ("iso2",)),
        ("centres", ("id",)),
        ("centres", ("alias",)),
        ("coverage", ("centre", "party", "valid_from")),
        ("cycles", ("id",)),
        ("relevance", ("kind", "subject", "condition")),
        ("disaggregations", ("indicator", "position")),
        ("context_facts", ("party", "fact")),
        ("questions", ("key",)),
        ("answers", ("value",)),
        ("considerations", ("letter",)),
        ("codes", ("list", "code")),
        ("states", ("field", "state")),
    ],
)
def test_key_of_a_table_is_unique(table, key):
    counted = Counter(tuple(row[column] for column in key) for row in rows(table))
    assert [value for value, times in counted.items() if times > 1] == []


@pytest.mark.parametrize(
    "table", ["targets", "elements", "parties", "indicators", "centres", "relevance", "cycles", "states"]
)
def test_every_row_names_its_source(table):
    column = "source" if table in ("parties", "centres") else "reference"
    assert [row for row in rows(table) if not row[column]] == []


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("targets", ("title_en", "title_ar", "theme_en", "theme_ar", "summary_en", "summary_ar", "url")),
        ("elements", ("text_en", "text_ar", "kind")),
        ("indicators", ("title_en", "title_ar", "title_fr", "title_es", "roles")),
        ("parties", ("name_en", "name_ar", "name_fr", "name_es", "name_ru", "name_zh")),
        ("centres", ("name_en", "name_ar")),
        ("relevance", ("reason_en", "reason_ar")),
        ("disaggregations", ("type", "label_en", "label_ar")),
        ("questions", ("label_en", "label_ar")),
        ("answers", ("label_en", "label_ar")),
        ("considerations", ("title_en", "title_ar")),
        ("cycles", ("title_en", "title_ar")),
        ("codes", ("name_en", "name_ar")),
        ("states", ("subject_en", "subject_ar", "label_en", "label_ar")),
    ],
)
def test_words_are_given_in_every_language(table, columns):
    assert [(row, column) for row in rows(table) for column in columns if not row[column].strip()] == []


@pytest.mark.parametrize("table", ["targets", "elements", "indicators", "parties", "centres", "relevance", "cycles"])
def test_no_cell_has_stray_blanks_or_runs_as_a_formula(table):
    cells = [cell for row in rows(table) for cell in row.values()]
    assert [cell for cell in cells if cell != cell.strip() or cell.startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize("table", ["targets", "elements", "indicators", "relevance", "disaggregations", "parties"])
def test_arabic_columns_hold_arabic(table):
    cells = [cell for row in rows(table) for column, cell in row.items() if column.endswith("_ar")]
    assert [cell for cell in cells if cell and not any("\u0600" <= letter <= "\u06ff" for letter in cell)] == []


def test_goals_and_targets_are_four_and_twenty_three_in_order():
    assert list(targets()) == [*"ABCD", *(str(number) for number in range(1, 24))]
    assert Counter(target.kind for target in targets().values()) == {"goal": 4, "target": 23}


def test_indicators_are_as_many_as_the_decision_counts():
    kinds = Counter(indicator.kind for indicator in indicators().values())
    assert kinds == {"headline": 27, "binary": 15, "component": 52, "complementary": 110}


def test_elements_belong_to_targets_and_every_target_has_some():
    assert {element.target for element in elements().values()} == set(targets())
    assert all(element.id.startswith(f"{element.target}.E") for element in elements().values())
    assert len(elements()) == 140


def test_elements_are_numbered_without_gaps():
    numbers = Counter()
    for element in elements().values():
        numbers[element.target] += 1
        assert element.id == f"{element.target}.E{numbers[element.target]:02d}"


def test_quantities_have_measure_scope_and_comparison_and_nothing_else_has():
    for element in elements().values():
        assert element.kind in KINDS
        assert bool(element.measure_en) == (element.kind == "quantity" or element.id == "7.E01"), element.id
        assert bool(element.measure_en) == bool(element.measure_ar), element.id
        assert (element.scope in ("collective", "benchmark")) == bool(element.measure_en), element.id
        assert (element.comparison in COMPARISONS) == bool(element.measure_en), element.id


def test_numbers_have_units_save_the_loss_that_comes_close_to_zero():
    numbers = {element.id: element.unit for element in elements().values() if element.value is not None}
    assert [identifier for identifier, unit in numbers.items() if not unit] == ["1.E03"]
    assert set(numbers.values()) == {"percent", "usd", "fold", ""}
    assert not any(element.unit for element in elements().values() if element.value is None)


def test_quantities_in_money_are_collective():
    money = [element for element in elements().values() if element.unit == "usd"]
    assert [element.value for element in money] == [7e11, 5e11, 2e11, 2e10, 3e10]
    assert {element.scope for element in money} == {"collective"}


def test_units_are_those_of_observations():
    used = {unit for indicator in indicators().values() for unit in indicator.units}
    used |= {element.unit for element in elements().values() if element.unit} - {"fold"}
    assert used <= set(units())


def test_units_are_accepted_for_the_indicator():
    for indicator in indicators().values():
        allowed = indicator_units(indicator.code)
        assert not allowed or set(indicator.units) <= set(allowed), indicator.code


def test_thirty_percent_of_land_and_sea_is_a_benchmark_for_2030():
    element = elements()["3.E01"]
    assert (element.value, element.deadline, element.scope, element.comparison) == (30, 2030, "benchmark", "at_least")


def test_roles_name_targets_and_kinds():
    for indicator in indicators().values():
        for role in indicator.roles:
            target, _, kind = role.partition(":")
            assert target in targets()
            assert kind in {"headline", "binary", "component", "complementary"}
        assert indicator.kind in {role.partition(":")[2] for role in indicator.roles}


def test_binary_indicator_13_serves_goal_c_and_target_13():
    assert indicators()["13.b"].targets == ("C", "13")


def test_identifier_traps_are_kept_as_the_tool_has_them():
    held = {code: indicators()[code].identifier for code in ("2.1", "B.1", "13.b", "14.b", "8.CY.2", "8.CY.3")}
    assert held == {
        "2.1": "GBF-INDICATOR-2.2",
        "B.1": "GBF-INDICATOR-B1",
        "13.b": "KMGBF-INDICATOR-BIN-C-13",
        "14.b": "KMGBF-INDICATOR-BIN-C-14",
        "8.CY.2": "GBF-INDICATOR-219",
        "8.CY.3": "GBF-INDICATOR-219",
    }


def test_only_one_identifier_is_shared():
    shared = Counter(indicator.identifier for indicator in indicators().values())
    assert [identifier for identifier, times in shared.items() if times > 1] == ["GBF-INDICATOR-219"]


def test_headline_indicators_have_units_and_a_method_where_the_world_has_one():
    without = {"9.1", "22.1"}
    headline = [indicator for indicator in indicators().values() if indicator.kind == "headline"]
    assert {indicator.code for indicator in headline if not indicator.units} == without
    assert {indicator.code for indicator in headline if not indicator.method_en} == without
    assert {indicator.code for indicator in headline if not indicator.method_state} == set()


def test_optional_indicators_have_a_method_or_say_that_none_was_found():
    optional = [item for item in indicators().values() if item.kind in ("component", "complementary")]
    silent = [item for item in optional if not item.method_en]
    assert (len(optional), len(silent)) == (162, 21)
    assert {item.method_state for item in silent} == {"not_found"}
    assert all("decision 16/31" in item.method_reference for item in silent)
    assert [item.code for item in optional if item.method_en and item.method_state == "not_found"] == []


def test_every_indicator_says_how_sure_its_method_and_its_custodians_are():
    for item in indicators().values():
        assert ("method", item.method_state) in states(), item.code
        assert ("custodian", item.custodians_state) in states(), item.code
        assert bool(item.custodians) == (item.custodians_state in ("guidance", "unconfirmed")), item.code


def test_every_state_is_used_dated_and_said_in_both_languages():
    used = {("method", item.method_state) for item in indicators().values()}
    used |= {("custodian", item.custodians_state) for item in indicators().values()}
    assert used == set(states())
    assert all(date(2026, 11, 1) <= state.checked for state in states().values())
    assert all(state.label("en") != state.label("ar") != "" for state in states().values())


def test_methods_told_from_the_title_are_unconfirmed_and_only_these():
    of_our_own = {item.code for item in indicators().values() if item.method_reference.startswith("own summary")}
    assert of_our_own == {item.code for item in indicators().values() if item.method_state == "unconfirmed"}
    assert {item.kind for item in indicators().values() if item.code in of_our_own} == {"component", "complementary"}


def test_methods_of_sdg_indicators_name_which_and_published_ones_a_publication():
    for item in indicators().values():
        assert (item.method_state == "sdg") == item.method_reference.startswith("SDG indicator "), item.code
        if item.method_state == "published":
            assert re.search(r"doi:10\.|\d+:\d+|GEO BON", item.method_reference), item.code


def test_custodians_of_headline_indicators_alone_are_confirmed():
    confirmed = {item.kind for item in indicators().values() if item.custodians_state in ("guidance", "none_named")}
    assert confirmed == {"headline"}


def test_every_method_told_says_whence():
    assert [i.code for i in indicators().values() if i.method_en and not i.method_reference] == []


def test_every_method_is_told_in_arabic_too():
    assert [i.code for i in indicators().values() if bool(i.method_en) != bool(i.method_ar)] == []
    assert indicators()["A.CY.1"].method("ar") == indicators()["A.CY.1"].method_ar


def test_disaggregations_belong_to_headline_indicators():
    assert {row.indicator for row in disaggregations()} <= {
        indicator.code for indicator in indicators().values() if indicator.kind == "headline"
    }


def test_parties_are_196_and_one_that_is_fictional():
    real = [party for party in parties().values() if not party.fictional]
    assert len(real) == 196
    assert [party.iso3 for party in parties().values() if party.fictional] == ["XXA"]


def test_landlocked_is_not_the_group_of_landlocked_developing_countries():
    landlocked = {party.iso3 for party in parties().values() if party.landlocked}
    lldc = {party.iso3 for party in parties().values() if party.lldc}
    assert (len(landlocked), len(lldc)) == (43, 32)
    assert lldc < landlocked
    assert {"CHE", "AUT", "SRB"} <= landlocked - lldc


GRADUATIONS = [
    ("BTN", date(2023, 12, 13)),
    ("STP", date(2024, 12, 13)),
    ("BGD", date(2026, 11, 24)),
    ("LAO", date(2026, 11, 24)),
    ("NPL", date(2026, 11, 24)),
    ("SLB", date(2027, 12, 13)),
    ("KHM", date(2029, 12, 19)),
    ("SEN", date(2029, 12, 19)),
]


@pytest.mark.parametrize(("code", "leaves"), GRADUATIONS)
def test_least_developed_country_until_the_day_before_it_graduates(code, leaves):
    party = parties()[code]
    assert party.ldc_graduation == leaves
    assert [party.is_ldc(leaves - timedelta(1)), party.is_ldc(leaves), party.is_ldc(date.max)] == [True, False, False]
    assert "General Assembly" in party.ldc_reference


def test_only_what_is_listed_graduates_and_each_names_its_decision():
    dated = {party.iso3 for party in parties().values() if party.ldc_graduation or party.ldc_reference}
    assert dated == {code for code, _ in GRADUATIONS}
    assert all(parties()[code].ldc for code in dated)
    assert {party.iso3 for party in parties().values() if party.ldc_extension_asked} == {"BGD", "NPL"}


def test_count_of_least_developed_countries_is_the_united_nations_count():
    days = {date(2023, 12, 12): 46, date(2023, 12, 13): 45, date(2024, 12, 13): 44, date(2026, 11, 24): 41}
    assert {day: sum(party.is_ldc(day) for party in parties().values()) for day in days} == days


def test_coast_is_none_only_where_landlocked():
    coasts = {party.iso3: party.coast for party in parties().values() if party.coast != "sea"}
    assert set(coasts) == {party.iso3 for party in parties().values() if party.landlocked}
    assert {code for code, coast in coasts.items() if coast == "caspian"} == {"AZE", "KAZ", "TKM"}


def test_coverage_names_centres_and_parties():
    for row in coverage():
        assert row.centre in centres()
        assert row.party in parties()
        assert row.certainty in ("confirmed", "presumed", "unknown")
        assert row.basis


def test_west_asia_has_thirteen_presumed_parties_and_the_fictional_one():
    presumed = coverage_of("iucn-west-asia", certainties=("presumed",))
    assert len(presumed) == 13
    assert [row.party for row in coverage_of("iucn-west-asia", certainties=("confirmed",))] == ["XXA"]


def test_china_is_unknown_to_two_centres():
    assert {(row.centre, row.certainty) for row in coverage_of(party="CHN")} == {
        ("iucn-asia", "unknown"),
        ("nies", "unknown"),
    }


def test_coverage_overlaps_between_centres():
    assert {row.centre for row in coverage_of(party="VNM")} == {"acb", "iucn-asia"}
    assert {row.centre for row in coverage_of(party="KAZ")} == {"carec", "iucn-ecaro"}


def test_coverage_without_dates_holds_on_any_day():
    assert coverage_of("acb", on=date(2026, 1, 1)) == coverage_of("acb")


def test_cycles_are_due_on_their_days():
    assert {cycle.id: cycle.due for cycle in cycles().values()} == {"7NR": date(2026, 2, 28), "8NR": date(2029, 6, 30)}
    assert cycles()["7NR"].schema == "nationalReport7"


def test_context_facts_belong_to_parties_and_name_their_source():
    facts = context_facts()
    assert set(facts) == set(parties())
    assert facts["EUR"] == {}
    assert {fact.source.split(":")[0] for fact in facts["XXA"].values()} == {"Setuland (fictional)"}
    everywhere = {"languages", "income_group", "population", "coast", "mangrove_units", "forest_share", "land_area"}
    known = [set(held) for code, held in facts.items() if code != "EUR"]
    assert all(everywhere <= held <= everywhere | {"mountain_area"} for held in known)
    assert all(
        fact.source and (fact.text or fact.value is not None) for held in facts.values() for fact in held.values()
    )


def test_shares_and_areas_of_parties_are_possible():
    for code, held in context_facts().items():
        if held:
            assert 0 <= held["forest_share"].value <= 100, code
            assert held["land_area"].value > 0, code
            if "mountain_area" in held:
                assert 0 < held["mountain_area"].value <= held["land_area"].value, code


def test_text_falls_back_to_english():
    assert parties()["NPL"].name("ar") == "نيبال"
    assert parties()["NPL"].name("de") == "Nepal"
    assert targets()["3"].title("fr") == "Conserver 30 % des terres, des eaux et des mers"


def test_no_exported_name_hides_a_module():
    modules = {module.name for module in pkgutil.iter_modules(biosetu.framework.__path__)}
    assert modules.isdisjoint(biosetu.framework.__all__)
