"""Collecting a national report from the offices of a Party: parts out, answers in, conflicts shown, signed off."""

from biosetu.reports.cbd.collecting.asked import Asked, asked, read_text, section_of, shown
from biosetu.reports.cbd.collecting.days import dated, other_calendars, read_day
from biosetu.reports.cbd.collecting.part_files import (
    PartReturn,
    part_fields,
    read_part_file,
    write_part_file,
)
from biosetu.reports.cbd.collecting.records import (
    LANGUAGES,
    Actor,
    Collection,
    Offer,
    Part,
    PartState,
    ReportState,
    Role,
    Standing,
    Step,
)
from biosetu.reports.cbd.collecting.silence import OfficeLine, PartLine, by_office, silence
from biosetu.reports.cbd.collecting.states import NotNowError, allowed, transitions, wrong_answers
from biosetu.reports.cbd.collecting.store import CollectionFolder, CollectionStore, Desk
from biosetu.reports.cbd.collecting.verbs import (
    Outcome,
    Returned,
    answer,
    assign,
    decide,
    postpone,
    step_part,
    step_report,
)

__all__ = [
    "LANGUAGES",
    "Actor",
    "Asked",
    "Collection",
    "CollectionFolder",
    "CollectionStore",
    "Desk",
    "NotNowError",
    "Offer",
    "OfficeLine",
    "Outcome",
    "Part",
    "PartLine",
    "PartReturn",
    "PartState",
    "ReportState",
    "Returned",
    "Role",
    "Standing",
    "Step",
    "allowed",
    "answer",
    "asked",
    "assign",
    "by_office",
    "dated",
    "decide",
    "other_calendars",
    "part_fields",
    "postpone",
    "read_day",
    "read_part_file",
    "read_text",
    "section_of",
    "shown",
    "silence",
    "step_part",
    "step_report",
    "transitions",
    "write_part_file",
    "wrong_answers",
]
