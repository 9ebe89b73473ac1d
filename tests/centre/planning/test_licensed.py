"""What is computed from a licensed layer stays with its owner: through every page, file, the API and the dossier."""

import re

import pytest
from django.urls import reverse
from tests.centre.people import account, centre_officer, officer
from tests.centre.planning.bringing import asked_and_found, send, squares

from biosetu.centre.api.views import api
from biosetu.centre.planning import working
from biosetu.centre.planning.models import Study
from biosetu.home import home
from biosetu.jobs.planning_workbench import FILES

pytestmark = [pytest.mark.db, pytest.mark.django_db]

TITLE, LAYER = "Snow leopard range", "iucn-range-of-uncia.geojson"
OTHERS = {
    "colleague": lambda: account("c2", role="contributor", party="NPL"),
    "officer of the Party": officer,
    "officer of the centre": centre_officer,
    "visitor": lambda: None,
}


@pytest.fixture
def licensed(client, owner):
    client.force_login(owner)
    text = squares().replace('"forest"', '"uncia"')
    assert send(client, text, name=LAYER, title=TITLE, licensed="on").status_code == 302
    study = Study.objects.get()
    made = asked_and_found(client, study)
    page = client.get(reverse("plan_version", args=[study.pk, 1])).content.decode()
    assert "uncia" in page
    assert "<svg" in page
    working.publish(made.pk, owner.pk)
    client.logout()
    return study


def secrets(client, study):
    """Return the files of the plan as the owner gets them."""
    client.force_login(study.owner)
    files = {kind: client.get(reverse("plan_file", args=[study.pk, 1, kind])).content for kind in FILES}
    client.logout()
    assert all(files.values())
    return files


@pytest.mark.parametrize("who", OTHERS.values(), ids=OTHERS)
def test_nobody_else_opens_a_page_or_a_file_of_it(client, licensed, who):
    files = secrets(client, licensed)
    if person := who():
        client.force_login(person)
    refused = 404 if person else 302
    for kind in files:
        assert client.get(reverse("plan_file", args=[licensed.pk, 1, kind])).status_code == refused
    for name, rest in {"plan": [], "plan_version": [1], "plan_progress": [1], "plan_compare": []}.items():
        query = {"first": 1, "second": 1} if name == "plan_compare" else {}
        assert client.get(reverse(name, args=[licensed.pk, *rest]), query).status_code == refused
    if person:
        assert TITLE not in client.get(reverse("plans")).content.decode()


# the plan's title and the file's name are told with the figures as their source; map, units and amounts are not
def figures_alone(text):
    assert "<svg" not in text
    assert "MULTIPOLYGON" not in text.upper()
    assert not re.search(r'\bd="M[\d. ]+', text)


@pytest.mark.parametrize("language", ["", "/ar"])
def test_page_of_the_party_and_dossier_show_figures_alone(client, licensed, language):
    for address in (reverse("party", args=["NPL"]), reverse("party_dossier", args=["NPL"])):
        text = client.get(language + address).content.decode()
        section = text.split('id="next-area"')[1].split("</section>")[0]
        assert "uncia" in section
        figures_alone(section)


def test_nothing_kept_for_the_party_holds_places(licensed):
    kept = [path for path in (home() / "parties" / "NPL").rglob("*") if path.is_file()]
    assert kept
    assert [path.name for path in kept if "map" in path.name] == []
    assert [path.name for path in kept if b"geometry" in path.read_bytes()] == []


def test_api_knows_nothing_of_it(client, licensed):
    addresses = [path.replace("{code}", "NPL") for path in api.get_openapi_schema()["paths"]]
    for address in addresses:
        if "{" not in address:
            text = client.get(address, {"party": "NPL"} if address.endswith("observations") else {}).content.decode()
            assert not [word for word in (TITLE, LAYER, "uncia", str(licensed.pk)) if word in text], address
