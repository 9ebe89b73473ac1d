"""What a version asks, asked again of a problem that has changed meanwhile."""

import pytest
from django.urls import reverse
from tests.centre.planning.bringing import ask

from biosetu.centre.planning.asking import asked_again, choice_of, first_asked


def held(**changes):
    return {
        "features": [("forest", 100.0, 50.0), ("marsh", 20.0, 5.0)],
        "weights": [1.0, 100.0],
        "numbers": "1-16",
        "locked_in": "1",
        "locked_out": "",
        "parties": [],
    } | changes


def test_weights_of_the_file_are_those_of_the_choice():
    choice = choice_of(first_asked(held()), held())
    assert [(place, wanted.weight) for place, wanted in choice.wanted.items()] == [(0, 1.0), (1, 100.0)]
    kept_before_weights = {name: value for name, value in held().items() if name != "weights"}
    assert [w.weight for w in choice_of(first_asked(held()), kept_before_weights).wanted.values()] == [1.0, 1.0]


@pytest.mark.parametrize(("total", "target"), [(4615.0, 1000.0), (7.0, 1.19), (1 / 3, 0.1), (9e9, 123456789.0)])
def test_target_of_the_file_is_that_of_the_choice_to_the_last_digit(total, target):
    of_one = held(features=[("forest", total, target), ("marsh", 20.0, 5.0)], parties=["AAA", "BBB"])
    of_one |= {"party_held": [[total, 1.0], [10.0, 10.0]], "national": [(0, "AAA", target)]}
    choice = choice_of(first_asked(of_one), of_one)
    assert choice.wanted[0].value * total == pytest.approx(target, rel=1e-14)
    assert choice.national[0, "AAA"] * total == pytest.approx(target, rel=1e-14)


@pytest.mark.parametrize(("part", "shown"), [(0.17, "17"), (0.3, "30"), (0.125, "12.5")])
def test_share_of_the_file_is_shown_as_it_was_written(part, shown):
    totals = [3.0, 4615.7, 19.9, 1e-3]
    asked = first_asked(held(features=[(str(total), total, part * total) for total in totals]))
    assert [one["value"] for one in asked["features"].values()] == [shown] * len(totals)


@pytest.mark.parametrize(
    ("typed", "now", "locked"),
    [
        ({}, "1, 11-12", "1, 11-12"),
        ({"locked_in": "3"}, "1, 11-12", "3, 11-12"),
        ({"locked_in": "", "locked_out": "11"}, "1, 11-12", "12"),
        ({"locked_in": "3"}, "1", "3"),
    ],
)
def test_what_a_layer_brought_since_protects_is_locked_and_what_was_freed_stays_free(typed, now, locked):
    asked = first_asked(held()) | typed
    assert asked_again(asked, held(locked_in=now))["locked_in"] == locked


@pytest.mark.db
@pytest.mark.django_db
def test_desk_locks_what_a_layer_brought_after_a_version_protects(client, study):
    assert ask(client, study).status_code == 302
    study.refresh_from_db()
    study.held["locked_in"] = "1, 11-12"
    study.save()
    for named in ({}, {"version": "1"}):
        assert "1, 11-12" in client.get(reverse("plan", args=[study.pk]), named).content.decode()
