"""A study of Setuland's ecosystems (fictional): its two maps, the classes named; the queue measures it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.utils import timezone

from biosetu.centre.accounts.demonstration import CONTRIBUTOR
from biosetu.centre.accounts.models import Account
from biosetu.centre.ecosystems import verbs, working
from biosetu.centre.ecosystems.models import Study, StudyClass
from biosetu.jobs.setuland_ecosystems import write_maps
from biosetu.sources.setuland import ecosystems as setuland

TITLE = "Ecosystems of Setuland, 2012 to 2024"


def load() -> None:
    """Begin the study, once."""
    person = Account.objects.get(username=CONTRIBUTOR)
    if Study.objects.filter(party=setuland.PARTY, title=TITLE).exists():
        return
    made = verbs.begin(party=setuland.PARTY, title=TITLE, actor=person)
    with tempfile.TemporaryDirectory(prefix="biosetu-setuland-") as folder:
        for year, path in write_maps(Path(folder)).items():
            verbs.add_map(study=made, path=path, name=path.name, year=year, field="", actor=person)
    evidence = {row["ecosystem"]: row for row in setuland.rows("evidence")}
    now = timezone.now()
    StudyClass.objects.bulk_create(
        StudyClass(
            study=made,
            code=row["code"],
            name=row["name"],
            functional_group=row["functional_group"],
            confirmed_by=person,
            confirmed_at=now,
            answers=verbs.cleaned(evidence.get(row["code"], {})),
            answered_by=person if row["code"] in evidence else None,
            answered_at=now if row["code"] in evidence else None,
        )
        for row in setuland.rows("classes")
    )
    working.ask(study=made, actor=person)
