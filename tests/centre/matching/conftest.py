"""The helpdesk's people, and open requests with a directory to match them with."""

import pytest
from tests.centre.helpdesk.conftest import ELEVEN, TODAY, people, providers, request_of

from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import RequestParty, SupportRequest

__all__ = ["people", "providers", "request_of"]
WAY = (("contributor", "submit"), ("focal_point", "endorse"), ("officer", "articulate"), ("officer", "plan"))


@pytest.fixture
def matching_of(people, request_of):
    """A request played to the point where a provider is looked for."""

    def make(**extra):
        made = request_of(**{**ELEVEN, **extra})
        for person, verb in (*WAY, ("officer", "match")):
            verbs.act(request=made, verb=verb, by=people[person])
        return made

    return make


@pytest.fixture
def listed(people):
    """A listed provider of a name; targets, languages and capacity as said."""

    def make(name, targets="1;2", capacity=1, workload=0, **values):
        held = {"targets": targets, "languages": "en", "work": "red list of ecosystems", **values}
        return Provider.objects.create(
            name=name, party="LKA", standing="listed", consented_on=TODAY, values=held, capacity=capacity,
            workload=workload,
        )  # fmt: skip

    return make


@pytest.fixture
def rows_of():
    """Many open requests at once, as rows: they came to their state elsewhere."""

    def make(many, party="NPL", start=0, **values):
        made = [
            SupportRequest(
                reference=f"2026-{start + n:05d}", title=f"Help {n}", state="planning", centre="iucn-asia",
                values={"targets": str(1 + n % 23), "what": f"wetland {n}", "languages": "en", **values},
            )
            for n in range(many)
        ]  # fmt: skip
        made = SupportRequest.objects.bulk_create(made)
        RequestParty.objects.bulk_create(RequestParty(request=one, party=party) for one in made)
        return made

    return make
