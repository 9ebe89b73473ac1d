"""National targets without action, actions without office, milestones that have passed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from biosetu.alignment.gaps.records import Facts, Gap
from biosetu.alignment.promise_tables import main_target
from biosetu.alignment.wording import spoken
from biosetu.observations.sentences import Sentence
from biosetu.translation import N_

NO_ACTION = N_("National target “{said}” has no action.")
NONE_HELD = N_("No action under national target “{said}” is held here; no actions of this Party were brought in yet.")
NO_OFFICE = N_("The action “{said}” has no responsible office.")
OVERDUE = N_("The milestone of “{said}” was due on {due}: {milestone}.")
CLOSE_ACTION = N_("An action with an office, a cost and a date.")
CLOSE_NONE_HELD = N_("The actions of the strategy, brought in with office, cost and date.")
CLOSE_OFFICE = N_("The office that answers for it.")
CLOSE_OVERDUE = N_("The milestone reached, or a new date with the reason.")


def find(facts: Facts) -> Iterator[Gap]:
    """Return gaps in implementation; where no actions at all are loaded, that is said of each target as well.

    Whether a target has none or none were brought in cannot be told then: the sentence says so.
    """
    targets, actions = (_rows(facts, name) for name in ("promises.targets", "promises.actions"))
    no_action, closes = (NO_ACTION, CLOSE_ACTION) if actions else (NONE_HELD, CLOSE_NONE_HELD)
    served = {action["target"] for action in actions}
    by_id = {target["id"]: target for target in targets}
    for target in targets:
        if target["id"] not in served:
            said = Sentence("implementation-no-action", no_action, spoken("said", target["title"]))
            yield _gap(facts, f"no-action:{target['id']}", target, said, closes, str(target["source"]))
    for action in actions:
        target = by_id.get(action["target"], {})
        named = spoken("said", action["text"])
        if not action["office"]:
            said = Sentence("implementation-no-office", NO_OFFICE, named)
            yield _gap(facts, f"no-office:{action['id']}", target, said, CLOSE_OFFICE, str(action["source"]))
        if action["overdue"]:
            values = {**named, "due": str(action["due"]), "milestone": action["milestone"] or "–"}
            said = Sentence("implementation-overdue", OVERDUE, values)
            yield _gap(facts, f"overdue:{action['id']}", target, said, CLOSE_OVERDUE, str(action["source"]))


def _rows(facts: Facts, name: str) -> list[dict[str, Any]]:
    table = facts.tables.get(name)
    return table.to_pylist() if table is not None else []


def _gap(facts: Facts, name: str, target: Mapping[str, Any], says: Sentence, closes: str, source: str) -> Gap:
    return Gap(
        id=f"implementation:{name}",
        party=facts.party,
        kind="implementation",
        target=main_target(target),
        says=says,
        closes=Sentence(f"{says.id}-close", closes),
        source=source,
    )
