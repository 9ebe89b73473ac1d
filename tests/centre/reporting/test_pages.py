"""The pages of a report: who opens which, forms and files in, files out, what they say when something is wrong."""

import io
import json
import zipfile
from datetime import date, timedelta

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.centre.people import account, centre_officer
from tests.centre.reporting.conftest import (
    CYCLE,
    FORESTS,
    PARTY,
    SUMMARY,
    WATERS,
    answered,
    asked,
    sent,
    somebody,
    stepped,
)

from biosetu.alignment import Declared, NationalTarget, Promises
from biosetu.alignment.ort import read_record
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.promises.store import DatabasePromises
from biosetu.centre.reporting import verbs
from biosetu.centre.reporting.links import token_of
from biosetu.centre.reporting.models import Link, Offer, Part, Report
from biosetu.centre.reporting.store import DatabaseCollections
from biosetu.jobs.promises import promise_store
from biosetu.observations import SCHEMA
from biosetu.reports.cbd.collecting.part_files import TEXT_COLUMN
from biosetu.reports.cbd.draft import fingerprint
from biosetu.reports.cbd.tables import columns

pytestmark = [pytest.mark.db, pytest.mark.django_db]
BASE = f"/parties/{PARTY}/report/{CYCLE}/"
FOCAL_PAGES = (BASE, f"{BASE}collect/", f"{BASE}differences/", f"{BASE}section/V/", f"{BASE}section/Q.6.b/",
               f"{BASE}section/III.3/", f"{BASE}workbooks/", f"{BASE}parts/p1/")  # fmt: skip


def page(client, address, person=None, **data):
    if person is not None:
        client.force_login(person)
    return client.post(address, data) if data else client.get(address)


def text_of(key):
    held = DatabaseCollections().load(PARTY, CYCLE)
    return held.draft.text(key) if held else ""


@pytest.fixture
def part(focal):
    return asked(focal)


@pytest.fixture
def token(focal, part):
    return token_of(verbs.make_link(party=PARTY, cycle=CYCLE, by=focal, office=FORESTS))


def test_targets_numbered_like_global_ones_or_with_points_have_pages_of_their_own(client, focal):
    targets = [
        NationalTarget(id=name, party=PARTY, title={"en": f"National {name}"}, declared=(Declared(target="3"),))
        for name in ("1", "1.1")
    ]
    for store in (promise_store(), DatabasePromises()):
        store.save(Promises(party=PARTY, targets=tuple(targets)))
    asked(focal, fields=("III.N.1",))
    overview = page(client, BASE, focal).content.decode()
    for key, title in (("III.N.1", "1. National 1"), ("III.1.1", "1.1. National 1.1"), ("III.1", "1. Plan")):
        assert f"section/{key}/" in overview
        assert title in page(client, f"{BASE}section/{key}/").content.decode()
    assert page(client, f"{BASE}section/III.99/").status_code == 404


@pytest.mark.parametrize("address", FOCAL_PAGES)
def test_page_is_for_the_focal_point_of_the_party_alone(client, focal, part, stranger, address):
    assert client.get(address).status_code == 302
    for other in (account("nobody"), stranger, centre_officer()):
        assert page(client, address, other).status_code == 403
    for prefix in ("", "/ar"):
        assert page(client, prefix + address, focal).status_code == 200


@pytest.mark.parametrize("address", FOCAL_PAGES[:2] + FOCAL_PAGES[3:])
def test_publishing_authority_reads_everything_but_the_decisions(client, part, signer, address):
    assert page(client, address, signer).status_code == 200
    assert page(client, f"{BASE}differences/", signer).status_code == 403


def test_office_opens_its_own_part_and_nothing_else(client, focal, part, forester):
    other = asked(focal, WATERS)
    assert page(client, f"{BASE}parts/{part.id}/", forester).status_code == 200
    for address in (f"{BASE}parts/{other.id}/", BASE, f"{BASE}collect/", f"{BASE}bodies.zip", f"{BASE}document.docx"):
        assert page(client, address, forester).status_code == 403


@pytest.mark.parametrize(
    "address",
    [f"/parties/ZZZ/report/{CYCLE}/", f"/parties/{PARTY}/report/9NR/", f"{BASE}section/VI/", f"{BASE}parts/p9/",
     f"{BASE}document.exe", f"{BASE}workbooks/A.3.xlsx", f"{BASE}parts/p1/file.pdf"],
)  # fmt: skip
def test_address_that_leads_nowhere_says_so(client, focal, part, address):
    assert page(client, address, focal).status_code == 404


def test_empty_report_says_what_to_do(client, focal):
    assert b"Nobody was asked yet" in page(client, f"{BASE}collect/", focal).content
    assert b"No field has differing texts" in page(client, f"{BASE}differences/", focal).content
    assert b"has not validated any figure" in page(client, f"{BASE}workbooks/", focal).content
    assert b"Nothing is asked of your office" in page(client, "/reports/", account("nobody")).content


def test_office_is_asked_from_the_page_in_any_calendar(client, focal):
    values = {"office": FORESTS, "due": "2083-09-16 BS", "fields": ["V", "Q.6"], "note": "by email"}
    assert page(client, f"{BASE}collect/", focal, **values).status_code == 302
    made = Part.objects.get()
    assert (made.office, made.due, made.prefixes, made.note) == (FORESTS, date(2026, 12, 31), ["V", "Q.6"], "by email")
    shown = client.get(f"{BASE}collect/").content.decode()
    assert "2083-09-16" in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [({"due": "soon"}, "no date"), ({"office": " "}, "no office"), ({"fields": "Z"}, "begins like this")],
)
def test_wrong_assignment_keeps_what_was_typed(client, focal, change, said):
    values = {"office": FORESTS, "due": "2026-12-31", "fields": "V", "note": "my note"} | change
    shown = page(client, f"{BASE}collect/", focal, **values)
    assert (shown.status_code, Part.objects.count()) == (422, 0)
    assert said in shown.content.decode()
    assert "my note" in shown.content.decode()


def filled(key, text, base=""):
    return {f"base:{key}": fingerprint(base), key: text}


def test_contributor_answers_by_form_and_hands_in(client, part, forester):
    address = f"{BASE}parts/{part.id}/"
    assert page(client, address, forester, verb="hand_in", **filled(SUMMARY, "all well")).status_code == 302
    assert (text_of(SUMMARY), Part.objects.get().state) == ("all well", "returned")


def test_form_that_is_not_whole_is_saved_but_not_handed_in_without_a_reason(client, focal, forester):
    part = asked(focal, fields=("V", "I"))
    address = f"{BASE}parts/{part.id}/"
    page(client, address, forester, verb="hand_in", **filled(SUMMARY, "all well"))
    assert (text_of(SUMMARY), Part.objects.get().state) == ("all well", "answering")
    page(client, address, forester, verb="hand_in", reason="no figures yet", **filled(SUMMARY, "all well", "all well"))
    assert Part.objects.get().state == "returned"


def test_binary_question_answered_against_its_rules_is_marked_at_its_field(client, focal):
    address = f"{BASE}section/Q.1.b/"
    shown = page(client, address, focal, **filled("Q.1_1_c", "fully"))
    assert shown.status_code == 422
    assert "only open after: 1: No" in shown.content.decode()
    saved = page(client, address, focal, **filled("Q.1", "no"), **filled("Q.1_1_c", "fully"))
    assert (saved.status_code, text_of("Q.1_1_c")) == (302, "fully")


def test_several_answers_to_one_question_are_kept(client, focal):
    values = {"base:Q.5_1": fingerprint(""), "Q.5_1": ["marineSpecies", "freshwaterSpecies"]}
    page(client, f"{BASE}section/Q.5.b/", focal, **values)
    assert text_of("Q.5_1") == "marineSpecies; freshwaterSpecies"
    shown = client.get(f"/ar{BASE}section/Q.5.b/").content.decode()
    assert shown.count(" checked") == 2
    assert "الأنواع البحرية" in shown


def test_choice_that_is_none_is_refused_and_stays_typed(client, focal):
    shown = page(client, f"{BASE}section/II/", focal, **filled("II.hasRevisedNbsap", "maybe"))
    assert shown.status_code == 422
    assert "not one of the choices" in shown.content.decode()


def test_page_that_is_out_of_date_loses_nothing(client, part, forester):
    answered(part, forester, sent("first"))
    shown = page(client, f"{BASE}parts/{part.id}/", forester, **filled(SUMMARY, "second"))
    assert shown.status_code == 302
    assert list(Offer.objects.order_by("number").values_list("text", "standing")) == [
        ("first", "taken"),
        ("second", "waiting"),
    ]


def test_focal_point_decides_on_the_page(client, focal, part, forester):
    answered(part, forester, sent("dry"))
    other = asked(focal, WATERS)
    answered(other, somebody("waters", "contributor", WATERS), sent("<b>wet</b>"))
    shown = page(client, f"{BASE}differences/", focal).content.decode()
    assert "dry" in shown
    assert "&lt;b&gt;wet&lt;/b&gt;" in shown
    page(client, f"{BASE}differences/", focal, key=SUMMARY, choice="own", text="both", reason="talked")
    assert (text_of(SUMMARY), Offer.objects.filter(standing="waiting").count()) == ("both", 0)
    for key, choice in ((SUMMARY, "2"), ("nothing", "held")):
        assert page(client, f"{BASE}differences/", focal, key=key, choice=choice).status_code == 302


def test_report_is_cleared_signed_off_and_reopened_on_its_page(client, focal, part, forester, signer):
    answered(part, forester, sent("all well"))
    stepped(forester, "hand_in", part)
    page(client, f"{BASE}parts/p1/clear/", focal, x="1")
    page(client, f"{BASE}step/clear/", focal, x="1")
    assert page(client, f"{BASE}step/sign_off/", focal, x="1").status_code == 302
    assert Report.objects.get().state == "cleared"
    page(client, f"{BASE}step/sign_off/", signer, x="1")
    assert Report.objects.get().state == "signed_off"
    assert b"Reopen the report" in client.get(BASE).content
    page(client, f"{BASE}step/reopen/", signer, reason="a mistake")
    assert Report.objects.get().state == "collecting"
    assert b"a mistake" in client.get(BASE).content
    assert page(client, f"{BASE}step/explode/", focal, x="1").status_code == 404


# links


def test_link_opens_the_parts_of_its_office_without_signing_in(client, focal, part, token):
    other = asked(focal, WATERS)
    listed = client.get(f"/office/{token}/")
    assert (listed.status_code, listed["Cache-Control"], listed["Referrer-Policy"]) == (200, "no-store", "same-origin")
    assert f"/office/{token}/p1/" in listed.content.decode()
    assert WATERS not in listed.content.decode()
    assert client.get(f"/office/{token}/{other.id}/").status_code == 404
    assert client.get(f"/ar/office/{token}/p1/").status_code == 200
    page(client, f"/office/{token}/p1/", verb="hand_in", **filled(SUMMARY, "by link"))
    assert (text_of(SUMMARY), Part.objects.get(name="p1").state) == ("by link", "returned")


@pytest.mark.parametrize("verb", ["clear", "send_back", "reopen", "withdraw"])
def test_link_does_nothing_that_is_the_focal_points(client, part, token, verb):
    assert page(client, f"/office/{token}/p1/{verb}/", reason="x").status_code == 404
    assert Part.objects.get().state == "assigned"


@pytest.mark.parametrize("spoil", ["expired", "revoked", "forged"])
def test_link_that_does_not_stand_looks_like_no_page(client, focal, token, spoil):
    if spoil == "expired":
        Link.objects.update(expires=timezone.localdate() - timedelta(days=1))
    elif spoil == "revoked":
        page(client, f"{BASE}collect/revoke/", focal, link=str(Link.objects.get().pk))
        client.logout()
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    for address in (f"/office/{token}/", f"/office/{token}/p1/", f"/office/{token}/p1/file.xlsx"):
        assert client.get(address).status_code == 404
    assert page(client, f"/office/{token}/p1/", **filled(SUMMARY, "x")).status_code == 404
    assert text_of(SUMMARY) == ""


def test_focal_point_makes_and_sees_a_link_and_reminds(client, focal, part, forester):
    page(client, f"{BASE}collect/link/", focal, office=FORESTS, days="7")
    link = Link.objects.get()
    assert link.expires == timezone.localdate() + timedelta(days=7)
    assert f"http://testserver/office/{token_of(link)}/" in client.get(f"{BASE}collect/").content.decode()
    page(client, f"{BASE}collect/remind/", focal, office=FORESTS)
    assert "Reminder" in str(forester.notices.order_by("-pk").first())
    page(client, f"{BASE}collect/postpone/", focal, part="p1", due="2087-04-01 BS", reason="holidays")
    assert Part.objects.get().due == date(2030, 7, 17)
    page(client, f"{BASE}collect/language/", focal, language="fr")
    assert Report.objects.get().language == "fr"
    assert page(client, f"{BASE}collect/explode/", focal, x="1").status_code == 404


# files of a part


def part_file(client, address, text, suffix):
    content = client.get(f"{address}file.{suffix}").content
    if suffix == "docx":
        document = docx.Document(io.BytesIO(content))
        document.tables[1].rows[2].cells[TEXT_COLUMN].text = text
    else:
        document = openpyxl.load_workbook(io.BytesIO(content))
        document["part"].cell(3, TEXT_COLUMN + 1).value = text
    target = io.BytesIO()
    document.save(target)
    return SimpleUploadedFile(f"reply.{suffix}", target.getvalue())


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_part_goes_out_as_a_file_and_comes_back_through_the_link(client, part, token, suffix):
    address = f"/office/{token}/p1/"
    file = part_file(client, address, "from a file", suffix)
    assert client.post(f"{address}return/", {"file": file}).status_code == 302
    assert (text_of(SUMMARY), Offer.objects.get().via) == ("from a file", suffix)


def test_file_with_a_formula_is_refused_by_row(client, part, forester, in_its_own_process):
    client.force_login(forester)
    address = f"{BASE}parts/p1/"
    shown = client.post(f"{address}return/", {"file": part_file(client, address, "=1+1", "xlsx")})
    assert shown.status_code == 422
    assert "a formula" in shown.content.decode()
    assert text_of(SUMMARY) == ""


def test_file_of_another_part_is_refused(client, focal, part, forester):
    asked(focal)
    client.force_login(forester)
    file = part_file(client, f"{BASE}parts/p2/", "x", "xlsx")
    shown = client.post(f"{BASE}parts/p1/return/", {"file": file})
    assert shown.status_code == 422
    assert "another part than this one" in shown.content.decode()


def test_returning_without_a_file_asks_for_one(client, part, forester):
    client.force_login(forester)
    shown = client.post(f"{BASE}parts/p1/return/")
    assert "Choose a file" in shown.content.decode()


# the report as files


def validated(**changes):
    base = {name: "" for name in SCHEMA.names if SCHEMA.field(name).type == "string"}
    base |= {"party": PARTY, "indicator": "3.1", "series": "national", "unit": "percent", "source": "national",
             "status": "validated", "validated_by": "Ministry (test)", "validated_on": date(2026, 1, 1),
             "value": 23.4, "year": 2023, "method": "survey", "holder": "Ministry (test)"}  # fmt: skip
    import pyarrow as pa

    row = dict.fromkeys(SCHEMA.names) | base | changes
    DatabaseStore().append(pa.Table.from_pylist([row], schema=SCHEMA))


def test_upload_workbook_is_checked_before_it_goes(client, focal):
    validated()
    shown = page(client, f"{BASE}workbooks/", focal).content.decode()
    assert "checked: sound" in shown
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{BASE}workbooks/3.1.xlsx").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == tuple(column.header for column in columns())
    assert (rows[1][0], rows[1][5], rows[1][7]) == ("3.1", 2023, 23.4)


def test_upload_workbook_that_would_be_misread_is_not_sent(client, focal):
    for kind, share in (("Forest", 60.0), ("Steppe", 50.1)):
        shares = {"indicator": "A.2", "disaggregation_type": "Ecosystem type", "disaggregation": kind}
        validated(value=share, **shares)
    shown = page(client, f"{BASE}workbooks/", focal).content.decode()
    assert "would be misread" in shown
    assert "the shares of one whole add up to 110.1 %" in shown
    assert client.get(f"{BASE}workbooks/A.2.xlsx").status_code == 302


def test_pages_name_the_series_that_stay_out(client, focal):
    validated()
    assert "Held, but stays out" not in page(client, f"{BASE}workbooks/", focal).content.decode()
    validated(series="older survey", vintage="2019", value=20.0, year=2018)
    for address in (f"{BASE}workbooks/", BASE):
        shown = page(client, address, focal).content.decode()
        assert "Held, but stays out" in shown
        assert "<bdi>older survey 2019</bdi>" in shown or "<bdi>national" in shown


def test_bodies_hold_what_was_collected(client, focal):
    validated()
    texts = {SUMMARY: "all well", "Q.6_1": "fully", "II.hasRevisedNbsap": "yes"}
    verbs.write(party=PARTY, cycle=CYCLE, by=focal, given=[sent(text, key=key) for key, text in texts.items()])
    archive = zipfile.ZipFile(io.BytesIO(page(client, f"{BASE}bodies.zip", focal).content))
    records = {name.split("-")[0]: json.loads(archive.read(name)) for name in archive.namelist()}
    assert records["nationalReport7"]["sectionV"] == {"assessmentSummary": {"en": "all well"}}
    assert records["nationalReport7IndicatorData"]["data"][0]["value"] == 23.4
    assert records["nationalReport7BinaryIndicatorData"]["binaryResponseTarget6"]["responses"] == {"6_1": "fully"}
    assert all(read_record(body) for body in records.values())


def test_members_of_the_archive_of_bodies_are_plain_names(client, focal):
    head = {"identifier": "q/../../../../escaped", "schema": "nationalTarget7"}
    held = NationalTarget(id="Q", party=PARTY, title={"en": "Land"}, carried={"header": head})
    DatabasePromises().save(Promises(party=PARTY, targets=(held,)))
    archive = zipfile.ZipFile(io.BytesIO(page(client, f"{BASE}bodies.zip", focal).content))
    assert "nationalTarget7-escaped.json" in archive.namelist()
    assert not [name for name in archive.namelist() if set(name) & set("/\\") or ".." in name]


@pytest.mark.parametrize("kind", ["docx", "html", "json"])
def test_working_document_is_sent_as_a_file(client, focal, kind):
    verbs.write(party=PARTY, cycle=CYCLE, by=focal, given=[sent("all well")])
    response = page(client, f"{BASE}document.{kind}", focal)
    assert response["Content-Disposition"] == f'attachment; filename="NPL-7NR.{kind}"'
    if kind == "docx":
        told = "\n".join(p.text for p in docx.Document(io.BytesIO(response.content)).paragraphs)
    else:
        told = response.content.decode()
    assert "all well" in told
    assert "Missing" in told


def test_last_cycle_is_carried_over_for_review_in_the_next(client, focal):
    verbs.write(party=PARTY, cycle=CYCLE, by=focal, given=[sent("all well")])
    address = BASE.replace(CYCLE, "8NR")
    assert "from the last report" in page(client, f"{address}section/V/", focal).content.decode()
    values = filled(SUMMARY, "all well", "all well") | {f"right:{SUMMARY}": "yes"}
    page(client, f"{address}section/V/", focal, **values)
    held = DatabaseCollections().load(PARTY, "8NR")
    assert held.draft.entries[SUMMARY].reviewed
    assert client.get(f"/parties/{PARTY}/report/").url == address


@pytest.mark.parametrize("address", [BASE, f"{BASE}collect/", f"{BASE}differences/", f"{BASE}parts/p1/", "/reports/"])
def test_page_asks_the_database_as_often_however_many_parts_there_are(client, focal, address):
    client.force_login(focal)
    asked(focal)
    client.get(address)
    few = queries(client, address)
    for number in range(10):
        asked(focal, office=f"Office {number}")
    assert queries(client, address) == few


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def questions_file(client, **answers):
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{BASE}questions.xlsx").content))
    for row in book["part"].iter_rows():
        if row[0].value in answers:
            row[TEXT_COLUMN].value = answers[row[0].value]
    target = io.BytesIO()
    book.save(target)
    return SimpleUploadedFile("questions.xlsx", target.getvalue())


def test_all_questions_go_out_in_a_file_and_come_back_answered(client, focal):
    client.force_login(focal)
    file = questions_file(client, **{"Q.6_1": "Fully", "Q.5_1": "Marine species; Freshwater species"})
    assert client.post(f"{BASE}questions/return/", {"file": file}).status_code == 302
    assert (text_of("Q.6_1"), text_of("Q.5_1")) == ("fully", "marineSpecies; freshwaterSpecies")


def test_wrong_answer_in_the_file_of_questions_is_said_by_row_and_nothing_is_taken(client, focal, forester):
    client.force_login(focal)
    file = questions_file(client, **{"Q.6_1": "Fully", "Q.6_2": "perhaps"})
    shown = client.post(f"{BASE}questions/return/", {"file": file}, follow=True).content.decode()
    assert "not one of the choices" in shown
    assert text_of("Q.6_1") == ""
    asked(focal, fields=("Q.6",))
    other = part_file(client, f"{BASE}parts/p1/", "Fully", "xlsx")
    shown = client.post(f"{BASE}questions/return/", {"file": other}, follow=True).content.decode()
    assert "not the file of all questions" in shown
    client.force_login(forester)
    assert client.post(f"{BASE}questions/return/").status_code == 403
