"""The picture of a request's life, in the centre and in the book: every state, in the reader's language."""

import re
import runpy
from pathlib import Path

import pytest
from django.utils import translation

from biosetu.centre.helpdesk.drawing import life_of_a_request
from biosetu.centre.helpdesk.naming import VERB_NAMES
from biosetu.centre.wording import gettext
from biosetu.cooperation import MAIN_WAY, STATE_NAMES, states, transitions

CONF = Path(__file__).parents[3] / "docs" / "conf.py"


def words(svg):
    return set(re.sub(r"<[^>]*>|[\u2066-\u2069]", " ", str(svg)).split())


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_picture_names_every_state_of_the_table(language):
    with translation.override(language):
        drawn = words(life_of_a_request())
        lacking = [state for state in states() if not set(gettext(STATE_NAMES[state]).split()) <= drawn]
    assert lacking == []


def test_every_state_and_verb_of_the_table_has_a_name():
    assert set(states()) == set(STATE_NAMES)
    assert {row.verb for row in transitions()} <= set(VERB_NAMES)


def test_the_book_draws_the_table_anew():
    """The file lies in no repository; building the book makes it, so it cannot be of an older table."""
    drawing = CONF.parent / "_drawn" / "request-states.svg"
    drawing.unlink(missing_ok=True)
    runpy.run_path(str(CONF))["_draw"]()
    assert set(" ".join(MAIN_WAY).replace("_", " ").split()) <= words(drawing.read_text(encoding="utf-8"))
    assert "_drawn" in (CONF.parents[1] / ".gitignore").read_text(encoding="utf-8")
