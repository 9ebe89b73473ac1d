"""What its holders take back is in no later output: each address of the centre is walked, and the files of the dossier.

The addresses are read from the centre itself. One that is neither walked nor told apart with a reason fails, so that a
new output cannot be forgotten.
"""

import datetime
import io
import zipfile

import pytest
from django.core.cache import cache
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from biosetu.centre.accounts.models import Account, Role
from biosetu.centre.api import keys
from biosetu.centre.api.scopes import scopes
from biosetu.centre.directory.models import Provider
from biosetu.centre.helpdesk import public, verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.holdings import verbs as holdings
from biosetu.centre.holdings.models import Holding
from biosetu.centre.library import verbs as library
from biosetu.centre.library.models import Item
from biosetu.centre.library.reading import shelves
from biosetu.centre.pages import reading
from biosetu.centre.services.models import Service, ServiceParty
from biosetu.jobs.dossier import dossier_document, write_document

from .conftest import account
from .test_consent import CONSENT, closed_with_results

pytestmark = [pytest.mark.db, pytest.mark.django_db]
DAY = datetime.date(2026, 1, 1)
ITEM, HELD, WORK = "Zyqitem", "Zyqheld", "Zyqwork"
ASKED = {
    "search": "?q=Zyq", "library": "?kind=solution&q=Zyq", "holdings": "?q=Zyq", "directory": "?q=Zyq",
    "requests": "?q=Zyq", "audit": "?record=solution", "indicators": "?q=Zyq", "parties": "?q=Zyq",
    "joint_new": "?gap=x", "observations": "?party=NPL&limit=1000", "request_list": "?party=NPL",
}  # fmt: skip
# address begins with -> why nothing that holders gave can come out of it
APART = {
    "account/": "one's own account, of the person who looks",
    "codes/": "a published code list",
    "requests/assignment/<str:centre>/<": "providers proposed, whose reasons name no entry of the library",
    "assessments/": "a draft assessment of species, made of what its writer uploaded",
    "ecosystems/": "a draft study of ecosystems, made of what its writer uploaded",
    "plans/": "a plan, made of layers that its writer uploaded",
    "uploads/": "one's own upload",
    "runs/<": "one's own upload",
    "exchange/sheet/": "one's own sheet",
    "exchange/<": "a request that came from another centre, before it is taken in",
    "office/": "what an office answers itself, by a signed link",
    "report-check/<": "one's own file, corrected",
    "parties/<str:code>/promises/drafts/": "one's own file of promises",
    "parties/<str:code>/promises/actions/": "one action of the Party, in its own words",
    "parties/<str:code>/promises/targets/": "one promise of the Party, in its own words",
    "parties/<str:code>/report/<": "the report of the Party, read while it is collected (tests/centre/reporting)",
    "requests/<str:reference>/files/": "one file, as it was sent, to those concerned",
    "held/<int:pk>/file/": "the holders' own file; its page is walked",
    "api/v1/docs": "the description of the API",
}


def addresses(patterns, prefix=""):
    """Every address of the centre as (name, route), in English."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if not isinstance(pattern, URLPattern):
            yield from addresses(pattern.url_patterns, route)
        elif pattern.name and not route.startswith("ar/"):
            yield (f"api-v1:{pattern.name}" if route.startswith("api/v1") else pattern.name), route


@pytest.fixture
def given(people, request_of, providers):
    """Three gifts of the hill people of Nepal: an entry of the library, a dataset, consent to work that was done."""
    elder = people["community"]
    words = dict.fromkeys(("problem", "blocks", "evidence", "failed", "contact", "conditions"), ITEM)
    item = library.write(by=elder, kind="solution", values={
        **words, "title": f"{ITEM} of springs", "party": "NPL", "targets": "2", "knowledge": "yes", "labels": "TK S",
    })  # fmt: skip
    library.submit(item=item, by=elder)
    library.release(item=item, by=elder)
    library.review(item=item, by=people["officer"], listed=True)
    held = holdings.hold(by=elder, values={
        "title": f"{HELD} of springs", "party": "NPL", "visible": "public", "figures": "A.2; 2024; 7391.25; km2",
        "conditions": HELD, "about": HELD, "labels": "TK A", "licence": "ours", "method": f"counted {HELD}",
    })  # fmt: skip
    holdings.show(holding=held, by=elder)
    done = closed_with_results(people, request_of, providers)
    type(done.closure).objects.filter(pk=done.closure.pk).update(public=WORK, lessons=WORK)
    done.plan.exclude(indicator="").update(text=WORK)
    SupportRequest.objects.filter(pk=done.pk).update(changed=timezone.now())
    service = Service.objects.create(title="Course", state="open", kind="course", centre="iucn-asia", request=done)
    ServiceParty.objects.create(service=service, party="NPL")
    Item.objects.create(kind="opportunity", title="Call", standing="listed", values={})
    return elder, item, held, done


@pytest.fixture
def insider(given):
    """Somebody who may see as much as anybody who neither holds nor wrote it."""
    made = account("insider", "officer", centre="iucn-asia")
    Role.objects.create(account=made, role="manager", centre="iucn-asia", office="Another office")
    for role in ("focal_point", "contributor", "observer", "officer", "publishing_authority"):
        Role.objects.create(account=made, role=role, party="NPL", office="Another office")
    return made


def arguments(route, given):
    """What stands for each part of an address, so that it leads to what was given; None where it is told apart."""
    _, item, held, done = given
    if any(route.startswith(one) for one in APART):
        return None
    own = {"library/": item.pk, "held/": held.pk, "directory/": Provider.objects.first().pk,
           "services/": Service.objects.first().pk, "api/v1/providers": Provider.objects.first().pk,
           "api/v1/opportunities": Item.objects.filter(kind="opportunity").first().pk}  # fmt: skip
    known = {
        "code": "A.2" if route.startswith("indicators/") else "2" if route.startswith("targets/") else "NPL",
        "centre": "iucn-asia", "custodian": "iucn", "reference": done.reference, "kind": "solution", "name": "x",
        "pk": next((pk for begin, pk in own.items() if route.startswith(begin)), None),
    }  # fmt: skip
    parts = [part.split(":")[-1].rstrip(">") for part in route.split("<")[1:]]
    found = {part.split(">")[0]: known.get(part.split(">")[0]) for part in parts}
    assert None not in found.values(), f"{route}: walk it, or say in APART why nothing can come out of it"
    return found


def read(answer):
    """The text of an answer; of a workbook or document its parts."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return unpacked(content)


def unpacked(content):
    if content[:2] != b"PK":
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "".join(parts.read(name).decode(errors="replace") for name in parts.namelist())


def walk(client, given, secret):
    """Name of an output -> which of the three words it says."""
    found = {}
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    for name, route in addresses(get_resolver().url_patterns):
        inside = arguments(route, given)
        if inside is None or name in ("account_logout", "logout"):
            continue
        cache.clear()
        query = ASKED.get(name.removeprefix("api-v1:"), "")
        answer = client.get(reverse(name, kwargs=inside) + query, headers=headers if "api-v1" in name else {})
        assert answer.status_code < 500, name
        found[name] = said_in(read(answer))
    return found


def said_in(text):
    return {word for word in (ITEM, HELD, WORK) if word in text}


def files(tmp_path):
    """Dossiers as files, the tables behind them, and what matching finds."""
    found = {f"table {name}": str(table.to_pylist()) for name, table in public.tables("NPL").items()}
    document = dossier_document(reading.supported("NPL"), with_map=False)
    for kind in ("html", "json", "docx"):
        found[f"dossier {kind}"] = unpacked(write_document(document, kind, tmp_path / f"d.{kind}").read_bytes())
    asked = SupportRequest.objects.filter(request_parties__party="NPL")
    fits = shelves(Account.objects.get(username="insider"), [one.question() for one in asked], DAY)
    found["matching"] = str([entry.item.title for row in fits for shelf in row.values() for entry in shelf])
    return {name: said_in(text) for name, text in found.items()}


def as_insider(client, given, insider, tmp_path):
    secret = keys.make(by=insider, name="k", wanted=[one.scope for one in scopes()], days=1)[1]
    client.force_login(insider)
    told = walk(client, given, secret)
    client.logout()
    return told | files(tmp_path)


def take_all_back(given):
    elder, item, held, done = given
    library.take_back(item=item, by=elder)
    holdings.take_back(holding=Holding.objects.get(pk=held.pk), by=elder)
    verbs.record_consent(request=done, by=elder, status="withdrawn", **CONSENT)


# who takes part in a request goes on seeing what was done in it, on its own page, and what was written to its record
CONCERNED = frozenset({"request", "request_edit", "request_form", "audit", "audit_csv"})


def test_what_is_taken_back_is_in_no_output(client, given, insider, tmp_path):
    before = as_insider(client, given, insider, tmp_path)
    shown = {word: {name for name, words in before.items() if word in words} for word in (ITEM, HELD, WORK)}
    assert {"library", "item", "matching", "table cooperation.solutions"} <= shown[ITEM]
    assert {"holdings", "holding", "party", "party_figures", "dossier json", "dossier docx"} <= shown[HELD]
    assert {"request", "results_report", "party_dossier", "dossier html", "table cooperation.results"} <= shown[WORK]
    page = client.get(reverse("item", args=[given[1].pk])).content.decode()
    assert "Traditional knowledge labels" in page
    take_all_back(given)
    after = as_insider(client, given, insider, tmp_path)
    assert set(after) == set(before)
    assert {name: words for name, words in after.items() if words - ({WORK} if name in CONCERNED else set())} == {}
    assert {name: words for name, words in walk(client, given, "").items() if words} == {}
