"""Several Parties in one plan, and rasters as features, in the workbench."""

import io
import json
import re

import numpy as np
import pytest
import rasterio
import shapely
from django.urls import reverse
from rasterio import Affine
from tests.centre.people import account
from tests.centre.planning.bringing import ask, asked_and_found, send, squares

from biosetu.centre.planning.asking import first_asked
from biosetu.centre.planning.models import PlanState, Study
from biosetu.engine.vectors import read_own_crs
from biosetu.framework import find_party
from biosetu.geo.area import areas_km2
from biosetu.jobs.dossier import boundaries
from biosetu.jobs.planning_workbench import party_outlines

pytestmark = [pytest.mark.db, pytest.mark.django_db]
MANY = ("NPL", "BGD", "MMR", "CHN", "PAK", "LKA", "MDV", "IRN", "AFG", "THA", "LAO", "VNM", "KHM")


@pytest.fixture
def shared(client, owner):
    """Units 1 to 8 are Nepal's, 9 to 16, dearer and with all the wetland, Bhutan's."""
    client.force_login(owner)
    text = squares(**{str(n): {"party": "NPL" if n <= 8 else "BTN"} for n in range(1, 17)})
    assert send(client, text).status_code == 302
    return Study.objects.get()


# parties stand in the order of their codes: 0 is BTN, 1 is NPL
def test_common_targets_are_met_where_it_costs_least_and_each_party_sees_its_gain(client, shared):
    made = asked_and_found(client, shared)
    rows = {row["party"]: row for row in made.answer["parties"]}
    assert list(rows) == ["BTN", "NPL", ""]
    # alone: half the forest at home is 4 units each; wetland needs 2 of Bhutan's anyway
    assert rows["NPL"]["cost_alone"] == 1 + 2 + 3 + 4
    assert rows["BTN"]["cost_alone"] == 9 + 10 + 11 + 12
    assert rows[""]["cost_together"] == made.answer["standing"]["cost"] == sum(range(1, 7)) + 19
    assert rows["BTN"]["saved"] == 42 - 19
    assert rows["NPL"]["saved"] == 10 - 21
    page = client.get(reverse("plan_version", args=[shared.pk, 1])).content.decode()
    assert "What each Party gains against planning alone" in page
    assert "-11" in page


def test_national_target_holds_at_home(client, shared):
    made = asked_and_found(client, shared, **{"national-0-0": "50", "national-1-0": ""})
    held = {row["feature"]: row for row in made.answer["features"]}
    assert held["forest (BTN)"]["target"] == 40.0
    assert held["forest (BTN)"]["met"]
    assert made.answer["standing"]["cost"] == 1 + 2 + 3 + 4 + 9 + 10 + 11 + 12
    desk = client.get(reverse("plan", args=[shared.pk])).content.decode()
    assert 'name="national-0-0" value="50"' in desk


def test_national_target_that_cannot_be_met_is_named_with_its_party(client, shared):
    made = asked_and_found(client, shared, **{"national-0-0": "100", "locked_out": "16"})
    assert made.state == PlanState.IMPOSSIBLE
    assert made.answer["barriers"] == [
        {"kind": "target", "name": "forest (BTN)", "wanted": 80.0, "there": 70.0, "proven": True}
    ]


@pytest.mark.parametrize("aim", ["minimum-shortfall", "maximum-utility"])
def test_national_target_beyond_the_budget_is_told_by_every_aim(client, shared, aim):
    """Bhutan's forest wholly, at a unit of cost: no choice can, and the page says how much is missing."""
    made = asked_and_found(client, shared, objective=aim, budget="1", **{"national-0-0": "100"})
    assert made.state == PlanState.IMPOSSIBLE
    (barrier,) = made.answer["barriers"]
    assert (barrier["kind"], barrier["name"], barrier["wanted"], barrier["proven"]) == (
        "within",
        "forest (BTN)",
        80.0,
        True,
    )
    page = client.get(reverse("plan_version", args=[shared.pk, 1])).content.decode()
    assert "within the budget not all such targets can be met" in page


def test_party_that_cannot_meet_its_part_alone_is_told_and_the_joint_plan_still_found(client, shared):
    made = asked_and_found(client, shared, locked_out="12-16", **{"value-1": "0", "on-1": ""})
    # Bhutan's part of the forest is 40, its open units hold 30; together Nepal's make up for it
    assert made.state == PlanState.DONE
    assert made.answer["parties"] == []
    assert made.answer["alone"][0].split("alone")[0].endswith("BTN ")
    page = client.get(reverse("plan_version", args=[shared.pk, 1])).content.decode()
    assert "Planning alone cannot be set beside it" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"national-0-0": "150"}, "this is no target"),
        ({"national-0-0": "-1"}, "this is no target"),
        ({"national-0-1": "much"}, "not a number"),
        ({"national-0-1": "10", "on-0": ""}, "a Party wants a feature that is not chosen"),
        ({"budget": "20"}, "this aim has no budget"),
    ],
)
def test_what_no_party_can_want_is_told(client, shared, changes, said):
    answer = ask(client, shared, **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_problem_of_one_party_asks_for_no_national_targets(client, study):
    assert 'name="national-' not in client.get(reverse("plan", args=[study.pk])).content.decode()
    assert asked_and_found(client, study).answer["parties"] == []
    assert first_asked(study.held)["national"] == {}


def add_raster(client, study, pixels, **data):
    place = {"crs": "EPSG:4326", "transform": Affine(0.1, 0, 84.0, 0, -0.1, 27.4), "nodata": -1.0}
    shape = {"width": pixels.shape[1], "height": pixels.shape[0], "count": 1, "dtype": "float32"}
    with rasterio.MemoryFile() as memory:
        with memory.open(driver="GTiff", **shape, **place) as out:
            out.write(pixels.astype("float32"), 1)
        file = io.BytesIO(memory.read())
    file.name = data.pop("file_name", "map.tif")
    return client.post(
        reverse("plan_layer", args=[study.pk]), {"what": "features", "share": "25", **data, "file": file}
    )


def test_raster_of_amounts_becomes_a_feature_with_its_unit(client, study):
    values = np.arange(16.0).reshape(4, 4)
    answer = add_raster(client, study, values, values="per-pixel", name="carbon", unit="t")
    assert answer.status_code == 302
    study.refresh_from_db()
    assert [name for name, _, _ in study.held["features"]] == ["forest", "wetland", "carbon"]
    assert study.held["features"][2][1:] == pytest.approx([values.sum(), 0.25 * values.sum()], rel=1e-6)
    assert study.held["feature_units"] == ["", "", "t"]
    desk = client.get(reverse("plan", args=[study.pk])).content.decode()
    assert '<bdi class="quiet">t</bdi>' in desk


def test_layer_of_protected_areas_locks_by_its_own_field(client, study):
    """Six tenths of the second unit: half of a unit, as the page has it, locks; the target of features says nothing."""
    desk = client.get(reverse("plan", args=[study.pk])).content.decode()
    assert 'id="share" name="share" type="number" min="0" max="100" step="any" value="30"' in desk
    assert 'id="least" name="least" type="number" min="0" max="100" step="any" value="50"' in desk
    park = shapely.box(84.1, 27.0, 84.16, 27.1)
    feature = {"type": "Feature", "properties": {"name": "park"}, "geometry": json.loads(shapely.to_geojson(park))}
    for least, locked in (("70", "1"), ("50", "1-2")):
        file = io.BytesIO(json.dumps({"type": "FeatureCollection", "features": [feature]}).encode())
        file.name = "park.geojson"
        data = {"what": "protected", "share": "1", "least": least, "file": file}
        assert client.post(reverse("plan_layer", args=[study.pk]), data).status_code == 302
        study.refresh_from_db()
        assert study.held["locked_in"] == locked


def test_raster_of_classes_becomes_a_feature_a_class_by_area(client, study):
    values = np.tile([3.0, 3.0, 7.0, 7.0], (4, 1))
    assert add_raster(client, study, values, values="classes").status_code == 302
    study.refresh_from_db()
    held = {name: total for name, total, _ in study.held["features"]}
    half = areas_km2(np.array([shapely.box(84.0, 27.0, 84.2, 27.4)], dtype=object))[0]
    assert [held["3"], held["7"]] == pytest.approx([half, half], rel=1e-5)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"values": ""}, "it is not said what the values of the raster are"),
        ({"values": "per-ha"}, "the feature has no name"),
        ({"values": "per-ha", "name": "c", "file_name": "map.png"}, "this type of file is not taken here"),
        ({"values": "per-ha", "name": "c", "what": "protected"}, "this type of file is not read"),
    ],
)
def test_raster_that_cannot_be_read_is_told_and_nothing_changes(client, study, data, said):
    answer = add_raster(client, study, np.ones((4, 4)), **data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    before = study.held
    study.refresh_from_db()
    assert study.held == before


def made_together(client, *together, cell="25"):
    data = {"party": "BTN", "title": "Two", "cell_km": cell, "shape": "square", "together": list(together)}
    return client.post(reverse("plan_units"), data)


def test_units_over_two_parties_are_cut_at_their_border_and_count_for_each(client):
    if boundaries(find_party("BTN")) is None:
        pytest.skip("the map of the world is not fetched: scripts/frontend.py")
    client.force_login(account("planner", role="contributor", party="BTN"))
    assert made_together(client, "IND", "BTN", cell="100").status_code == 302
    study = Study.objects.get()
    assert study.held["parties"] == ["BTN", "IND"]
    assert study.inputs[0]["name"] == "BTN, IND: square, 100 km"
    units = read_own_crs(study.folder / "problem" / "units.parquet")
    area = dict.fromkeys(("BTN", "IND"), 0.0)
    for party, km2 in zip(units["party"].to_pylist(), units["area_km2"].to_pylist(), strict=True):
        area[party] += km2
    truth = {code: areas_km2(np.array([outline]))[0] for code, outline in outlines("BTN", "IND").items()}
    assert area == pytest.approx(truth, rel=1e-3)


def outlines(*codes):
    return party_outlines([find_party(code) for code in codes])


@pytest.mark.parametrize(
    ("together", "said"), [(["ATLANTIS"], "there is no such Party"), (["IND"] * 2 + list(MANY), "too many Parties")]
)
def test_parties_that_cannot_plan_together_are_told(client, together, said):
    client.force_login(account("planner", role="contributor", party="BTN"))
    answer = made_together(client, *together)
    assert (answer.status_code, Study.objects.count()) == (422, 0)
    assert said in answer.content.decode()


FULL = {"objective": "minimum-shortfall", "value-0": "100", "value-1": "100"}


def test_own_and_common_budgets_hold_together(client, shared):
    made = asked_and_found(client, shared, **FULL, **{"budget": "40", "budget-0": "21", "budget-1": "30"})
    rows = {row["party"]: row for row in made.answer["parties"]}
    # Bhutan (9 to 16) can buy two units of its 21 or less; Nepal (1 to 8) all that the common 40 leaves
    assert rows["BTN"]["cost_together"] <= 21
    assert rows["NPL"]["cost_together"] <= 30
    assert rows[""]["cost_together"] == made.answer["standing"]["cost"] <= 40
    assert rows["BTN"]["cost_alone"] <= 21
    held = {row["feature"]: row["achieved"] for row in made.answer["features"]}
    assert 4 * held["forest"] / 160 + 4 * held["wetland"] / 40 == pytest.approx(best_of_shares(), rel=1e-9)


def best_of_shares():
    """Return four times the best sum of shares held, by trying how many of the cheapest units each Party buys."""
    found = 0.0
    for nepal in range(9):
        for bhutan in range(9):
            own = sum(range(1, nepal + 1)), sum(range(9, 9 + bhutan))
            if own[0] <= 30 and own[1] <= 21 and sum(own) <= 40:
                found = max(found, 4 * (nepal + bhutan) / 16 + 4 * bhutan / 8)
    return found


def test_common_budget_alone_is_spent_where_it_does_most(client, shared):
    made = asked_and_found(client, shared, **FULL, budget="40")
    assert made.answer["standing"]["cost"] <= 40
    rows = {row["party"]: row for row in made.answer["parties"]}
    # alone each has its part of the 40 by what its units cost: 36 and 100 of 136
    assert rows["NPL"]["cost_alone"] <= 40 * 36 / 136
    assert rows["BTN"]["cost_alone"] <= 40 * 100 / 136
    assert rows[""]["held_together"] >= rows[""]["held_alone"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"budget-0": "20"}, "a Party has no budget of its own, others have"),
        ({"budget-0": "20", "budget-1": "-3"}, "this is no budget"),
        ({"budget-0": "20", "budget-1": "much"}, "not a number"),
        ({"budget-0": "20", "budget-1": "5", "objective": "minimum-set"}, "this aim has no budget"),
    ],
)
def test_budgets_of_parties_that_cannot_be_are_told(client, shared, changes, said):
    answer = ask(client, shared, **(FULL | changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert f'name="budget-0" inputmode="decimal" value="{changes["budget-0"]}"' in answer.content.decode()


def test_result_says_all_that_was_asked(client, shared):
    wanted = {"national-0-1": "35", "kind-1": "absolute", "value-1": "7.5", "locked_out": "3"}
    budgets = {"budget": "40", "budget-0": "21", "budget-1": "30", "objective": "minimum-shortfall"}
    asked_and_found(client, shared, **wanted, **budgets)
    page = client.get(reverse("plan_version", args=[shared.pk, 1])).content.decode()
    told = " ".join(re.sub(r"<[^>]+>", " ", page.split('id="asked-title"')[1].split("</section>")[0]).split())
    for said in (
        "Budget 40",
        "Own budget of Bhutan 21",
        "Own budget of Nepal 30",
        "Units locked in 1",
        "Units locked out 3",
        "forest 50 % of all there is – 35",
        "wetland 7.5 amount – –",
    ):
        assert said in told


def test_version_from_before_there_were_budgets_of_parties_is_still_shown(client, shared):
    made = asked_and_found(client, shared)
    made.asked = {name: value for name, value in made.asked.items() if name != "budgets"}
    made.save()
    for place in (reverse("plan", args=[shared.pk]), reverse("plan_version", args=[shared.pk, 1])):
        assert client.get(place).status_code == 200
