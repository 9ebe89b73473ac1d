from dataclasses import replace

import pyarrow as pa
import pytest

from biosetu.framework import indicators
from biosetu.indicators import Provenance, method, method_of, names
from biosetu.observations import SCHEMA, computed_beside, computed_here, validate
from biosetu.problems import DataError, UsageError
from biosetu.sources import official
from biosetu.species.tables import rows

PROVENANCE = Provenance("NPL", "2024-1", "history.csv sha256:abc", "IUCN", "own copy", year=2020)
INDEX = {
    "group": ["all", "Birds"],
    "year": [2000, 2000],
    "value": [0.9, 0.8],
    "lower": [0.8, 0.7],
    "upper": [0.95, 0.9],
}
RESULTS = {
    "species.red_list_index": pa.table(
        INDEX | {"taxa": [9, 5], "data_deficient": [1, 0], "series": ["rli-global/1"] * 2, "status": ["assessment"] * 2}
    ),
    "species.star": pa.table({"kind": ["abatement"] * 2, "threat": ["2.1", "none"], "score": [120.0, 300.0]}),
    "ecosystems.red_list_index": pa.table(
        INDEX | {"ecosystems": [9, 4]} | {name: [1, 0] for name in ("CO", "CR", "EN", "VU", "NT", "LC", "DD", "NE")}
    ),
    "ecosystems.extent": pa.table(
        {
            "functional_group": ["T1.1"],
            "natural": [True],
            "date": [2020.5],
            "area_km2": [12.5],
            "share_percent": [100.0],
            "label": ["T1.1 Tropical-subtropical lowland rainforests"],
        }
    ),
    "areas.coverage": pa.table(
        {
            "area": [""],
            "realm": ["land"],
            "year": [2020],
            "protected_km2": [5.0],
            "oecm_km2": [1.0],
            "share_percent": [6.0],
        },
        metadata={"biosetu.official": "yes"},
    ),
    "areas.key_sites": pa.table(
        {
            "series": ["ER_PTD_TERR"],
            "indicator": ["SDG 15.1.2"],
            "realm": ["terrestrial"],
            "year": [2020],
            "sites": [3],
            "unknown_sites": [1],
            "mean_share_percent": [40.0],
        },
        metadata={"biosetu.official": "yes"},
    ),
    "areas.connectivity": pa.table(
        {"area": ["NPL"], "distance_km": [10.0], "protconn_percent": [7.5]}, metadata={"biosetu.official": "yes"}
    ),
}


@pytest.mark.parametrize("code", [code for code, i in indicators().items() if i.computed_by])
def test_framework_names_methods_that_exist(code):
    assert method_of(code).name == indicators()[code].computed_by


def test_indicators_that_are_recorded_only_have_no_method():
    assert method_of("B.b") is None if "B.b" in indicators() else True
    with pytest.raises(UsageError):
        method_of("Z.99")
    with pytest.raises(UsageError, match=r"species\.red_list_index"):
        method("species.guess")


@pytest.mark.parametrize("name", names())
def test_results_become_valid_computed_observations(name):
    codes = [code for code, i in indicators().items() if i.computed_by == name]
    made = method(name).observations(RESULTS[name], codes[0] if codes else "", PROVENANCE)
    assert made.schema.equals(SCHEMA)
    validate(made)
    assert set(made.column("status").to_pylist()) == {"computed"}
    assert set(made.column("method").to_pylist()) == {method(name).label}
    assert set(made.column("inputs").to_pylist()) == {PROVENANCE.inputs}


def test_groups_become_disaggregations_and_the_whole_none():
    made = method("species.red_list_index").observations(RESULTS["species.red_list_index"], "A.3", PROVENANCE)
    assert made.column("disaggregation").to_pylist() == ["", "Birds"]


def test_missing_columns_are_refused():
    with pytest.raises(DataError, match="needs a column series"):
        method("species.red_list_index").observations(pa.table(INDEX), "A.3", PROVENANCE)


@pytest.mark.parametrize("metadata", [None, {"biosetu.official": "no"}, {"biosetu.official": ""}])
@pytest.mark.parametrize(("name", "code"), [("areas.coverage", "3.1"), ("areas.connectivity", "A.CT.6")])
def test_result_of_polygons_not_known_to_be_official_is_refused(name, code, metadata):
    result = RESULTS[name].replace_schema_metadata(metadata)
    with pytest.raises(DataError, match=f"context and not indicator {code}"):
        method(name).observations(result, code, PROVENANCE)


def test_results_without_a_year_need_one():
    with pytest.raises(DataError, match="gives no year"):
        method("areas.connectivity").observations(
            RESULTS["areas.connectivity"], "A.CT.6", replace(PROVENANCE, year=None)
        )


def test_area_that_is_the_party_is_no_disaggregation():
    made = method("areas.connectivity").observations(RESULTS["areas.connectivity"], "A.CT.6", PROVENANCE)
    assert (made.column("disaggregation").to_pylist(), made.column("year").to_pylist()) == ([""], [2020])


def test_methods_of_this_software_are_told_from_those_of_publishers():
    assert all(computed_here(method(name).label) for name in names())
    assert not any(computed_here(item.method) for item in official.series().values())


def test_figures_computed_here_stand_beside_published_ones_only():
    here = {"source": "availableDataset", "method": "areas.key_sites/1"}
    world = {"source": "availableDataset", "method": "SDG 15.1.2"}
    own = {"source": "national", "method": "ministry"}
    assert computed_beside([here, world, own]) == {"areas.key_sites/1"}
    assert computed_beside([here, own]) == computed_beside([world]) == frozenset()


@pytest.mark.parametrize(
    ("column", "kind"), [("threat", "driver"), ("className", "taxon"), ("migratory", "migratory"), ("realm", "realm")]
)
def test_disaggregation_follows_the_column_that_was_cut_by(column, kind):
    table = RESULTS["species.red_list_index"]
    cut = table.append_column("cut", pa.array([column] * 2)).append_column("part", pa.array(["", "5.4"]))
    made = method("species.red_list_index").observations(cut, "A.3", PROVENANCE).to_pylist()
    whole = ("", "") if kind == "taxon" else (kind, "mean")
    assert [(row["disaggregation_type"], row["disaggregation"]) for row in made] == [whole, (kind, "5.4")]


def test_every_species_index_of_the_framework_says_what_it_counts():
    claimed = {code for code, row in indicators().items() if row.computed_by == "species.red_list_index"}
    assert claimed == {row["indicator"] for row in rows("index_indicators.csv")}
