import pytest
from tests.centre.people import contributor
from tests.centre.planning.bringing import send

from biosetu.centre.planning import verbs
from biosetu.centre.planning.models import Study
from biosetu.centre.planning.reader import read_here


@pytest.fixture(autouse=True)
def read_in_this_process(monkeypatch):
    monkeypatch.setattr(verbs, "read_apart", read_here)


@pytest.fixture
def owner(db):
    return contributor()


@pytest.fixture
def study(client, owner):
    client.force_login(owner)
    assert send(client).status_code == 302
    return Study.objects.get()
