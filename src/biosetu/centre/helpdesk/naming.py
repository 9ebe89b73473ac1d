"""What verbs and roles of a request are called."""

from __future__ import annotations

from biosetu.translation import N_

VERB_NAMES = {
    "submit": N_("Send"),
    "withdraw": N_("Withdraw"),
    "endorse": N_("Endorse"),
    "lapse_endorsement": N_("Decide for the silent focal point"),
    "answer": N_("Answered directly"),
    "return": N_("Return to the requester"),
    "decline": N_("Decline"),
    "hand_over": N_("Hand over to another centre"),
    "articulate": N_("Say together what is needed"),
    "plan": N_("Plan"),
    "match": N_("Look for a provider"),
    "seek_funds": N_("Seek funds"),
    "hold": N_("Put on hold"),
    "resume": N_("Resume"),
    "agree": N_("Agree"),
    "start": N_("Start work"),
    "stop_work": N_("Stop the work"),
    "settle_stop": N_("Settle the stop in place of people for whom nobody speaks any more"),
    "deliver": N_("Work is delivered"),
    "reopen": N_("Not yet finished"),
    "close": N_("Close"),
    "gather": N_("Begin with the Parties that joined"),
    "call": N_("Parties invited"),
    "join": N_("A Party joined"),
    "stay_out": N_("A Party declined"),
    "leave": N_("A Party left"),
    "result": N_("What came of it for a Party"),
    "acknowledge": N_("Acknowledge"),
    "ask": N_("Wait for the requester"),
    "reply": N_("We have answered"),
    "rewrite": N_("What was endorsed was rewritten"),
    "write_back": N_("Nothing is left to confirm"),
    "entrust": N_("Who asks was named"),
}
ROLE_NAMES = {
    "requester": N_("who asked"),
    "focal_point": N_("focal point"),
    "officer": N_("officer"),
    "manager": N_("centre manager"),
    "provider": N_("who helped"),
    "community": N_("Indigenous or local community organization"),
    "clock": N_("by itself, when the time was over"),
}
