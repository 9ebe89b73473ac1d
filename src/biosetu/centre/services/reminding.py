"""What time brings for services: the question after six months, and names erased a year after the end."""

from __future__ import annotations

from django.db import transaction

from biosetu.centre.helpdesk import days
from biosetu.centre.services import verbs
from biosetu.centre.services.models import KEPT_MONTHS, USED_AFTER_MONTHS, Participant, Place, Service, State
from biosetu.cooperation import months_after
from biosetu.translation import N_

ASKED = N_("%(title)s: how much of it is in use after six months?")


def tick() -> int:
    """Ask and erase what is due today; return how many services were asked about. Each is asked about once."""
    today = days.today()
    asked = 0
    for service in Service.objects.filter(state=State.HELD, ends__isnull=False, ends__lt=today):
        if service.ends and months_after(service.ends, USED_AFTER_MONTHS) <= today:
            asked += _ask(service)
        if service.ends and months_after(service.ends, KEPT_MONTHS) <= today:
            _forget(service)
    return asked


@transaction.atomic
def _ask(service: Service) -> bool:
    waiting = service.participants.filter(place=Place.CAME, asked_on__isnull=True)
    codes = set(waiting.values_list("party", flat=True))
    if not waiting.update(asked_on=days.today()):
        return False
    verbs.tell(service, ASKED, codes)
    return True


def _forget(service: Service) -> None:
    for participant in Participant.objects.filter(service=service, person__isnull=False):
        verbs.forget(participant=participant, by=None)
