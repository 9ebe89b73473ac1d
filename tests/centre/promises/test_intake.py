"""The way in: read, shown row by row, stored once somebody confirms it; hostile files; proposals from a strategy."""

import io
import json
import zipfile

import openpyxl
import pytest
from tests.centre.people import contributor, officer
from tests.centre.promises.conftest import TABLE, draft_of, upload

from biosetu.alignment.importing import read_tables
from biosetu.centre.audit.models import Entry
from biosetu.centre.promises import reader, verbs
from biosetu.centre.promises.models import Draft
from biosetu.centre.promises.store import DatabasePromises
from biosetu.engine.grids import Book, Grid

pytestmark = [pytest.mark.db, pytest.mark.django_db]
IMPORT = "/parties/NPL/promises/import/"


def sent(client, text, name="targets.csv"):
    return client.post(IMPORT, {"file": upload(text, name)}, follow=True)


@pytest.fixture
def theirs(client):
    client.force_login(officer())
    return client


def states(client, text, name="targets.csv"):
    sent(client, text, name)
    draft = Draft.objects.latest("at")
    return {(row["id"], row["state"]) for row in verbs.see(draft).preview.to_pylist()}, draft


def test_file_is_read_apart_shown_and_stored_and_then_changes_nothing(theirs):
    shown, draft = states(theirs, TABLE)
    assert shown == {("NT-1", "new"), ("NT-2", "new")}
    assert DatabasePromises().load("NPL").targets == ()
    address = f"/parties/NPL/promises/drafts/{draft.pk}/"
    assert theirs.post(address).status_code == 302
    held = DatabasePromises().load("NPL")
    assert [target.id for target in held.targets] == ["NT-1", "NT-2"]
    assert [entry.verb for entry in Entry.objects.order_by("pk")] == ["take_in", "keep", "store"]
    assert "stored already" in theirs.post(address, follow=True).content.decode()
    again, _ = states(theirs, TABLE)
    assert again == {("NT-1", "same"), ("NT-2", "same")}
    assert DatabasePromises().load("NPL") == held


@pytest.mark.usefixtures("read_in_this_process", "loaded")
def test_preview_tells_new_changed_same_and_wrong_by_row(theirs):
    changed = TABLE.replace("2030-12-31", "2031-12-31") + "NT-3,A third one,,99,\nNT-4,A fourth,,,\n"
    shown, draft = states(theirs, changed)
    assert shown == {("NT-1", "same"), ("NT-2", "changed"), ("99", "wrong"), ("NT-4", "new")}
    page = theirs.get(f"/parties/NPL/promises/drafts/{draft.pk}/?state=wrong").content.decode()
    assert "no global goal or target" in page
    assert "NT-4" not in page


@pytest.mark.usefixtures("read_in_this_process")
def test_names_and_addresses_of_people_are_left_out(theirs):
    record = {
        "header": {"identifier": "6A0B0D0E-0000-4000-8000-000000000001", "schema": "nationalTarget7"},
        "government": {"identifier": "np"},
        "title": {"en": "Restore wetlands; ask rita@example.org"},
        "globalTargetAlignment": [{"identifier": "GBF-TARGET-02"}],
        "contactPerson": {"en": "Rita Rai"},
    }
    wrapped = {"body": record, "createdBy": {"firstName": "Rita", "email": "rita@example.org"}}
    _, draft = states(theirs, json.dumps([wrapped]), "export.json")
    assert "rita" not in json.dumps(draft.body).casefold()


def zip_bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 300_000_000)
    return stream.getvalue()


def macro_workbook():
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    return stream.getvalue()


HOSTILE = {
    "zip bomb": (zip_bomb, "t.xlsx", "unpacks"),
    "macros": (macro_workbook, "t.xlsx", "macros"),
    "long line": (lambda: b"id,title\n1," + b"x" * 3_000_000, "t.csv", "a line longer than any record"),
    "wrong encoding": (lambda: "id,title\n1,Ö".encode("latin-1"), "t.csv", "not UTF-8"),
    "binary as JSON": (lambda: b"\x00\x01", "t.json", "not UTF-8 text"),
    "deep JSON": (lambda: b"[" * 100_000, "t.json", "no JSON"),
    "broken PDF": (lambda: b"%PDF-1.7 nothing", "t.pdf", "a damaged PDF"),
    "broken Word": (lambda: b"PK\x03\x04", "t.docx", "Save it anew"),
    "another kind": (lambda: b"GIF89a", "t.gif", "this type of file is not taken here"),
}


@pytest.mark.usefixtures("read_in_this_process")
@pytest.mark.parametrize(("made", "name", "said"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_is_refused_with_a_reason_and_nothing_is_kept(theirs, made, name, said):
    answer = sent(theirs, made(), name)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Draft.objects.count() == 0


@pytest.mark.usefixtures("read_in_this_process")
def test_formulas_are_not_taken_and_marks_that_cannot_be_kept_are_refused(theirs):
    book = openpyxl.Workbook()
    book.active.append(["id", "title", "description"])
    book.active.append(["1", "Restore", '=HYPERLINK("http://x.example","click")'])
    stream = io.BytesIO()
    book.save(stream)
    _, draft = states(theirs, stream.getvalue(), "t.xlsx")
    (target,) = [entry for _, entry in verbs.imported(draft).targets]
    assert (target.text(), dict(target.description)) == ("Restore", {})
    record = {
        "header": {"identifier": "A", "schema": "nationalTarget7"},
        "government": {"identifier": "np"},
        "title": {"en": "Nul\x00l and \ud800 half"},
    }
    shown, draft = states(theirs, json.dumps(record), "r.json")
    assert {state for _, state in shown} == {"wrong"}
    theirs.post(f"/parties/NPL/promises/drafts/{draft.pk}/")
    assert DatabasePromises().load("NPL").targets == ()


@pytest.mark.usefixtures("read_in_this_process")
def test_contributor_checks_a_file_and_may_not_store_it(client):
    client.force_login(contributor())
    _, draft = states(client, TABLE)
    page = client.get(f"/parties/NPL/promises/drafts/{draft.pk}/").content.decode()
    assert "you may check files" in page
    assert client.post(f"/parties/NPL/promises/drafts/{draft.pk}/").status_code == 403
    assert DatabasePromises().load("NPL").targets == ()


STRATEGY = (
    "Target 1: Restore 30 per cent of the degraded land of the hills by 2030\n\n"
    "Action 1.1: Plant trees in the hills\n\f\nTarget 2: Keep invaders out of the islands\n"
)


@pytest.mark.usefixtures("read_in_this_process")
def test_strategy_is_proposed_with_pages_corrected_previewed_and_stored(theirs):
    page = sent(theirs, STRATEGY, "NBSAP 2026.txt").content.decode()
    assert "page 2" in page
    assert "30 per cent of the degraded land" in page
    draft = Draft.objects.get()
    address = f"/parties/NPL/promises/drafts/{draft.pk}/"
    form = {
        "keep-0": "yes", "id-0": "NT-1", "title-0": "Restore 25 per cent of the land by 2030",
        "keep-1": "yes", "id-1": "A-1", "title-1": "Plant trees", "target-1": "NT-1",
        "id-2": "NT-2", "title-2": "Not ticked",
    }  # fmt: skip
    theirs.post(address, form)
    made = Draft.objects.exclude(pk=draft.pk).get()
    assert DatabasePromises().load("NPL").targets == ()
    theirs.post(f"/parties/NPL/promises/drafts/{made.pk}/")
    held = DatabasePromises().load("NPL")
    assert [(t.id, t.text(), t.source) for t in held.targets] == [
        ("NT-1", "Restore 25 per cent of the land by 2030", "NBSAP 2026.txt, p. 1")
    ]
    assert [(a.id, a.target, a.source) for a in held.actions] == [("A-1", "NT-1", "NBSAP 2026.txt, p. 1")]


@pytest.mark.usefixtures("read_in_this_process", "loaded")
def test_proposal_of_a_target_that_is_held_leaves_its_alignment_and_other_languages(theirs):
    before = DatabasePromises().load("NPL").targets[0]
    sent(theirs, f"Target 1: {before.title['en']}", "n.txt")
    draft = Draft.objects.get()
    for title in (before.title["en"], "Restore 25 per cent of degraded wetlands of the country by 2030"):
        theirs.post(f"/parties/NPL/promises/drafts/{draft.pk}/", {"keep-0": "yes", "id-0": "NT-1", "title-0": title})
        made = Draft.objects.exclude(pk=draft.pk).latest("at")
        theirs.post(f"/parties/NPL/promises/drafts/{made.pk}/")
        held = DatabasePromises().load("NPL").targets[0]
        assert dict(held.title) == {"en": title, "ar": before.title["ar"]}
        assert (held.declared, held.end) == (before.declared, before.end)
        assert before.declared


@pytest.mark.usefixtures("read_in_this_process")
def test_two_proposals_of_one_number_are_not_stored_over_each_other(theirs):
    text = "Target 1: Restore the wetlands of the delta.\n\nTarget 1: Share the benefits of genetic resources.\n"
    page = sent(theirs, text + "Action 4: Write the law.", "n.txt").content.decode()
    assert 'name="target-2" value="1"' in page
    draft = Draft.objects.get()
    form = {
        f"{name}-{place}": value
        for place in (0, 1)
        for name, value in (("keep", "yes"), ("id", "1"), ("title", f"T{place}"))
    }
    theirs.post(f"/parties/NPL/promises/drafts/{draft.pk}/", form)
    made = Draft.objects.exclude(pk=draft.pk).get()
    shown = [(row["row"], row["id"], row["state"], row["detail"]) for row in verbs.see(made).preview.to_pylist()]
    assert shown == [(1, "1", "new", ""), (2, "1", "wrong", "the same id as another row")]


@pytest.mark.usefixtures("read_in_this_process")
def test_nothing_ticked_is_said_and_no_heading_too(theirs):
    sent(theirs, STRATEGY, "n.txt")
    answer = theirs.post(f"/parties/NPL/promises/drafts/{Draft.objects.get().pk}/", {})
    assert (answer.status_code, "nothing is chosen" in answer.content.decode()) == (422, True)
    assert "No heading such as" in sent(theirs, "A text without headings", "m.txt").content.decode()


def test_template_comes_back_as_it_went_out(theirs, read_in_this_process):
    book = openpyxl.load_workbook(io.BytesIO(theirs.get("/parties/NPL/promises/template.xlsx").content))
    assert book.sheetnames == ["targets", "actions", "statements", "how to fill"]
    header = [cell.value for cell in book["targets"][1]]
    book["targets"].cell(2, 1 + header.index("id")).value = "NT-1"
    book["targets"].cell(2, 1 + header.index("title_en")).value = "Restore the land"
    stream = io.BytesIO()
    book.save(stream)
    assert states(theirs, stream.getvalue(), "t.xlsx")[0] == {("NT-1", "new")}


def test_draft_is_recorded_with_its_hash(read_in_this_process):
    draft = draft_of(TABLE, officer())
    entry = Entry.objects.get(verb="take_in")
    assert (entry.changes["sha256"], entry.record_id) == (draft.digest, str(draft.pk))


PROGRESS = "target,level,year,source\n3,achieved,2026,NR7\n99,achieved,2026,NR7\n4,insufficient,2026,NR7\n"


@pytest.mark.usefixtures("read_in_this_process")
def test_what_a_party_states_of_itself_is_shown_row_by_row_and_stored_by_its_officer_alone(client):
    client.force_login(contributor())
    shown, draft = states(client, PROGRESS, "progress.csv")
    assert shown == {("3 2026", "new"), ("99", "wrong"), ("4 2026", "new")}
    address = f"/parties/NPL/promises/drafts/{draft.pk}/"
    page = client.get(address).content.decode()
    assert "own word" in page
    assert "Store 2 records" not in page
    assert client.post(address).status_code == 403
    assert DatabasePromises().own("NPL") is None

    person = officer()
    client.force_login(person)
    shown, draft = states(client, PROGRESS, "progress.csv")
    address = f"/parties/NPL/promises/drafts/{draft.pk}/"
    assert "Store 2 records" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    held = DatabasePromises().own("NPL")
    assert [(one.target, one.year, one.level) for one in held.progress] == [
        ("3", 2026, "achieved"),
        ("4", 2026, "insufficient"),
    ]
    assert Entry.objects.get(verb="state").actor == person.actor.pseudonym
    again, _ = states(client, PROGRESS.replace("3,achieved", "3,insufficient"), "progress.csv")
    assert again == {("3 2026", "changed"), ("99", "wrong"), ("4 2026", "same")}


@pytest.mark.usefixtures("read_in_this_process")
def test_own_statements_go_out_as_a_table_and_come_back_the_same(theirs):
    _, draft = states(theirs, PROGRESS, "progress.csv")
    theirs.post(f"/parties/NPL/promises/drafts/{draft.pk}/")
    held = DatabasePromises().own("NPL")
    sheet = theirs.get("/parties/NPL/promises/statements/progress.xlsx")
    assert sheet.status_code == 200
    back, _ = states(theirs, sheet.content, "progress.xlsx")
    assert back == {("3 2026", "same"), ("4 2026", "same")}
    assert DatabasePromises().own("NPL") == held
    assert theirs.get("/parties/NPL/promises/statements/secrets.xlsx").status_code == 404
    empty = theirs.get("/parties/NPL/promises/statements/quantities.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(empty.content)).worksheets[0]["A1"].value == "id"


@pytest.mark.usefixtures("read_in_this_process")
def test_record_of_a_strategy_is_stored_and_shown_on_the_page(theirs):
    head = {"schema": "nbsap", "identifier": "0F3B7A8E", "languages": ["en"]}
    body = {
        "header": head,
        "government": {"identifier": "np"},
        "title": {"en": "Strategy to 2030"},
        "documentLinks": [{"url": "https://x.invalid/n.pdf"}, {"url": "javascript:alert(1)"}],
    }
    shown, draft = states(theirs, json.dumps([body]), "records.json")
    assert shown == {("0F3B7A8E", "new")}
    theirs.post(f"/parties/NPL/promises/drafts/{draft.pk}/")
    page = theirs.get("/parties/NPL/promises/").content.decode()
    assert "Strategy to 2030" in page
    assert 'href="https://x.invalid/n.pdf"' in page
    assert "javascript:" not in page


@pytest.mark.usefixtures("read_in_this_process")
def test_record_that_is_no_promise_is_told_as_left_aside(theirs):
    head = {"schema": "nationalReport7", "identifier": "0F3B7A8F", "languages": ["en"]}
    shown, draft = states(theirs, json.dumps([{"header": head, "government": {"identifier": "np"}}]), "records.json")
    assert shown == {("", "aside")}
    page = theirs.get(f"/parties/NPL/promises/drafts/{draft.pk}/?state=aside").content.decode()
    assert all(text in page for text in ("nationalReport7", "left aside", "nothing of it is stored"))


PASTED = (
    "No.\tNational target\tKey actions\tLead agency\r\n"
    "NT-1\tRestore 30 per cent of the degraded land by 2030\tPlant trees in the hills\tForests"
)


@pytest.mark.usefixtures("read_in_this_process")
def test_pasted_table_is_proposed_with_dates_and_office_and_stored(theirs):
    page = theirs.post("/parties/NPL/promises/import/", {"pasted": PASTED}, follow=True).content.decode()
    assert 'value="2030"' in page
    assert 'value="Forests"' in page
    draft = Draft.objects.get()
    form = {
        "keep-0": "yes", "id-0": "NT-1", "title-0": "Restore 30 per cent of the degraded land by 2030", "end-0": "2030",
        "keep-1": "yes", "id-1": "A-1", "title-1": "Plant trees", "target-1": "NT-1", "office-1": "Forests",
        "due-1": "2028",
    }  # fmt: skip
    theirs.post(f"/parties/NPL/promises/drafts/{draft.pk}/", form)
    theirs.post(f"/parties/NPL/promises/drafts/{Draft.objects.latest('at').pk}/")
    held = DatabasePromises().load("NPL")
    assert [(t.id, str(t.end), t.start) for t in held.targets] == [("NT-1", "2030-12-31", None)]
    assert [(a.office, str(a.due), a.source) for a in held.actions] == [("Forests", "2028-12-31", "pasted.txt, p. 1")]


@pytest.mark.usefixtures("read_in_this_process")
def test_pasted_rows_of_the_template_are_previewed_as_a_table(theirs):
    theirs.post("/parties/NPL/promises/import/", {"pasted": "id\ttitle\tend\nNT-1\tPlan the land\t2030"})
    assert (Draft.objects.get().kind, Draft.objects.get().name) == (verbs.TABLE, "pasted.tsv")


@pytest.mark.usefixtures("read_in_this_process")
@pytest.mark.parametrize("text", ["", " \n ", "\x00"])
def test_nothing_pasted_is_told(theirs, text):
    answer = theirs.post("/parties/NPL/promises/import/", {"pasted": text})
    assert answer.status_code == 422
    assert Draft.objects.count() == 0


@pytest.mark.usefixtures("read_in_this_process")
def test_target_in_a_language_that_nothing_reads_says_so(theirs):
    table = "id,title_bn,title_en\nBN,২০৩০ সালের মধ্যে বন সংরক্ষণ,\nEN,,Repaint the lift of the office\n"
    _, draft = states(theirs, table.encode(), "t.csv")
    theirs.post(f"/parties/NPL/promises/drafts/{draft.pk}/")
    pages = [theirs.get(f"/parties/NPL/promises/targets/{name}").content.decode() for name in ("BN", "EN")]
    assert ["no terms are held here" in page for page in pages] == [True, False]


def test_what_an_export_can_say_of_alignment_survives_the_draft():
    header = ("Unique ID", "Government", "National target title", "Global targets")
    grid = Grid("", (header, ("NT", "Nepal", "Protect the land", "GBF-TARGET-03")))
    imported = read_tables(Book("x.csv", "csv", (grid,)), "NPL")
    again = reader.imported_of(reader._promised(imported).table.to_pylist(), "NPL")
    assert again.said == imported.said == {"NT": frozenset({"target"})}
