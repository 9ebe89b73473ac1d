"""Cooperation: who helps whom, and with what result. Pure: states, clock, matching, assignment.

What needs a solver or a compiler is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from biosetu.cooperation.clock import Calendar, Due, Event, Standard, calendar_of, read_clock, standards, zone_of
from biosetu.cooperation.conflicts import Conflict, find_conflicts
from biosetu.cooperation.guards import Consent, Facts
from biosetu.cooperation.records import Provider, Request, read_providers, read_requests
from biosetu.cooperation.services import ServiceFacts, learnt, months_after, move_service, service_steps
from biosetu.cooperation.states import (
    FINAL,
    MAIN_WAY,
    STATE_NAMES,
    Refused,
    Transition,
    acts,
    offered,
    states,
    step,
    transitions,
)

if TYPE_CHECKING:
    from biosetu.cooperation.assignment import Assignment, assign
    from biosetu.cooperation.duplicates import Likeness, alike
    from biosetu.cooperation.expertise import covered
    from biosetu.cooperation.explaining import lacking, reasons
    from biosetu.cooperation.match import Component, Fit, components, fit, ranked, reweighed, shortlist, weighted
    from biosetu.cooperation.similarity import Works, read_works
    from biosetu.cooperation.suggesting import Suggestion, suggest_each

_HEAVY = {
    "Assignment": "assignment",
    "assign": "assignment",
    "covered": "expertise",
    "Component": "match",
    "Fit": "match",
    "components": "match",
    "fit": "match",
    "ranked": "match",
    "reweighed": "match",
    "shortlist": "match",
    "weighted": "match",
    "lacking": "explaining",
    "reasons": "explaining",
    "Works": "similarity",
    "read_works": "similarity",
    "Suggestion": "suggesting",
    "suggest_each": "suggesting",
    "Likeness": "duplicates",
    "alike": "duplicates",
}


def __getattr__(name: str) -> object:
    if name not in _HEAVY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HEAVY[name]}"), name)
    globals()[name] = found
    return found


__all__ = [
    "FINAL",
    "MAIN_WAY",
    "STATE_NAMES",
    "Assignment",
    "Calendar",
    "Component",
    "Conflict",
    "Consent",
    "Due",
    "Event",
    "Facts",
    "Fit",
    "Likeness",
    "Provider",
    "Refused",
    "Request",
    "ServiceFacts",
    "Standard",
    "Suggestion",
    "Transition",
    "Works",
    "acts",
    "alike",
    "assign",
    "calendar_of",
    "components",
    "covered",
    "find_conflicts",
    "fit",
    "lacking",
    "learnt",
    "months_after",
    "move_service",
    "offered",
    "ranked",
    "read_clock",
    "read_providers",
    "read_requests",
    "read_works",
    "reasons",
    "reweighed",
    "service_steps",
    "shortlist",
    "standards",
    "states",
    "step",
    "suggest_each",
    "transitions",
    "weighted",
    "zone_of",
]
