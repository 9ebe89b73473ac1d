"""What can be done with a request: each verb owns its transaction and audit entry; nothing else changes one."""

from biosetu.centre.helpdesk.verbs.choosing import (
    Listed,
    answer_invitation,
    check_off,
    choose,
    invite,
    keep_list,
    list_candidates,
    listing,
)
from biosetu.centre.helpdesk.verbs.consenting import object_to, record_consent, settle
from biosetu.centre.helpdesk.verbs.delivering import correct, measure, plan, plan_for_each, rate, report
from biosetu.centre.helpdesk.verbs.following import follow_up, sides
from biosetu.centre.helpdesk.verbs.joining import invite_parties, join, leave, open_programme, stay_out, tell_result
from biosetu.centre.helpdesk.verbs.moving import (
    Raced,
    acknowledge,
    act,
    entrust,
    open_request,
    pass_ball,
    refresh_clock,
    save,
)
from biosetu.centre.helpdesk.verbs.writing import attach, heard_by, readable, side_of, write

__all__ = [
    "Listed",
    "Raced",
    "acknowledge",
    "act",
    "answer_invitation",
    "attach",
    "check_off",
    "choose",
    "correct",
    "entrust",
    "follow_up",
    "heard_by",
    "invite",
    "invite_parties",
    "join",
    "keep_list",
    "leave",
    "list_candidates",
    "listing",
    "measure",
    "object_to",
    "open_programme",
    "open_request",
    "pass_ball",
    "plan",
    "plan_for_each",
    "rate",
    "readable",
    "record_consent",
    "refresh_clock",
    "report",
    "save",
    "settle",
    "side_of",
    "sides",
    "stay_out",
    "tell_result",
    "write",
]
