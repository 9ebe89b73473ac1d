"""An assessment of an invented species of Setuland that went the whole way: records, a version, review, the dossier.

Everything in it is invented and says so. Measuring takes a while the first time, so that the queue plays it.
"""

from __future__ import annotations

import tempfile
import uuid
from importlib.resources import files
from pathlib import Path

from django.db import transaction

from biosetu.centre.accounts.demonstration import CONTRIBUTOR, SETULAND
from biosetu.centre.accounts.models import Account
from biosetu.centre.assessor import working
from biosetu.centre.assessor.models import TaxonAssessment, Version
from biosetu.centre.assessor.verbs import begin, save, submit
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.reviewing import accept, send_back
from biosetu.centre.evidence.working import perform
from biosetu.centre.queue import task
from biosetu.species.criteria import Method

OFFICER = "officer"
TAXON, TABLE = "Setuornis collina", "setuornis-collina.csv"
HOLDER, LICENCE = "Setuland Institute of Nature (fictional)", "CC0 1.0"
METHOD = Method(regional=True)
TYPED = {
    "decline_habitat": "yes",
    "decline_mature": "yes",
    "mature_individuals": "1500-4000,2000-3000",
    "native": "yes",
    "endemic": "yes",
}
QUESTION = "How many locations are there, by which threat? (illustrative)"
NOTES = ("Illustrative: an invented species", "Four valleys, each cleared on its own: four locations (illustrative)")


def load() -> None:
    """Begin the assessment, once; the queue does the rest."""
    if TaxonAssessment.objects.filter(party=SETULAND, taxon=TAXON).exists():
        return
    made = begin(party=SETULAND, taxon=TAXON, actor=Account.objects.get(username=CONTRIBUTOR))
    transaction.on_commit(lambda: play_demonstration.enqueue(str(made.pk)))


@task()
def play_demonstration(assessment_id: str) -> None:
    """Play the assessment (the task of the queue)."""
    play(TaxonAssessment.objects.get(pk=uuid.UUID(assessment_id)))


def play(assessment: TaxonAssessment) -> None:
    """Measure the records, save a version that the officer returns with a question, and one that is accepted."""
    owner, officer = (Account.objects.get(username=name) for name in (CONTRIBUTOR, OFFICER))
    _measure(assessment, owner)
    measured = assessment.occurrences.get()
    values = TYPED | {"eoo_km2": f"{measured.eoo_km2:.0f}", "aoo_km2": f"{measured.aoo_km2:.0f}"}
    first = save(assessment=assessment, base=0, values=values, method=METHOD, actor=owner, note=NOTES[0])
    send_back(run=_submitted(first, owner), actor=officer, reason=QUESTION)
    values |= {"locations": "4"}
    second = save(assessment=assessment, base=1, values=values, method=METHOD, actor=owner, note=NOTES[1])
    accept(run=_submitted(second, owner), actor=officer)


def _measure(assessment: TaxonAssessment, owner: Account) -> None:
    with tempfile.TemporaryDirectory(prefix="biosetu-setuland-") as folder:
        path = Path(folder) / TABLE
        path.write_bytes((files("biosetu.centre.assessor") / "data" / TABLE).read_bytes())
        asked = working.ask(assessment=assessment, path=path, name=TABLE, values=TYPED, method=METHOD, actor=owner)
    working.perform(asked.pk)


def _submitted(version: Version, owner: Account) -> Run:
    run = submit(version=version, holder=HOLDER, licence=LICENCE, actor=owner)
    perform(run.pk)
    return Run.objects.get(pk=run.pk)
