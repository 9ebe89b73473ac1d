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
    assert "1, 11-12" in client.get(reverse("plan", args=[study.pk])).content.decode()
