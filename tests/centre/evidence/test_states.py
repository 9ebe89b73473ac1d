import pytest

from biosetu.centre.assessor.models import MeasuringState
from biosetu.centre.ecosystems.models import WorkState
from biosetu.centre.evidence.states import ProposalState, RunState, allows, leads, transitions
from biosetu.centre.exchange.models import SheetState
from biosetu.centre.matching.models import AssignmentState
from biosetu.centre.planning.models import PlanState

STATES = {
    "run": set(RunState.values),
    "proposal": set(ProposalState.values),
    "plan": set(PlanState.values),
    "measurement": set(WorkState.values),
    "occurrences": set(MeasuringState.values),
    "sheet": set(SheetState.values),
    "assignment": set(AssignmentState.values),
}


@pytest.mark.parametrize("line", transitions(), ids=lambda line: f"{line.machine}-{line.state}-{line.verb}")
def test_every_line_leads_from_a_state_to_a_state(line):
    assert {line.state, line.next} <= STATES[line.machine]
    assert line.who in ("worker", "owner", "officer")
    assert allows(line.machine, line.state, line.verb)


@pytest.mark.parametrize("machine", STATES)
def test_every_state_is_reached(machine):
    first = {"proposal": "pending", "sheet": "preview"}.get(machine, "queued")
    assert {line.next for line in transitions() if line.machine == machine} | {first} == STATES[machine]


ENDS = [
    ("run", {"reviewed"}),
    ("proposal", {"accepted", "returned"}),
    ("plan", {"done", "impossible", "cancelled", "failed"}),
    ("measurement", {"done"}),
    ("occurrences", {"done", "cancelled", "failed"}),
    ("sheet", {"done", "dropped"}),
    ("assignment", {"done", "cancelled", "failed"}),
]


@pytest.mark.parametrize(("machine", "ends"), ENDS)
def test_only_the_last_states_have_no_way_out(machine, ends):
    assert STATES[machine] - {line.state for line in transitions() if line.machine == machine} == ends


def test_a_verb_leads_to_one_state_only():
    pairs = {(line.machine, line.verb): set() for line in transitions()}
    for line in transitions():
        pairs[line.machine, line.verb].add(line.next)
    assert {pair for pair, nexts in pairs.items() if len(nexts) != 1} == set()


def test_unknown_verb_is_a_mistake_of_ours():
    with pytest.raises(KeyError, match="no verb"):
        leads("run", "explode")
