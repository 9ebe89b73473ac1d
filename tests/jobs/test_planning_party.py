"""What the next area would buy a Party: computed, kept, told, forgotten."""

import json
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
import shapely

from biosetu.cli.main import run
from biosetu.engine.vectors import with_geometry, write_layer
from biosetu.jobs import planning_party
from biosetu.jobs.dossier import dossier_document
from biosetu.jobs.party import party_evidence
from biosetu.jobs.planning_intake import take_problem
from biosetu.jobs.planning_layers import add_features, lock_protected
from biosetu.jobs.planning_setuland import computed
from biosetu.planning import Choice, Objective, Wanted
from biosetu.problems import DataError
from biosetu.sources.setuland import areas
from biosetu.sources.setuland import planning as setuland


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    features = [
        {
            "type": "Feature",
            "properties": {"unit": n, "forest": 10.0 + n, "status": "in" if n == 1 else "free"},
            "geometry": json.loads(shapely.to_geojson(shapely.box(84 + n / 10, 27, 84.1 + n / 10, 27.1))),
        }
        for n in range(1, 9)
    ]
    path = tmp_path / "units.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    take_problem(path, tmp_path / "problem")
    (tmp_path / "problem" / "features.csv").write_text("feature,share\nforest,0.9\n", encoding="utf-8")
    return tmp_path / "problem"


def section(code, language="en"):
    document = dossier_document(party_evidence(code), language=language, with_map=False)
    return next(part for part in document.sections if part.key == "next-area")


def test_setulands_tables_are_those_of_its_own_problem():
    made = computed()
    kept = setuland.table("next")
    assert kept.column("feature").to_pylist() == made["next"].column("feature").to_pylist()
    for name in ("target", "held_now", "gain", "now_percent", "then_percent"):
        assert kept.column(name).to_pylist() == pytest.approx(made["next"].column(name).to_pylist())
    said = json.loads(kept.schema.metadata[planning_party.ABOUT])
    assert said == pytest.approx(json.loads(made["next"].schema.metadata[planning_party.ABOUT]))
    units = setuland.table("next_map")
    for name in ("unit", "added", "locked"):
        assert units.column(name).to_pylist() == made["next_map"].column(name).to_pylist()


def test_setulands_next_area_and_representation_hold_the_same():
    """Two tables of one page say the same of what is protected today."""
    told = {row["feature"]: row for row in areas.table("representation").to_pylist()}
    for row in setuland.table("next").to_pylist():
        other = told[row["feature"]]
        assert row["held_now"] == pytest.approx(other["protected_km2"], rel=1e-3)
        assert row["now_percent"] == pytest.approx(other["achieved_percent"], abs=0.1)


def test_dossier_says_plainly_when_there_is_no_basis(folder):
    (block,) = section("BTN").blocks
    assert block.text.startswith("There is no basis to say it")


def test_result_is_kept_told_and_forgotten(folder, capsys):
    assert run(["plan", "next", str(folder), "--km2", "300", "--keep", "BTN"]) == 0
    found = section("BTN")
    assert found.title == "What the next 300 km² would buy"
    (first, *_) = found.blocks
    assert first.text.startswith("2 of 8 planning units")
    assert first.sources[0].text == "Computed here from problem"
    assert {type(block).__name__ for block in found.blocks} == {"Paragraph", "Facts", "Figure", "Table"}
    arabic = section("BTN", "ar")
    assert arabic.title != found.title
    planning_party.forget("BTN")
    assert section("BTN").blocks[0].text.startswith("There is no basis")


def test_figures_alone_are_kept_without_the_map(folder):
    assert run(["plan", "next", str(folder), "--keep", "BTN", "--no-map"]) == 0
    assert planning_party.next_map("BTN") is None
    assert "Figure" not in {type(block).__name__ for block in section("BTN").blocks}


def test_stamp_changes_with_what_is_kept(folder):
    assert planning_party.stamp("BTN") == 0
    run(["plan", "next", str(folder), "--keep", "BTN"])
    assert planning_party.stamp("BTN") > 0


def test_units_without_area_give_no_basis(folder):
    (folder / "units.parquet").unlink()
    (folder / "units.csv").write_text("unit,cost\n" + "".join(f"{n},1\n" for n in range(1, 9)), encoding="utf-8")
    with pytest.raises(DataError, match="no area"):
        planning_party.next_of(folder)


@pytest.mark.parametrize("option", [["--km2", "0"], ["--km2", "nan"], ["--seconds", "-1"], ["--keep", "ZZZ"]])
def test_options_that_cannot_be_are_usage_errors(folder, option):
    assert run(["plan", "next", str(folder), *option]) == 2


def test_date_of_setulands_example_is_its_own():
    about = json.loads(setuland.table("next").schema.metadata[planning_party.ABOUT])
    assert date.fromisoformat(about["date"]).year == 2025


@pytest.fixture
def shared_by_two(tmp_path):
    """Six units of 100 km² in a row, three a Party; the first is protected; forest covers them all, half is wanted."""
    boxes = np.array([shapely.box(x, 3e6, x + 1e4, 3.01e6) for x in np.arange(8e6, 8.06e6, 1e4)], dtype=object)
    folder = tmp_path / "two"
    folder.mkdir()
    units = {"unit": range(1, 7), "cost": [100.0] * 6, "party": ["NPL"] * 3 + ["BTN"] * 3}
    layers = {
        folder / "units.parquet": (units, boxes),
        tmp_path / "sites.gpkg": ({"status": ["Designated"]}, boxes[:1]),
        tmp_path / "forest.gpkg": ({"kind": ["forest"]}, np.array([shapely.union_all(boxes)], dtype=object)),
    }
    for path, (columns, shapes) in layers.items():
        table = pa.table({name: list(values) for name, values in columns.items()})
        write_layer(with_geometry(table, shapes, "EPSG:6933"), path)
    lock_protected(folder, tmp_path / "sites.gpkg", 0.5)
    add_features(folder, tmp_path / "forest.gpkg", "kind", 0.5)
    return folder


@pytest.mark.parametrize("more", [{}, {"budgets": {"NPL": 100.0, "BTN": 200.0}}, {"national": {(0, "BTN"): 0.9}}])
@pytest.mark.parametrize("locked", [None, [1], [1, 3, 4], []])
def test_next_area_of_a_party_is_its_own_and_what_a_planner_locks_is_not_protected(shared_by_two, locked, more):
    choice = Choice(Objective.MINIMUM_SHORTFALL, {0: Wanted("relative", 0.5)}, budget=300.0, locked_in=locked, **more)
    for party, held, units in (("NPL", 100.0, [1, 2, 3]), ("BTN", 0.0, [4, 5, 6])):
        kept = planning_party.next_tables(shared_by_two, choice, party=party, inputs="x", on=date(2026, 11, 23))
        (row,) = kept["next"].to_pylist()
        assert (row["held_now"], row["target"]) == pytest.approx((held, 150.0), rel=1e-4)
        assert kept["next_map"].column("unit").to_pylist() == units
        assert kept["next_map"].column("locked").to_pylist() == [unit == 1 for unit in units]
