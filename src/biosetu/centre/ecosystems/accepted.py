"""What the Party has accepted of a study goes to its dossier: maps, extent, change, assessments, index."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from django.dispatch import receiver

from biosetu.centre.ecosystems import verbs
from biosetu.centre.ecosystems.models import StudyVersion
from biosetu.centre.evidence.models import Proposal, Run
from biosetu.centre.evidence.reviewing import reviewed
from biosetu.centre.evidence.states import ProposalState
from biosetu.ecosystems.redlist_index import index_table
from biosetu.jobs.ecosystems_observations import index_groups
from biosetu.jobs.ecosystems_party import KeptStudy, keep_study
from biosetu.jobs.ecosystems_study import read_study, with_classes


@receiver(reviewed, dispatch_uid="ecosystems.keep_accepted")
def keep_accepted(run: Run, **_: Any) -> None:
    """Keep the tables of a study for its Party's dossier where the Party accepted every figure of the version."""
    version = StudyVersion.objects.filter(run=run).select_related("study", "measurement").first()
    if version is None or Proposal.objects.filter(run=run).exclude(state=ProposalState.ACCEPTED).exists():
        return
    proposal = Proposal.objects.filter(run=run).order_by("number").first()
    if proposal is not None:
        cited = f"{proposal.holder}: {version.study.title}, {version.number}"
        about = KeptStudy(proposal.inputs, str(proposal.vintage), cited, proposal.licence)
        keep_study(version.study.party, _tables(version), about)


def _tables(version: StudyVersion) -> dict[str, pa.Table]:
    found = read_study(version.measurement.folder)
    classes = {each["code"]: each for each in version.classes}
    tables = {name: with_classes(table, classes) for name, table in found.items() if table.num_rows}
    categories = version.outcome[version.guidelines]
    year = int(max(verbs.figures(version).measures.column("date").to_pylist()))
    index = index_table(*index_groups(categories, year))
    return {**tables, "assessments": pa.Table.from_pylist(categories), "index": index}
