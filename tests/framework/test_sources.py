"""The tables against their sources, cell by cell, where BIOSETU_SHARED names them; and that the words are our own."""

import csv
import json
import re
from datetime import date

import pyogrio
import pytest

from biosetu.framework import context_facts, coverage, elements, indicators, parties, targets
from biosetu.framework.reading import rows
from biosetu.observations.packaged import packaged_rows

RUN = 8
OURS = {"quant": "quantity", "cond": "condition"}
UNVERIFIED = {"EUR", "PSE", "MNE"}


def words(text):
    return re.findall(r"[\w’'-]+", text.casefold().replace("’", "'"))


def runs(text, length):
    found = words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


def bare(title):
    return re.sub(r"^GBF-[GT][\w-]*\. ", "", title)


def test_goals_and_targets_equal_the_source(official):
    assert list(targets()) == list(official)
    for code, source in official.items():
        target = targets()[code]
        assert (target.identifier, target.kind, target.url) == (source["identifier"], source["kind"], source["cbdUrl"])
        assert target.title_en == bare(source["shortTitle"])
        assert target.long_title_en == bare(source["title"]).rstrip(".")


def test_elements_equal_the_source_in_number_kind_and_quantity(official):
    for code, source in official.items():
        ours = [element for element in elements().values() if element.target == code]
        assert len(ours) == len(source["elements"])
        for element, theirs in zip(ours, source["elements"], strict=True):
            quantity = theirs.get("quantity") or {}
            assert element.id.rpartition(".")[2] == theirs["id"].rpartition(".")[2]
            assert element.kind == OURS.get(theirs["kind"], theirs["kind"])
            assert (element.value, element.deadline) == (quantity.get("value"), quantity.get("deadline"))
            assert bool(element.measure_en) == bool(quantity.get("unit"))


def test_indicators_equal_the_source(decision):
    source = {indicator["code"]: indicator for indicator in decision["indicators"]}
    assert set(indicators()) == set(source)
    for code, theirs in source.items():
        ours = indicators()[code]
        assert (ours.identifier, ours.kind, ours.url) == (
            theirs["identifier"],
            theirs["kind"],
            theirs.get("metadataUrl") or "",
        )
        assert ours.title_en == re.sub(r"^\d+\.b\. ", "", theirs["title"].strip())
        assert ours.roles == tuple(f"{role['code']}:{role['role']}" for role in theirs["goalsTargets"])


def test_headline_and_binary_indicators_of_a_target_equal_the_source(official):
    for code, source in official.items():
        for kind in ("headline", "binary"):
            ours = {i.code for i in indicators().values() if f"{code}:{kind}" in i.roles}
            assert ours == set(source[f"{kind}Indicators"]), (code, kind)


def test_disaggregations_are_as_many_as_the_decision_lists(decision):
    theirs = {i["code"]: len(i["optionalDisaggregations"]) for i in decision["indicators"] if i["kind"] == "headline"}
    ours = dict.fromkeys(theirs, 0)
    for row in rows("disaggregations"):
        ours[row["indicator"]] += 1
    assert ours == theirs


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("name_en", "official_name_en"),
        ("name_ar", "official_name_ar"),
        ("name_fr", "official_name_fr"),
        ("name_es", "official_name_es"),
        ("name_ru", "official_name_ru"),
        ("name_zh", "official_name_cn"),
        ("iso2", "ISO3166-1-Alpha-2"),
        ("region", "Region Name"),
        ("subregion", "Sub-region Name"),
        ("intermediate_region", "Intermediate Region Name"),
    ],
)
def test_texts_of_parties_equal_m49(m49, ours, theirs):
    held = {party.iso3: getattr(party, ours) for party in parties().values() if party.iso3 in m49}
    assert len(held) == 195
    assert held == {code: m49[code][theirs].strip() for code in held}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("lldc", "Land Locked Developing Countries (LLDC)"),
        ("sids", "Small Island Developing States (SIDS)"),
    ],
)
def test_groups_of_parties_equal_m49(m49, ours, theirs):
    held = {party.iso3: getattr(party, ours) for party in parties().values() if party.iso3 in m49}
    assert held == {code: m49[code][theirs] == "x" for code in held}


def test_least_developed_countries_equal_m49_on_its_day_but_for_a_graduation_that_it_lags(m49):
    ours = {party.iso3 for party in parties().values() if party.iso3 in m49 and party.is_ldc(date(2026, 5, 15))}
    theirs = {code for code in m49 if m49[code]["Least Developed Countries (LDC)"] == "x"} & set(parties())
    assert theirs - ours == {"STP"}
    assert ours - theirs == set()


def test_numeric_codes_equal_m49(m49):
    held = {party.iso3: party.m49 for party in parties().values() if party.iso3 in m49}
    assert held == {code: m49[code]["M49"].zfill(3) for code in held}


def test_parties_equal_the_list(party_list):
    real = {party.iso3: party for party in parties().values() if not party.fictional}
    assert set(real) == set(party_list)
    for code, source in party_list.items():
        ours = real[code]
        since = ours.party_since.isoformat() if ours.party_since else ""
        assert (ours.scbd_identifier, since) == (source["scbd_government_identifier"], source["party_since"])


def test_dates_from_general_knowledge_are_marked():
    assert {p.iso3 for p in parties().values() if p.party_since_status == "unverified"} == UNVERIFIED


def test_coverage_equals_the_candidates_in_the_list(party_list):
    ids = {"IUCN-ROWA": "iucn-west-asia"}
    theirs = set()
    for code, source in party_list.items():
        for candidate in filter(None, re.split(r" \| |/", source["tsc_candidate_centres"])):
            bare_id = candidate.rstrip("?")
            certainty = "unknown" if candidate.endswith("?") else "presumed"
            theirs.add((ids.get(bare_id, bare_id.lower()), code, certainty))
    assert {(row.centre, row.party, row.certainty) for row in coverage() if row.party != "XXA"} == theirs


@pytest.mark.parametrize(
    ("fact", "series", "factor"),
    [("forest_share", "AG_LND_FRST", 1), ("land_area", "AG_LND_TOTL", 10), ("mountain_area", "ER_MTN_TOTL", 1000)],
)
def test_context_facts_equal_the_series(shared, fact, series, factor):
    with (shared / "data/un_sdg_2020_open_numbers/sdg14_15_biodiversity_series.csv").open(encoding="utf-8") as file:
        theirs = {
            (row["geo_area"].zfill(3), int(row["year"])): float(row["value"]) * factor
            for row in csv.DictReader(file)
            if row["series"] == series and row["value"] != "NV"
        }
    for code, facts in context_facts().items():
        if fact in facts and not parties()[code].fictional:
            area = parties()[code].m49
            assert facts[fact].value == pytest.approx(theirs[area, facts[fact].year], rel=1e-5), code
            assert facts[fact].year == max(year for held, year in theirs if held == area), code


@pytest.fixture(scope="module")
def natural_earth(shared):
    """The country of each code; where islands are listed apart under it, the most populous."""
    outlines = shared / "data/natural_earth/ne_50m_admin_0_countries.shp"
    table = pyogrio.read_dataframe(
        outlines, read_geometry=False, columns=["ISO_A3_EH", "POP_EST", "POP_YEAR", "INCOME_GRP"]
    )
    return {row["ISO_A3_EH"]: row for row in table.sort_values("POP_EST").to_dict("records")}


def real_facts(fact):
    return {
        code: held[fact] for code, held in context_facts().items() if fact in held and not parties()[code].fictional
    }


def test_population_equals_the_source_with_its_year(natural_earth):
    held = real_facts("population")
    assert len(held) == 195
    theirs = {code: (round(natural_earth[code]["POP_EST"]), natural_earth[code]["POP_YEAR"]) for code in held}
    assert {code: (fact.value, fact.year) for code, fact in held.items()} == theirs


def test_income_group_equals_the_source(natural_earth):
    held = real_facts("income_group")
    theirs = {code: re.sub(r"^\d\. |: .*| income.*", "", natural_earth[code]["INCOME_GRP"]).casefold() for code in held}
    assert {code: fact.text.removesuffix(" income") for code, fact in held.items()} == theirs
    assert {fact.year for fact in held.values()} == {None}
    assert all("not dated, as it stood before 2015" in fact.source for fact in held.values())


def test_coast_is_that_of_the_table_of_parties():
    held = real_facts("coast")
    assert {code: fact.text for code, fact in held.items()} == {code: parties()[code].coast for code in held}
    assert len(held) == 196 - 1


def test_mangrove_units_are_counted_from_the_source_but_for_the_parties_left_out(shared):
    with (shared / "data/mangrove_get_mft12/mft12_units_countries.csv").open(encoding="utf-8") as file:
        lines = [line for line in csv.DictReader(file) if line["ISO_A2"] != "TF"]  # islands where nobody lives
    without = {row["party"] for row in packaged_rows("biosetu.sources.official", "mangrove_exclusions")}
    without |= {code for code, party in parties().items() if party.coast != "sea"}
    overseas = {"FRA": "(Fr.)", "GBR": "(UK)"}  # have mangroves in territories alone, which the source lists apart
    for code, fact in real_facts("mangrove_units").items():
        iso2, mark = parties()[code].iso2, overseas.get(code, "never")
        units = {line["unit_code"] for line in lines if line["ISO_A2"] == iso2 or line["WB_NAME"].endswith(mark)}
        named = set(filter(None, fact.text.split(";")))
        assert named == (set() if code in without else units), code
        assert fact.value == len(named), code


def test_languages_equal_the_source(m49):
    for code, facts in context_facts().items():
        if facts and not parties()[code].fictional:
            theirs = [language.split("-")[0].strip() for language in m49[code]["Languages"].split(",")]
            assert facts["languages"].text.split(";") == list(dict.fromkeys(filter(None, theirs)))[:8]


# how the guidance writes, in some places, what it writes in full in others
ALSO = {
    "Group on Earth Observations Biodiversity Observation Network (GEO BON)": ("GEOBON",),
    "Secretariat of the Convention on Biological Diversity (SCBD)": ("SCBD", "Secretariat of the Convention on Biol"),
    "Organisation for Economic Co-operation and Development (OECD)": ("OECD", "Organisation for Economic Co-op"),
    "Food and Agriculture Organization (FAO)": ("(FAO)",),
}


def test_custodians_of_headline_indicators_are_named_where_the_guidance_names_them(shared):
    text = (shared / "data/kmgbf_ontology/indicators-guidance.ttl").read_text(encoding="utf-8")
    named = {}
    for block in re.split(r"\n(?=kmgbf:indicator_)", text)[1:]:
        code = re.match(r"kmgbf:indicator_(\S+)", block)[1]
        named[code] = re.findall(r':custodianAgency "{1,3}(.*?)"{1,3} [;.]', block, re.DOTALL)
    none_yet = re.compile("Not identified|Indicator under|Depends")
    undecided = {code for code, names in named.items() if any(map(none_yet.match, names))}
    headline = {item.code: item for item in indicators().values() if item.kind == "headline"}
    assert {code for code, item in headline.items() if item.custodians_state == "none_named"} == undecided
    assert {code for code, item in headline.items() if item.custodians_state == "unknown"} == {
        code for code in headline if not named.get(code)
    }
    for code, item in headline.items():
        for custodian in item.custodians:
            theirs = " ".join(named[code])
            assert any(name in theirs for name in (custodian, *ALSO.get(custodian, ()))), (code, custodian)


def test_no_wording_of_ours_shares_a_run_of_words_with_the_decisions(shared, official):
    text = " ¶ ".join(record["text"] for record in official.values())
    text += " ¶ " + (shared / "reference/decision-16-31.txt").read_text(encoding="utf-8")
    theirs = runs(text, RUN)
    ours = [element.text_en for element in elements().values()]
    ours += [target.summary_en for target in targets().values()]
    ours += [indicator.method_en for indicator in indicators().values()]
    ours += [row["label_en"] for table in ("disaggregations", "questions", "answers") for row in rows(table)]
    assert [text for text in ours if runs(text, RUN) & theirs] == []


def test_no_method_shares_a_run_of_words_with_the_guidance(shared):
    guidance = (shared / "data/kmgbf_ontology/indicators-guidance.ttl").read_text(encoding="utf-8")
    methods = json.dumps(
        [i.get("method") for i in json.loads((shared / "reference/indicators.json").read_text())["indicators"]]
    )
    factsheets = [(shared / f"reference/gbf-{name}-1.txt").read_text(encoding="utf-8") for name in "AB"]
    theirs = set().union(*(runs(text, RUN) for text in (guidance, methods, *factsheets)))
    assert [i.code for i in indicators().values() if runs(i.method_en, RUN) & theirs] == []
