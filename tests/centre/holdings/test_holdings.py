"""What communities hold: theirs alone until shown, shown as their rule says, gone from every output once taken back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.centre.helpdesk.conftest import account

from biosetu.centre.accounts.models import Role
from biosetu.centre.accounts.permissions import visible_to
from biosetu.centre.audit.reading import Asked, entries, told
from biosetu.centre.evidence.models import Figure
from biosetu.centre.holdings import verbs
from biosetu.centre.holdings.models import Holding
from biosetu.centre.pages import reading
from biosetu.centre.receiving import Received
from biosetu.cooperation import Refused
from biosetu.problems import DataError

pytestmark = [pytest.mark.db, pytest.mark.django_db]
TITLE, FIGURE, FILE = "Springs of the upper valley", 4321.5, b"spring,flow\nA,3\n"
VALUES = {
    "title": TITLE, "party": "NPL", "about": "Walks along the springs, by the elders",
    "figures": "A.2; 2024; 4321.5; km2",
    "labels": "TK A; TK NC", "conditions": "Not for sale; name us", "licence": "Ours", "visible": "public",
    "method": "Counted\non foot",
}  # fmt: skip


@pytest.fixture
def people(db):
    made = {
        "holder": account("holder", "community", party="NPL"),
        "neighbours": account("neighbours", "community", party="NPL"),
        "far": account("far-community", "community", party="BTN"),
        "focal": account("focal", "focal_point", party="NPL"),
        "officer": account("officer", "officer", centre="iucn-asia"),
        "contributor": account("contributor", "contributor", party="NPL"),
        "public": account("public"),
    }
    second = account("second")
    Role.objects.create(account=second, role="community", party="NPL", office="Office of holder")
    return {**made, "second": second}


def springs(folder):
    path = folder / "springs.csv"
    path.write_bytes(FILE)
    return Received(path, path.name)


@pytest.fixture
def held(people, tmp_path):
    made = verbs.hold(by=people["holder"], values=VALUES)
    verbs.attach(holding=made, by=people["holder"], sent=springs(tmp_path))
    return made


def outputs(client):
    """All that everybody can read: pages, dossiers, tables, the API, the file."""
    addresses = [
        reverse("holdings"), reverse("party", args=["NPL"]), reverse("party_figures", args=["NPL"]),
        reverse("party_dossier", args=["NPL"]), "/api/v1/observations?party=NPL&indicator=A.2&limit=1000",
        reverse("indicator_figures", args=["A.2"]),
        *(reverse("holding", args=[one.pk]) for one in Holding.objects.all()),
    ]  # fmt: skip
    text = "".join(client.get(address).content.decode() for address in addresses)
    files = [client.get(reverse("holding_file", args=[one.pk])) for one in Holding.objects.all()]
    sent = b"".join(b"".join(one.streaming_content) for one in files if one.status_code == 200)
    return text + sent.decode() + reading.body("NPL", "en").html + reading.body("NPL", "ar").html


def test_what_is_kept_is_seen_by_its_holders_alone(people, held):
    seen = {name for name, one in people.items() if visible_to(one, Holding.objects.all()).exists()}
    assert seen == {"holder", "second"}
    assert Figure.objects.count() == 0


def test_the_rule_says_who_sees_what_is_shown(people, held):
    verbs.show(holding=held, by=people["holder"])
    seen = {}
    for rule in ("public", "party", "holders"):
        verbs.edit(holding=held, by=people["second"], values={**VALUES, "visible": rule})
        seen[rule] = {name for name, one in people.items() if visible_to(one, Holding.objects.all()).exists()}
    mine = {"holder", "second"}
    assert seen == {"public": set(people), "party": {*mine, "focal", "officer"}, "holders": mine}


def test_figures_shown_to_everyone_stand_in_every_output_with_holder_and_conditions(client, people, held):
    before = outputs(client)
    assert TITLE not in before
    assert "spring,flow" not in before
    verbs.show(holding=held, by=people["holder"])
    row = Figure.objects.get(current=True)
    assert (row.value, row.indicator, row.year, row.holder) == (FIGURE, "A.2", 2024, "Office of holder")
    assert row.conditions == "TK A; TK NC; Not for sale; name us"
    assert (row.inputs, row.footnote) == (f"Office of holder: {TITLE}", "Counted on foot")
    after = outputs(client)
    assert TITLE in after
    assert "4321.5" in after
    assert "Not for sale; name us" in after
    assert "spring,flow" in after


@pytest.mark.parametrize("how", ["take_back", "party", "holders"])
def test_what_is_taken_back_is_in_no_later_output(client, people, held, how):
    verbs.show(holding=held, by=people["holder"])
    assert "4321.5" in outputs(client)
    if how == "take_back":
        verbs.take_back(holding=held, by=people["holder"])
    else:
        verbs.edit(holding=held, by=people["holder"], values={**VALUES, "visible": how})
    after = outputs(client)
    assert [word for word in (TITLE, "4321.5", "4,321", "spring,flow", "Not for sale") if word in after] == []
    assert client.get(reverse("holding", args=[held.pk])).status_code == 404
    assert client.get(reverse("holding_file", args=[held.pk])).status_code == 404


def test_shown_again_it_is_there_again_and_a_line_left_out_is_gone(client, people, held):
    verbs.show(holding=held, by=people["holder"])
    verbs.take_back(holding=held, by=people["holder"])
    verbs.show(holding=held, by=people["holder"])
    assert "4321.5" in outputs(client)
    verbs.edit(holding=held, by=people["holder"], values={**VALUES, "figures": "A.2; 2023; 77.25; km2"})
    after = outputs(client)
    assert "77.25" in after
    assert "4321.5" not in after


@pytest.mark.parametrize("name", ["neighbours", "far", "focal", "officer", "contributor", "public"])
def test_nobody_else_changes_shows_or_takes_back(people, held, name, tmp_path):
    for press in (
        lambda: verbs.edit(holding=held, by=people[name], values=VALUES),
        lambda: verbs.show(holding=held, by=people[name]),
        lambda: verbs.take_back(holding=held, by=people[name]),
        lambda: verbs.attach(holding=held, by=people[name], sent=springs(tmp_path)),
    ):
        with pytest.raises(PermissionDenied):
            press()


@pytest.mark.parametrize("name", ["far", "focal", "officer", "contributor", "public"])
def test_only_a_community_of_the_party_holds_data_for_it(people, name):
    with pytest.raises(PermissionDenied):
        verbs.hold(by=people[name], values=VALUES)
    assert Holding.objects.count() == 0


@pytest.mark.parametrize(
    ("figures", "column"),
    [
        ("A.2, 2024, 3, km2", "figures"),
        ("A.2; soon; 3; km2", "figures"),
        ("Q.9; 2024; 3; km2", "indicator"),
        ("A.2; 2999; 3; km2", "year"),
        ("A.2; 2024; 3; bushels", "unit"),
        ("A.2; 2024; nan; km2", "value"),
        ("A.2; 2024; 3; km2\nA.2; 2024; 4; km2", "figures"),
    ],
)
def test_a_figure_that_cannot_be_is_named_and_nothing_is_kept(people, figures, column):
    with pytest.raises(DataError) as caught:
        verbs.hold(by=people["holder"], values={**VALUES, "figures": figures})
    assert column in {problem.column for problem in caught.value.problems}


def test_without_conditions_nothing_is_shown(people):
    made = verbs.hold(by=people["holder"], values={**VALUES, "conditions": ""})
    with pytest.raises(Refused, match="Our conditions"):
        verbs.show(holding=made, by=people["holder"])


def test_the_record_of_a_holding_is_read_by_those_who_may_see_it(people, held):
    verbs.show(holding=held, by=people["holder"])
    (one,) = told(entries(people["officer"], Asked(record="holding")).filter(verb="release"))
    assert [(change.field, change.before, change.after) for change in one.changes] == [("released", "false", "true")]
    verbs.take_back(holding=held, by=people["holder"])
    assert not entries(people["officer"], Asked(record="holding", party="BTN")).exists()
    assert {row.entry.verb for row in told(entries(people["officer"], Asked(record="holding")))} == set()


def test_the_pages_keep_show_and_take_back(client, people):
    client.force_login(people["officer"])
    assert client.get(reverse("holding_new")).status_code == 403
    client.force_login(people["holder"])
    posted = {**VALUES, "labels": ["TK A"], "figures": "nonsense"}
    wrong = client.post(reverse("holding_new"), posted)
    assert wrong.status_code == 422
    client.post(reverse("holding_new"), {**posted, "figures": VALUES["figures"]})
    made = Holding.objects.get()
    page = client.get(reverse("holding", args=[made.pk])).content.decode()
    assert "TK Attribution" in page
    assert "Take it back" not in page
    press = lambda name, **data: client.post(reverse("holding_do", args=[made.pk, name]), data)  # noqa: E731
    assert press("explode").status_code == 404
    press("attach", file=SimpleUploadedFile("trap.pdf", b"PK"))
    press("show")
    made.refresh_from_db()
    assert (made.released, made.file_name) == (True, "")
    assert "Take it back" in client.get(reverse("holding", args=[made.pk])).content.decode()
    edited = client.post(reverse("holding_edit", args=[made.pk]), {**posted, "figures": "", "title": "Streams"})
    assert edited.status_code == 302
    press("take-back")
    made.refresh_from_db()
    assert (made.title, made.released, made.withdrawn_on is not None) == ("Streams", False, True)


def test_the_list_is_constant_in_queries(client, people, django_assert_num_queries):
    def make(many):
        for number in range(many):
            Holding.objects.create(holder="O", party="NPL", title=str(number), rule="public", released=True)

    make(1)
    client.get(reverse("holdings"))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(reverse("holdings"))
    make(29)
    with django_assert_num_queries(len(one)):
        client.get(reverse("holdings") + "?party=NPL")
