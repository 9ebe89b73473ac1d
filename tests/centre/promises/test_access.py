"""Who may see, bring in, decide: each page with visitor, public, contributor, officer, and officers of others."""

import pytest
from tests.centre.people import account, centre_officer, contributor, officer, public

pytestmark = [pytest.mark.db, pytest.mark.django_db, pytest.mark.usefixtures("loaded")]
PARTY = "NPL"
WHO = {
    "visitor": lambda: None,
    "public": public,
    "contributor": lambda: contributor(PARTY),
    "officer": lambda: officer(PARTY),
    "elsewhere": lambda: officer("JOR"),
    "centre": centre_officer,
    "weak": lambda: account("weak", role="officer", party=PARTY),
}
BASE = f"/parties/{PARTY}/"
#                                          visitor public contr. officer elsew. centre weak
PAGES = {
    f"{BASE}promises/": (200, 200, 200, 200, 200, 200, 200),
    f"{BASE}promises/targets/NT-1": (200, 200, 200, 200, 200, 200, 200),
    f"{BASE}promises/measured/": (200, 200, 200, 200, 200, 200, 200),
    f"{BASE}promises/measured.csv": (200, 200, 200, 200, 200, 200, 200),
    f"{BASE}promises/promises.xlsx": (200, 200, 200, 200, 200, 200, 200),
    f"{BASE}promises/promises.json": (200, 200, 200, 200, 200, 200, 200),
    f"{BASE}promises/import/": (302, 403, 200, 200, 403, 200, 403),
    f"{BASE}promises/template.xlsx": (302, 403, 200, 200, 403, 200, 403),
    f"{BASE}promises/decisions.xlsx": (302, 403, 200, 200, 403, 200, 403),
    f"{BASE}promises/new-action/": (302, 403, 403, 200, 403, 403, 403),
    f"{BASE}promises/actions/A-1": (302, 403, 403, 200, 403, 403, 403),
    f"{BASE}capacity/?code=A.1": (302, 403, 200, 200, 403, 200, 403),
    f"{BASE}capacity/sheet.xlsx?code=A.1": (302, 403, 200, 200, 403, 200, 403),
    "/alignment/": (200, 200, 200, 200, 200, 200, 200),
    "/alignment/alignment.csv": (200, 200, 200, 200, 200, 200, 200),
    "/alignment/demand/": (302, 403, 403, 403, 403, 200, 403),
    "/alignment/demand.csv": (302, 403, 403, 403, 403, 200, 403),
    "/alignment/terms/": (302, 403, 403, 200, 200, 200, 403),
    "/alignment/terms.csv": (302, 403, 403, 200, 200, 200, 403),
}
POSTS = {
    (f"{BASE}promises/targets/NT-1", "verdict"): (403, 403, 403, 422, 403, 403, 403),
    (f"{BASE}promises/new-action/", "target"): (302, 403, 403, 422, 403, 403, 403),
    (f"{BASE}promises/decisions/", "x"): (302, 403, 403, 422, 403, 403, 403),
    (f"{BASE}capacity/return/", "x"): (302, 403, 403, 422, 403, 403, 403),
    (f"{BASE}promises/import/", "x"): (302, 403, 422, 422, 403, 422, 403),
}


def signed_in(client, who):
    person = WHO[who]()
    if person:
        client.force_login(person)
    return client


@pytest.mark.parametrize("who", WHO)
def test_pages_are_open_to_whom_the_table_says(client, who):
    place = list(WHO).index(who)
    signed_in(client, who)
    seen = {page: client.get(page).status_code for page in PAGES}
    assert seen == {page: codes[place] for page, codes in PAGES.items()}


@pytest.mark.parametrize("who", WHO)
def test_verbs_are_open_to_whom_the_table_says(client, who):
    place = list(WHO).index(who)
    signed_in(client, who)
    seen = {key: client.post(key[0], {key[1]: "confirmed"}).status_code for key in POSTS}
    assert seen == {key: codes[place] for key, codes in POSTS.items()}


@pytest.mark.parametrize(
    "page",
    [
        "/parties/ZZZ/promises/",
        f"{BASE}promises/targets/NT-9",
        f"{BASE}promises/actions/A-9",
        "/parties/XXA/promises/",
    ],
)
def test_what_there_is_not_is_not_found(client, page):
    client.force_login(officer(PARTY))
    assert client.get(page).status_code == 404


def test_fictional_party_is_shown_in_the_demonstration(client, settings):
    settings.BIOSETU_DEMO = True
    assert client.get("/parties/XXA/promises/").status_code == 200


def test_draft_is_seen_by_who_sent_it_alone(client, read_in_this_process):
    from tests.centre.promises.conftest import TABLE, draft_of

    mine = draft_of(TABLE, contributor(PARTY))
    address = f"{BASE}promises/drafts/{mine.pk}/"
    client.force_login(officer(PARTY))
    assert client.get(address).status_code == 404
    client.force_login(mine.owner)
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 403
