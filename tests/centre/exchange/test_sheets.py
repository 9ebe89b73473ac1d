"""Sheets of forms: what each row would do, then done through the verbs; in English and in Arabic; killed half way."""

import csv
import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from tests.centre.helpdesk.conftest import ELEVEN, FOUR

from biosetu.centre.audit.models import Entry
from biosetu.centre.directory.models import Provider
from biosetu.centre.doors import bring_sheet
from biosetu.centre.exchange import sheets
from biosetu.centre.exchange.models import Sheet, SheetState
from biosetu.centre.helpdesk import verbs
from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.library.models import Item
from biosetu.cooperation import Refused
from biosetu.problems import DataError, UsageError
from biosetu.progress import silent

pytestmark = [pytest.mark.db, pytest.mark.django_db]
ROR = "https://ror.org/02mhbdp94"
PROVIDER = {
    "name": "Hill University", "kind": "institution", "party": "NPL", "coverage": "hills", "subjects": "species",
    "free_services": "advice", "paid_services": "training", "organization": "Hill University", "contact": "desk",
    "languages": "en", "consent": "yes",
}  # fmt: skip


def written(folder, rows, name="sheet.csv"):
    path = folder / name
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def brought(folder, by, kind, *rows):
    return sheets.bring(path=written(folder, rows), name="sheet.csv", kind=kind, by=by)


def shown(sheet):
    return [(row.number, row.state) for row in sheet.rows.all()]


def taken(sheet, by):
    sheets.confirm(sheet=sheet, by=by)
    sheets.perform(sheet.pk)
    sheet.refresh_from_db()
    return [row.outcome for row in sheet.rows.all()]


def test_each_row_says_what_it_would_do_and_nothing_changes_before_confirming(people, tmp_path):
    Provider.objects.create(name="Hill University", party="NPL", standing="listed", values={**PROVIDER})
    Provider.objects.create(name="Own", party="NPL", account=people["provider"], values={})
    sheet = brought(
        tmp_path, people["officer"], "provider", PROVIDER, {**PROVIDER, "name": "New"}, {**PROVIDER, "name": "New"},
        {**PROVIDER, "name": "Own"}, {**PROVIDER, "name": "", "subjects": "magic", "party": "QQQ"},
    )  # fmt: skip
    assert shown(sheet) == [(2, "same"), (3, "new"), (4, "wrong"), (5, "wrong"), (6, "wrong")]
    wrong = {one["column"] for one in sheet.rows.get(number=6).detail}
    assert wrong == {"name", "subjects", "party"}
    assert Provider.objects.count() == 2
    assert taken(sheet, people["officer"]) == ["", "taken in", "", "", ""]
    assert Provider.objects.count() == 3


def test_a_provider_is_listed_only_where_its_row_says_that_it_agreed(people, tmp_path):
    rows = [PROVIDER, {**PROVIDER, "name": "Silent", "consent": ""}, {**PROVIDER, "name": "Half", "contact": ""}]
    taken(brought(tmp_path, people["officer"], "provider", *rows), people["officer"])
    found = dict(Provider.objects.values_list("name", "standing"))
    assert found == {"Hill University": "listed", "Silent": "submitted", "Half": "submitted"}
    assert Provider.objects.get(name="Silent").consented_on is None


def test_a_provider_is_known_again_by_its_ror_whatever_its_name(people, tmp_path):
    officer = people["officer"]
    taken(brought(tmp_path, officer, "provider", {**PROVIDER, "identifier": ROR}), officer)
    sheet = brought(tmp_path, officer, "provider", {"name": "Hill Uni", "identifier": ROR, "languages": "en; ne"})
    row = sheet.rows.get()
    assert (row.state, set(row.detail)) == ("changed", {"name", "languages"})
    taken(sheet, officer)
    kept = Provider.objects.get()
    assert (kept.name, kept.values["languages"], kept.values["contact"]) == ("Hill Uni", "en; ne", "desk")


def test_who_may_bring_what(people, tmp_path):
    assert {name for name in people if sheets.may_bring(people[name], "provider")} == {
        "officer", "manager", "far_officer",
    }  # fmt: skip
    assert not sheets.may_bring(people["public"], "request")
    with pytest.raises(PermissionDenied):
        brought(tmp_path, people["contributor"], "provider", PROVIDER)
    sheet = brought(tmp_path, people["officer"], "provider", PROVIDER)
    with pytest.raises(PermissionDenied):
        sheets.confirm(sheet=sheet, by=people["manager"])


def test_headings_that_mean_nothing_are_named(people, tmp_path):
    with pytest.raises(DataError) as caught:
        brought(tmp_path, people["officer"], "provider", {**PROVIDER, "colour": "red"})
    assert [problem.column for problem in caught.value.problems] == ["colour"]
    assert Sheet.objects.count() == 0


def test_requests_are_opened_for_ones_own_party_alone_and_known_again(people, tmp_path):
    rows = [{**FOUR, "party": "NPL"}, {**FOUR, "what": "Other", "party": "JOR"}]
    sheet = brought(tmp_path, people["contributor"], "request", *rows)
    assert shown(sheet) == [(2, "new"), (3, "wrong")]
    taken(sheet, people["contributor"])
    made = SupportRequest.objects.get()
    assert (made.state, made.owner) == ("draft", people["contributor"])
    again = brought(tmp_path, people["contributor"], "request", rows[0], {**rows[0], "reference": "2020-00001"})
    assert shown(again) == [(2, "same"), (3, "wrong")]


def test_an_open_call_and_a_solution_come_in_as_drafts_of_who_brought_them(people, tmp_path):
    call = {"title": "Small grants", "deadline": "2027-01-31", "areas": "NPL; BTN", "targets": "2"}
    assert taken(brought(tmp_path, people["contributor"], "opportunity", call), people["contributor"]) == ["taken in"]
    made = Item.objects.get()
    assert (made.kind, made.standing, made.owner, made.parties_of()) == (
        "opportunity", "draft", people["contributor"], {"NPL", "BTN"},
    )  # fmt: skip
    other = brought(tmp_path, people["provider"], "opportunity", call)
    assert shown(other) == [(2, "new")]


def filled_in(content, answers):
    """Fill a workbook in as a person does: answers beside the questions, by the code in the first column."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    heading = [cell.value for cell in sheet[1]]
    place = heading.index("answer") + 1
    for row in range(2, sheet.max_row + 1):
        code = sheet.cell(row, 1).value
        if code in answers:
            sheet.cell(row, place).value = answers[code]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def at(prefix, name, *args):
    """The address of a page in a language, whatever language the last page left behind."""
    with translation.override("en"):
        return prefix + reverse(name, args=args)


def download(client, address):
    return b"".join(client.get(address).streaming_content)


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_the_form_goes_out_is_filled_in_offline_and_comes_back(client, people, prefix):
    client.force_login(people["contributor"])
    book = download(client, at(prefix, "request_template"))
    questions = [row[1].value for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[0].iter_rows()]
    assert ("مقدم الطلب" in " ".join(filter(None, questions))) == (prefix == "/ar")
    arabic_digits = {**FOUR, "needed_by": "٢٠٢٧-٠٦-٣٠", "party": "NPL", "targets": "1؛ 2"}
    upload = SimpleUploadedFile("form.xlsx", filled_in(book, arabic_digits))
    answer = client.post(at(prefix, "bring", "request"), {"file": upload})
    sheet = Sheet.objects.get()
    assert answer.url == at(prefix, "sheet", sheet.pk)
    page = client.get(answer.url).content.decode()
    assert FOUR["what"] in page
    client.post(at(prefix, "sheet_do", sheet.pk, "confirm"))
    sheets.perform(sheet.pk)
    made = SupportRequest.objects.get()
    assert (made.values["needed_by"], made.values["targets"]) == ("2027-06-30", "1; 2")

    book = download(client, at(prefix, "request_form", made.reference))
    upload = SimpleUploadedFile("form.xlsx", filled_in(book, {"problem": ELEVEN["problem"]}))
    client.post(at(prefix, "bring", "request"), {"file": upload})
    again = Sheet.objects.first()
    assert [(row.state, row.detail) for row in again.rows.all()] == [("changed", ["problem"])]
    taken(again, people["contributor"])
    made.refresh_from_db()
    assert (made.values["problem"], made.values["what"]) == (ELEVEN["problem"], FOUR["what"])


def test_arabic_headings_name_the_same_fields(client, people):
    client.force_login(people["officer"])
    book = openpyxl.load_workbook(io.BytesIO(download(client, at("/ar", "bring_template", "provider"))))
    sheet = book.worksheets[0]
    from biosetu.cooperation.sheets import columns_of

    known = columns_of("provider")
    headings = [str(cell.value) for cell in sheet[1]]
    fields = [known[heading.casefold()] for heading in headings]
    sheet.append([PROVIDER.get(field, "") for field in fields])
    stream = io.BytesIO()
    book.save(stream)
    upload = SimpleUploadedFile("الجهات.xlsx", stream.getvalue())
    answer = client.post(at("/ar", "bring", "provider"), {"file": upload})
    assert answer.status_code == 302
    row = Sheet.objects.get().rows.get()
    assert (row.state, row.title) == ("new", "Hill University")


def test_work_that_was_killed_goes_on_where_it_stopped_and_does_nothing_twice(people, tmp_path, monkeypatch):
    rows = [{**PROVIDER, "name": f"P{n}"} for n in range(25)]
    sheet = brought(tmp_path, people["officer"], "provider", *rows)
    sheets.confirm(sheet=sheet, by=people["officer"])
    real, count = sheets.TAKE["provider"], []

    def dying(*args):
        count.append(1)
        if len(count) == 13:
            raise SystemExit
        return real(*args)

    monkeypatch.setattr(sheets, "TAKE", {**sheets.TAKE, "provider": dying})
    with pytest.raises(SystemExit):
        sheets.perform(sheet.pk, piece=5)
    assert (Provider.objects.count(), Sheet.objects.get().done) == (10, 10)
    assert sheets.release_silent_sheets(0) == 1
    sheets.perform(sheet.pk, piece=5)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.done, Provider.objects.count()) == (SheetState.DONE, 25, 25)
    sheets.perform(sheet.pk)
    assert Provider.objects.count() == 25


def test_it_is_confirmed_or_dropped_once(people, tmp_path):
    sheet = brought(tmp_path, people["officer"], "provider", PROVIDER)
    sheets.confirm(sheet=Sheet.objects.get(pk=sheet.pk), by=people["officer"])
    with pytest.raises(Refused, match="already"):
        sheets.drop(sheet=sheet, by=people["officer"])
    other = brought(tmp_path, people["officer"], "provider", PROVIDER)
    sheets.drop(sheet=other, by=people["officer"])
    assert other.rows.count() == 0
    verbs = list(Entry.objects.filter(record="sheet").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["bring", "confirm", "bring", "drop"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7"),
        ("a.xlsx", b"PK\x03\x04 not a workbook"),
        ("a.csv", b"\xff\xfe\x00\x01"),
        ("a.csv", b"name,party\n"),
    ],
)
def test_files_that_are_no_sheets_are_refused_on_the_page(client, people, name, content):
    client.force_login(people["officer"])
    answer = client.post(reverse("bring", args=["provider"]), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert Sheet.objects.count() == 0


def test_institutions_come_from_any_country_and_wrong_codes_are_told_by_row(people, tmp_path):
    rows = [
        {**PROVIDER, "party": "USA", "parties": "NPL; TWN"},
        {**PROVIDER, "name": "B", "ecosystems": "mangroves"},
        {**PROVIDER, "name": "C", "ecosystems": "MFT1.2", "actions": "1.1", "threats": "77.7"},
    ]
    sheet = brought(tmp_path, people["officer"], "provider", *rows)
    told = [(row.number, row.state, [one["column"] for one in row.detail if isinstance(one, dict)])
            for row in sheet.rows.all()]  # fmt: skip
    assert told == [(2, "new", []), (3, "wrong", ["ecosystems"]), (4, "wrong", ["threats"])]


def test_strangers_do_not_see_a_sheet(client, people, tmp_path):
    sheet = brought(tmp_path, people["officer"], "provider", PROVIDER)
    for name in ("manager", "contributor"):
        client.force_login(people[name])
        assert client.get(reverse("sheet", args=[sheet.pk])).status_code == 404
    client.force_login(people["contributor"])
    assert client.get(reverse("bring", args=["provider"])).status_code == 403


def test_the_page_needs_the_same_queries_for_one_row_and_for_many(client, people, tmp_path):
    client.force_login(people["officer"])

    def count(rows):
        sheet = brought(tmp_path, people["officer"], "provider", *rows)
        client.get(reverse("sheet", args=[sheet.pk]))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("sheet", args=[sheet.pk])).status_code == 200
        return len(seen)

    assert count([PROVIDER]) == count([{**PROVIDER, "name": f"P{n}"} for n in range(120)])


def test_the_command_line_shows_first_and_does_the_same_when_confirmed(people, tmp_path):
    path = written(tmp_path, [PROVIDER, {**PROVIDER, "name": "", "party": "QQQ"}])
    seen = bring_sheet(path, "provider", "officer", confirm=False, progress=silent).to_pylist()
    assert [(row["row"], row["state"]) for row in seen] == [(2, "new"), (3, "wrong")]
    assert "party QQQ: there is no such country" in seen[1]["detail"]
    assert Provider.objects.count() == 0
    steps = []
    done = bring_sheet(path, "provider", "officer", confirm=True, progress=lambda *said: steps.append(said[:2]))
    assert [row["outcome"] for row in done.to_pylist()] == ["taken in", ""]
    assert steps[-1] == (2, 2)
    assert Provider.objects.get().standing == "listed"
    with pytest.raises(UsageError, match="may not bring"):
        bring_sheet(path, "provider", "contributor", confirm=False, progress=silent)


def test_an_officer_brings_back_the_form_of_a_request_and_opens_none(people, tmp_path):
    """The page of a request offers it to whoever fills in; a row without its number would be a request of their own."""
    request = verbs.open_request(by=people["contributor"], values={**FOUR, "party": "NPL"})
    verbs.act(request=request, verb="submit", by=people["contributor"])
    row = {**FOUR, "party": "NPL", "problem": "Springs fall dry"}
    sheet = brought(tmp_path, people["officer"], "request", {"reference": request.reference, **row}, row)
    assert shown(sheet) == [(2, "changed"), (3, "wrong")]
    taken(sheet, people["officer"])
    request.refresh_from_db()
    assert request.values["problem"] == "Springs fall dry"
    assert SupportRequest.objects.count() == 1
