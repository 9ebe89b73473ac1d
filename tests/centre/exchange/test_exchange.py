"""A request goes to another centre as a signed file and comes in there; reminders go out once; consent that ends."""

import base64
import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.centre.helpdesk.conftest import ELEVEN, FOUR, account
from tests.centre.helpdesk.test_verbs import agreed

from biosetu.centre.accounts.models import Notice
from biosetu.centre.exchange import signing
from biosetu.centre.exchange import verbs as exchange
from biosetu.centre.exchange.models import Arrival
from biosetu.centre.helpdesk import days, verbs
from biosetu.centre.helpdesk.facts import facts
from biosetu.centre.helpdesk.reminding import tick
from biosetu.cooperation import Refused
from biosetu.problems import DataError

pytestmark = [pytest.mark.db, pytest.mark.django_db]


DECISION = {
    "people": "Hill people", "process": "Assembly", "scope": "All", "languages": "", "status": "refused",
    "holder": "Office", "on": "2026-03-01", "expires": "",
}  # fmt: skip


@pytest.fixture
def handed(people, request_of):
    request = request_of(**{**ELEVEN, "other_parties": "JOR", "confidential": "yes"})
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.write(request=request, by=people["officer"], text="private words")
    verbs.act(request=request, verb="hand_over", by=people["officer"], reason="The shared river lies in the west.")
    return request, exchange.hand_over_file(request=request, by=people["officer"])


def at_another_centre(monkeypatch, tmp_path):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "another"))


def test_a_handed_over_request_comes_in_at_another_centre(people, handed, monkeypatch, tmp_path):
    request, content = handed
    assert b"private words" not in content
    ours = signing.public_key()
    at_another_centre(monkeypatch, tmp_path)
    assert signing.public_key() != ours
    arrival = exchange.arrive(content=content, by=people["far_officer"])
    assert exchange.arrive(content=content, by=people["far_officer"]) == arrival
    with pytest.raises(Refused, match="not known"):
        exchange.take_in(arrival=arrival, by=people["far_officer"])
    made = exchange.take_in(arrival=arrival, by=people["far_officer"], confirmed_name="Centre East")
    assert (made.state, made.centre, made.title) == ("submitted", "iucn-west-asia", request.title)
    assert (made.came_from, made.confidential) == (f"Centre East: {request.reference}", True)
    assert made.parties_of() == {"NPL", "JOR"}
    assert not made.request_parties.filter(endorsed_on__isnull=False).exists()
    assert arrival.signer().name == "Centre East"
    with pytest.raises(Refused, match="already"):
        exchange.take_in(arrival=arrival, by=people["far_officer"])


def test_only_officers_hand_over_and_only_what_was_handed_over(people, request_of, handed):
    request, _ = handed
    with pytest.raises(PermissionDenied):
        exchange.hand_over_file(request=request, by=people["contributor"])
    other = request_of()
    verbs.act(request=other, verb="submit", by=people["contributor"])
    with pytest.raises(Refused, match="Hand the request over first"):
        exchange.hand_over_file(request=other, by=people["officer"])
    with pytest.raises(PermissionDenied):
        exchange.arrive(content=b"{}", by=people["contributor"])


def changed(content, **body):
    whole = json.loads(content)
    whole["body"].update(body)
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: changed(content, confidential=False),
        lambda content: content[:-5],
        lambda content: b"[]",
        lambda content: b'{"body": 1, "key": "x", "signature": "y"}',
        lambda content: b"[" * 100_000,
        lambda content: b" " * 3_000_000,
        lambda content: signing.signed({"format": "biosetu-request-1", "reference": "r", "values": {"party": ["NPL"]}}),
        lambda content: signing.signed({"format": "biosetu-request-1", "reference": "r", "values": {"odd": "x"}}),
    ],
)  # fmt: skip
def test_a_file_that_was_changed_or_is_none_is_refused(people, handed, spoil):
    with pytest.raises(DataError):
        exchange.arrive(content=spoil(handed[1]), by=people["far_officer"])
    assert Arrival.objects.count() == 0


def in_another_process(home, name, given=""):
    """What a centre with this home and a database of its own says."""
    home.mkdir()
    environment = {**os.environ, "BIOSETU_HOME": str(home), "DATABASE_URL": "", "PYTHONPATH": os.pathsep.join(sys.path)}
    script = Path(__file__).parent / "instance.py"
    command = [sys.executable, str(script), name]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, env=environment, timeout=250, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def spoilt(content, **body):
    return changed(content, **body).decode()


def test_a_request_goes_from_one_home_to_another(tmp_path):
    content = in_another_process(tmp_path / "east", "east")
    assert "private words" not in content
    files = {
        "as it was sent": content,
        "once more": content,
        "once more, laid out otherwise": json.dumps(json.loads(content), indent=7),
        "with another Party": spoilt(content, values={"party": "NPL"}),
        "not confidential": spoilt(content, confidential=False),
        "signed by nobody": json.dumps({**json.loads(content), "signature": ""}),
        "signed by another": json.dumps({**json.loads(content), "key": signing.public_key()}),
    }
    there = json.loads(in_another_process(tmp_path / "west", "west", "\n".join(map(json.dumps, files.values()))))
    told = dict(zip(files, there["told"], strict=True))
    assert told.pop("as it was sent") == "taken in"
    assert "already" in told.pop("once more")
    assert "already" in told.pop("once more, laid out otherwise")
    assert [name for name, said in told.items() if "signature" not in said and "hand-over" not in said] == []
    reference = json.loads(content)["body"]["reference"]
    assert there["held"] == [
        {
            "state": "submitted", "title": "Mapping of rivers", "centre": "iucn-west-asia", "confidential": True,
            "came_from": f"Centre East: {reference}", "owner": None,
        }
    ]  # fmt: skip
    assert there["steps"] == ["submit"]
    assert there["key"] != json.loads(content)["key"]


def test_the_same_request_laid_out_otherwise_is_one_arrival(people, handed):
    _, content = handed
    first = exchange.arrive(content=content, by=people["far_officer"])
    for indent in (None, 0, 4):
        other = json.dumps(json.loads(content), indent=indent).encode()
        assert other != content
        assert exchange.arrive(content=other, by=people["far_officer"]) == first
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "column", "value"),
    [
        ({"format": "biosetu-request-3"}, "", ""),
        ({"decisions": [{"people": "Hill people"}]}, "", ""),
        ({"decisions": [{**DECISION, "people": "x" * 201}]}, "", ""),
        ({"decisions": [{**DECISION, "status": "given"}]}, "", ""),
        ({"decisions": [{**DECISION, "on": ""}]}, "", ""),
        ({"decisions": [{**DECISION, "at": "zzz"}]}, "", ""),
        ({"objections": "no"}, "", ""),
        ({"values": {"party": "NPL;QQQ"}}, "party", "QQQ"),
        ({"values": {"party": "NPL", "targets": "99"}}, "targets", "99"),
        ({"values": {"targets": "2"}}, "party", ""),
    ],
    ids=[
        "of another version",
        "a decision in part",
        "people with too long a name",
        "a consent that was given",
        "a decision of no day",
        "a decision of no moment",
        "no list of objections",
        "a Party that there is not",
        "a target that there is not",
        "no Party",
    ],
)
def test_what_is_unknown_here_is_named(people, body, column, value):
    whole = {"format": "biosetu-request-1", "reference": "2026-1", "values": {"party": "NPL"}, **body}
    with pytest.raises(DataError) as caught:
        exchange.arrive(content=signing.signed(whole), by=people["far_officer"])
    assert [(problem.column, problem.value) for problem in caught.value.problems] == [(column, value)]
    assert Arrival.objects.count() == 0


def test_signature_is_ed25519_over_the_canonical_body():
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    whole = json.loads(signing.signed({"b": "ü", "a": 1}))
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(whole["key"]))
    key.verify(base64.b64decode(whole["signature"]), '{"a":1,"b":"ü"}'.encode())


def test_the_private_key_is_readable_by_its_owner_alone(own_home):
    signing.public_key()
    path = own_home / "keys" / "exchange.pem"
    assert path.stat().st_mode & 0o077 == 0


def test_pages_of_the_exchange(client, people, handed):
    request, _ = handed
    client.force_login(people["officer"])
    answer = client.get(reverse("hand_over_file", args=[request.reference]))
    assert answer["Content-Disposition"].startswith("attachment")
    client.force_login(people["far_officer"])
    client.post(reverse("arrivals"), {"file": SimpleUploadedFile("r.json", answer.content)})
    page = client.get(reverse("arrivals")).content.decode()
    assert "signer not known" in page
    client.post(reverse("arrival_take", args=[Arrival.objects.get().pk]), {"name": "Centre East"})
    assert Arrival.objects.get().request.state == "submitted"
    client.force_login(people["focal_point"])
    assert client.get(reverse("arrivals")).status_code == 403


def later(number):
    return days.on(timezone.now() + datetime.timedelta(days=number))


def test_reminders_and_escalations_go_out_once(people, request_of):
    request = request_of()
    verbs.act(request=request, verb="submit", by=people["contributor"])
    Notice.objects.all().delete()
    with later(60):
        first, again = tick(), tick()
    told = set(request.told.values_list("step", "kind"))
    assert ("acknowledge", "escalation") in told
    assert ("endorse", "escalation") in told
    assert first == Notice.objects.count() > 0
    assert again == 0
    assert people["focal_point"].notices.count() == 1
    assert people["far_officer"].notices.count() == 0


def test_work_stops_when_consent_expires(people, request_of, providers):
    request, helper = agreed(people, request_of, touches_communities="yes")
    today = timezone.localdate()
    verbs.record_consent(
        request=request, by=people["community"], status="given", people="Hill people", process="Assembly", scope="All",
        on=today, expires=today + datetime.timedelta(days=10),
    )  # fmt: skip
    verbs.act(request=request, verb="agree", by=people["officer"])
    verbs.act(request=request, verb="start", by=helper)
    with later(9):
        tick()
    request.refresh_from_db()
    assert request.state == "under_way"
    with later(12):
        tick()
        request.refresh_from_db()
        assert (request.state, request.steps.last().role) == ("on_hold", "clock")
        with pytest.raises(Refused, match="work stops"):
            verbs.act(request=request, verb="resume", by=people["officer"])


def test_what_arrived_for_parties_of_another_centre_is_not_known_here(client, people, request_of):
    request = request_of(**{**ELEVEN, "title": "Springs of the hills", "confidential": "yes"})
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="hand_over", by=people["officer"], reason="It lies elsewhere.")
    content = exchange.hand_over_file(request=request, by=people["officer"])
    with pytest.raises(Refused, match="serves none of the Parties"):
        exchange.arrive(content=content, by=people["far_officer"])
    exchange.arrive(content=content, by=people["officer"])
    shown = {}
    for name, person in {**people, "both": account("both", "officer", centre="iucn-west-asia")}.items():
        client.force_login(person)
        page = client.get(reverse("arrivals"))
        shown[name] = page.status_code == 200 and "Springs of the hills" in page.content.decode()
    assert {name for name, there in shown.items() if there} == {"officer", "manager"}


def test_a_joint_programme_that_was_handed_over_comes_in_with_its_parties(people):
    values = {**FOUR, **ELEVEN}
    request = verbs.open_programme(by=people["officer"], values=values, invited=["NPL", "BTN", "LKA"])
    verbs.join(request=request, by=people["focal_point"], party="NPL")
    verbs.stay_out(request=request, by=people["neighbour"], party="BTN")
    verbs.act(request=request, verb="hand_over", by=people["officer"], reason="It lies elsewhere.")
    arrival = exchange.arrive(
        content=exchange.hand_over_file(request=request, by=people["officer"]), by=people["officer"]
    )
    made = exchange.take_in(arrival=arrival, by=people["officer"], confirmed_name="Centre East")
    assert (made.state, made.parties_of()) == ("submitted", {"NPL", "LKA"})
    assert not made.request_parties.filter(endorsed_on__isnull=False).exists()


def test_what_people_refused_or_objected_to_goes_with_the_request(people, request_of, monkeypatch, tmp_path):
    request = request_of(**{**ELEVEN, "other_parties": "JOR", "holders": "Office of community"})
    verbs.act(request=request, verb="submit", by=people["contributor"])
    told = {"process": "Assembly", "scope": "The spring", "languages": "ne", "on": request.today()}
    for name, status in (("Hill people", "refused"), ("Valley people", "given")):
        verbs.record_consent(request=request, by=people["community"], people=name, status=status, **told)
    settled, _ = (
        verbs.object_to(request=request, by=people["community"], text=text) for text in ("Fees", "The spring")
    )
    verbs.settle(objection=settled, by=people["manager"], how="No fees")
    verbs.act(request=request, verb="hand_over", by=people["officer"], reason="The shared river lies in the west.")
    content = exchange.hand_over_file(request=request, by=people["officer"])
    at_another_centre(monkeypatch, tmp_path)
    arrival = exchange.arrive(content=content, by=people["far_officer"])
    made = exchange.take_in(arrival=arrival, by=people["far_officer"], confirmed_name="Centre East")
    kept = made.consents.get()
    assert (kept.people, kept.status, kept.holder) == ("Hill people", "refused", "Office of community")
    assert made.objections.get(settled_on=None).text == "The spring"
    assert facts(made, people["far_officer"]).touches_communities
    rival = account("rival", "community", party="JOR")
    with pytest.raises(Refused, match="only they change it"):
        verbs.record_consent(request=made, by=rival, people="Hill people", status="given", **told)


def test_a_request_that_came_in_gets_somebody_who_asks(client, people, handed, monkeypatch, tmp_path):
    at_another_centre(monkeypatch, tmp_path)
    arrival = exchange.arrive(content=handed[1], by=people["far_officer"])
    made = exchange.take_in(arrival=arrival, by=people["far_officer"], confirmed_name="Centre East")
    asker, stranger = account("asker", "contributor", party="JOR"), account("stranger", "contributor", party="BTN")
    address = reverse("request_do", args=[made.reference, "entrust"])
    for name in ("focal_point", "contributor"):
        client.force_login(people[name])
        client.post(address, {"to": "asker"})
    client.force_login(people["far_officer"])
    page = client.get(reverse("request", args=[made.reference])).content.decode()
    assert 'value="asker"' in page
    assert 'value="stranger"' not in page
    client.post(address, {"to": "stranger"})
    made.refresh_from_db()
    assert made.owner is None
    with pytest.raises(Refused, match="does not ask for a Party"):
        verbs.entrust(request=made, by=people["far_officer"], to=stranger)
    client.post(address, {"to": "asker"})
    made.refresh_from_db()
    assert (made.owner, made.steps.last().verb) == (asker, "entrust")
    assert Notice.objects.filter(account=asker, message__contains="you now ask").count() == 1
    with pytest.raises(Refused, match="asks for this already"):
        verbs.entrust(request=made, by=people["far_officer"], to=people["contributor"])
    verbs.save(request=made, by=asker, values={"what": "Maps of the river"})
    assert verbs.act(request=made, verb="withdraw", by=asker).after == "withdrawn"


def test_need_of_consent_goes_with_the_request_where_a_record_alone_says_so(people, request_of, monkeypatch, tmp_path):
    request = request_of(**{**ELEVEN, "other_parties": "JOR"})
    verbs.act(request=request, verb="submit", by=people["contributor"])
    told = {"process": "Assembly", "scope": "The spring", "languages": "ne", "on": request.today()}
    verbs.record_consent(request=request, by=people["community"], people="Hill people", status="given", **told)
    verbs.act(request=request, verb="hand_over", by=people["officer"], reason="The shared river lies in the west.")
    content = exchange.hand_over_file(request=request, by=people["officer"])
    at_another_centre(monkeypatch, tmp_path)
    arrival = exchange.arrive(content=content, by=people["far_officer"])
    made = exchange.take_in(arrival=arrival, by=people["far_officer"], confirmed_name="Centre East")
    assert not made.consents.exists()
    assert facts(made, people["far_officer"]).touches_communities


TOLD = {"people": "Hill people", "process": "Assembly", "scope": "The spring", "languages": "ne"}


@pytest.fixture
def gone_on(people, request_of, providers, monkeypatch, tmp_path):
    """A request that was handed over, as taken in and under way at another centre, and how it is sent there anew."""
    home = os.environ["BIOSETU_HOME"]
    request = request_of(**{**ELEVEN, "other_parties": "JOR"})
    verbs.act(request=request, verb="submit", by=people["contributor"])
    verbs.act(request=request, verb="hand_over", by=people["officer"], reason="The shared river lies in the west.")
    first = exchange.hand_over_file(request=request, by=people["officer"])
    at_another_centre(monkeypatch, tmp_path)
    arrival = exchange.arrive(content=first, by=people["far_officer"])
    made = exchange.take_in(arrival=arrival, by=people["far_officer"], confirmed_name="Centre East")
    type(made).objects.filter(pk=made.pk).update(state="under_way", ball="provider")
    made.refresh_from_db()

    def send():
        monkeypatch.setenv("BIOSETU_HOME", home)
        content = exchange.hand_over_file(request=request, by=people["officer"])
        at_another_centre(monkeypatch, tmp_path)
        return exchange.arrive(content=content, by=people["far_officer"])

    return request, made, send


def decided(among, request, status, **other):
    on = {"on": request.today(), "status": status}
    return verbs.record_consent(request=request, by=among["community"], **{**TOLD, **on, **other})


@pytest.mark.parametrize("status", ["partial", "refused", "withdrawn"])
def test_what_people_decide_after_a_hand_over_stops_work_at_the_other_centre(client, people, gone_on, status):
    request, made, send = gone_on
    account("far-manager", "manager", centre="iucn-west-asia")
    decided(people, made, "given")
    Notice.objects.all().delete()
    decided(people, request, status)
    told = {one.account.username for one in Notice.objects.filter(message__contains="signed file anew")}
    assert told == {"officer", "manager"}
    client.force_login(people["community"])
    assert (
        "Another centre has this request now"
        in client.get(reverse("request", args=[request.reference])).content.decode()
    )
    assert exchange.take_in(arrival=send(), by=people["far_officer"]) == made
    made.refresh_from_db()
    assert type(made).objects.exclude(came_from="").count() == 1
    assert (made.state, made.previous_state) == ("on_hold", "under_way")
    assert (made.consents.last().status, made.consents.last().holder) == (status, "Office of community")
    assert {one.account.username for one in Notice.objects.filter(message__contains="that handed it over")} == {
        "far-manager"
    }
    with pytest.raises(Refused, match="work stops"):
        verbs.act(request=made, verb="resume", by=people["far_officer"])


def test_a_file_sent_again_overrules_nothing_that_was_decided_since(people, gone_on):
    request, made, send = gone_on
    decided(people, request, "refused")
    older = send()
    decided(people, request, "partial", scope="The upper spring")
    assert exchange.take_in(arrival=send(), by=people["far_officer"]) == made
    assert exchange.take_in(arrival=older, by=people["far_officer"]) == made
    assert list(made.consents.values_list("status", flat=True)) == ["partial"]
    made.refresh_from_db()
    decided(people, made, "given")
    verbs.act(request=made, verb="resume", by=people["far_officer"])
    decided(people, request, "refused", people="River people")
    exchange.take_in(arrival=send(), by=people["far_officer"])
    assert list(made.consents.values_list("people", "status")) == [
        ("Hill people", "partial"), ("Hill people", "given"), ("River people", "refused")
    ]  # fmt: skip


def test_a_request_of_the_same_number_from_another_signer_is_another_request(people, gone_on, monkeypatch, tmp_path):
    request, made, _ = gone_on
    decided(people, request, "refused")
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "third"))
    content = exchange.hand_over_file(request=request, by=people["officer"])
    arrival = exchange.arrive(content=content, by=people["far_officer"])
    assert exchange.take_in(arrival=arrival, by=people["far_officer"], confirmed_name="Centre North") != made
    made.refresh_from_db()
    assert (made.state, made.consents.count()) == ("under_way", 0)


def test_that_communities_are_touched_after_all_reaches_the_other_centre(people, gone_on):
    request, made, send = gone_on
    decided(people, request, "given")
    assert Notice.objects.filter(account=people["officer"], message__contains="signed file anew").count() == 1
    exchange.take_in(arrival=send(), by=people["far_officer"])
    made.refresh_from_db()
    assert (made.state, made.consents.count(), made.values["touches_communities"]) == ("on_hold", 0, "yes")
