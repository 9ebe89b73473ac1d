"""`python -m biosetu.centre demonstrate`: fictional people, and figures of Setuland waiting for review; once."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

from django.core.management import BaseCommand

from biosetu.centre.accounts import demonstration
from biosetu.centre.accounts.models import Account
from biosetu.centre.assessor import demonstration as assessor
from biosetu.centre.directory import demonstration as directory
from biosetu.centre.ecosystems import demonstration as ecosystems
from biosetu.centre.evidence.intake import propose, take_in
from biosetu.centre.evidence.models import Upload
from biosetu.centre.evidence.working import perform
from biosetu.centre.helpdesk import demonstration as helpdesk
from biosetu.centre.holdings import demonstration as holdings
from biosetu.centre.library import demonstration as library
from biosetu.centre.planning import demonstration as planning
from biosetu.centre.reporting import demonstration as reporting
from biosetu.centre.services import demonstration as services

TABLE = "setuland-2025.csv"


class Command(BaseCommand):
    """Load the demonstration. Setuland's and the official figures come with the software and need no loading."""

    help = "Load fictional people and the figures that they propose."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load it; what is there stays as it is."""
        demonstration.load()
        directory.load()
        library.load()
        holdings.load()
        helpdesk.load()
        services.load()
        planning.load()
        ecosystems.load()
        assessor.load()
        reporting.load()
        contributor = Account.objects.get(username=demonstration.CONTRIBUTOR)
        if Upload.objects.filter(owner=contributor, name=TABLE).exists():
            return
        with as_file(files("biosetu.centre.evidence") / "data" / TABLE) as path:
            run = propose(upload=take_in(path=path, name=TABLE, owner=contributor), actor=contributor)
        perform(run.pk)
