"""Cooperation: who helps whom, and with what result. Pure: states, clock, matching, assignment."""

from biosetu.cooperation.assign import Assignment, assign
from biosetu.cooperation.clock import Calendar, Due, Event, Standard, read_clock, standards
from biosetu.cooperation.conflicts import Conflict, find_conflicts
from biosetu.cooperation.expertise import covered
from biosetu.cooperation.guards import Consent, Facts
from biosetu.cooperation.match import Component, Fit, components, fit, shortlist
from biosetu.cooperation.reasons import lacking, reasons
from biosetu.cooperation.records import Provider, Request, read_providers, read_requests
from biosetu.cooperation.states import FINAL, Refused, Transition, offered, states, step, transitions

__all__ = [
    "FINAL",
    "Assignment",
    "Calendar",
    "Component",
    "Conflict",
    "Consent",
    "Due",
    "Event",
    "Facts",
    "Fit",
    "Provider",
    "Refused",
    "Request",
    "Standard",
    "Transition",
    "assign",
    "components",
    "covered",
    "find_conflicts",
    "fit",
    "lacking",
    "offered",
    "read_clock",
    "read_providers",
    "read_requests",
    "reasons",
    "shortlist",
    "standards",
    "states",
    "step",
    "transitions",
]
