"""Observers follow what is sent and not confidential, and move nothing."""

import pytest
from django.core.exceptions import PermissionDenied

from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.cooperation import Refused

from .conftest import FOUR, account

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_an_observer_follows_what_is_sent_and_not_confidential(people, request_of):
    watcher = account("watcher", "observer", centre="iucn-asia")
    for confidential in ("", "yes"):
        sent = verbs.open_request(
            by=people["contributor"], values={**FOUR, "party": "NPL", "confidential": confidential}
        )
        verbs.act(request=sent, verb="submit", by=people["contributor"])
    request_of()
    seen = visible_to(watcher, SupportRequest.objects.all())
    assert [row.confidential for row in seen] == [False]
    with pytest.raises((Refused, PermissionDenied)):
        verbs.act(request=seen[0], verb="endorse", by=watcher)
