"""A plan of Setuland for the demonstration: units of 20 km, asked twice, worked out by the queue; loaded once."""

from __future__ import annotations

from biosetu.centre.accounts.demonstration import CONTRIBUTOR
from biosetu.centre.accounts.models import Account
from biosetu.centre.planning.asking import first_asked
from biosetu.centre.planning.models import Study
from biosetu.centre.planning.verbs import ask, within

PARTY, CELL_KM = "XXA", 20.0
TITLE = "Setuland: where to act next"
NOTES = ("30 % of each region, places drawn together", "30 % of each region, places may scatter")


def load() -> None:
    """Load it; what is there stays as it is."""
    if Study.objects.filter(title=TITLE).exists():
        return
    owner = Account.objects.get(username=CONTRIBUTOR)
    study = within(party=PARTY, title=TITLE, cell_km=CELL_KM, shape="square", actor=owner)
    for base, (note, penalty) in enumerate(zip(NOTES, ("2", "0"), strict=True)):
        asked = first_asked(study.held) | {"penalty": penalty, "seconds": "15", "gap": "1"}
        ask(study=study, base=base, asked=asked, note=note, actor=owner)
