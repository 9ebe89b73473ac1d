"""What can be done with a request: each verb owns its transaction and audit entry; nothing else changes one."""

from biosetu.centre.helpdesk.verbs.choosing import answer_invitation, check_off, choose, invite, list_candidates
from biosetu.centre.helpdesk.verbs.consenting import object_to, record_consent, settle
from biosetu.centre.helpdesk.verbs.delivering import measure, plan, rate, report
from biosetu.centre.helpdesk.verbs.moving import Raced, acknowledge, act, open_request, pass_ball, refresh_clock, save
from biosetu.centre.helpdesk.verbs.writing import attach, heard_by, readable, side_of, write

__all__ = [
    "Raced",
    "acknowledge",
    "act",
    "answer_invitation",
    "attach",
    "check_off",
    "choose",
    "heard_by",
    "invite",
    "list_candidates",
    "measure",
    "object_to",
    "open_request",
    "pass_ball",
    "plan",
    "rate",
    "readable",
    "record_consent",
    "refresh_clock",
    "report",
    "save",
    "settle",
    "side_of",
    "write",
]
