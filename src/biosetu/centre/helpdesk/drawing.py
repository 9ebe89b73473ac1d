"""The life of a request as a picture, from the table that the verbs go by."""

from __future__ import annotations

from markupsafe import Markup

from biosetu.centre.helpdesk.naming import VERB_NAMES
from biosetu.centre.wording import gettext, language
from biosetu.cooperation import MAIN_WAY, STATE_NAMES, transitions
from biosetu.cooperation.states import PREVIOUS
from biosetu.figures import Move, state_chart
from biosetu.translation import N_, Voice

NAMES = {**VERB_NAMES, **STATE_NAMES, PREVIOUS: N_("where it was before")}


def life_of_a_request() -> Markup:
    """Return the picture in the page's language."""
    moves = [Move(row.state, row.verb, row.next) for row in transitions()]
    names = {code: gettext(name) for code, name in NAMES.items()}
    return state_chart(
        moves, MAIN_WAY, Voice(language()), key="states", title=gettext("The life of a request"), names=names
    )
