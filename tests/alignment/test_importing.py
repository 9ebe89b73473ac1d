from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from biosetu.alignment import Degree, Means, PromiseFolder, Promises, StrategyStatus
from biosetu.alignment.importing import from_record, read_tables, to_record, to_strategy
from biosetu.alignment.importing.codes import declared_in, target_code, target_codes
from biosetu.alignment.languages import language_of
from biosetu.alignment.ort import export_record, read_record
from biosetu.engine.grids import Book, Grid, Value
from biosetu.jobs.alignment import ImportOutcome, export_promises, import_promises, write_template
from biosetu.problems import Cancelled, DataError

EXPORT = [
    "Published on",
    "Record URL",
    "Unique ID",
    "Government",
    "National target title",
    "Description",
    "Global Goals",
    "Global targets",
    "Degree of Alignment by target",
    "Considerations",
    "Means of implementation",
    "Please explain (means of implementation)",
    "Headline indicators",
]
TARGET = [
    "28-Feb-2026 18:58",
    "https://ort.cbd.int/x",
    "ORT-NT7-NP-265248-2",
    "Nepal",
    "By 2030, 30 per cent of land is protected",
    "More: ask rita@example.org",
    "GBF-GOAL-A",
    "GBF-TARGET-03; GBF-TARGET-01",
    "GBF-TARGET-03 (High); GBF-TARGET-01 (Low)",
    "a; b",
    "Additional means of implementation are needed",
    "Two million dollars",
    "3.1; A.2",
]


@pytest.fixture
def store(tmp_path: Path) -> PromiseFolder:
    return PromiseFolder(tmp_path)


def csv_export(path: Path, *rows: list[str]) -> Path:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([EXPORT, *rows])
    path.write_text("\ufeff" + stream.getvalue(), encoding="utf-8")
    return path


def changed(row: list[str], **values: str) -> list[str]:
    names = {"published": 0, "id": 2, "government": 3, "title": 4, "targets": 7, "by_target": 8}
    return [values.get(next((n for n, at in names.items() if at == i), ""), cell) for i, cell in enumerate(row)]


def test_csv_export_is_read_with_mark_quotes_and_joined_lists(tmp_path: Path, store: PromiseFolder) -> None:
    outcome = import_promises("NPL", csv_export(tmp_path / "e.csv", TARGET), store)
    (target,) = store.load("NPL").targets
    assert outcome.count("new") == 1
    assert target.id == "ORT-NT7-NP-265248"
    assert [(d.target, d.degree) for d in target.declared] == [("A", None), ("1", Degree.LOW), ("3", Degree.HIGH)]
    assert [(q.value, q.unit, q.year, q.confirmed) for q in target.quantities] == [(30.0, "%", 2030, False)]
    assert (target.means, target.means_info) == (Means.REQUIRED, {"en": "Two million dollars"})
    assert target.description == {"en": "More: ask […]"}
    assert target.indicators == ("3.1", "A.2")


def test_same_export_again_changes_nothing(tmp_path: Path, store: PromiseFolder) -> None:
    path = csv_export(tmp_path / "e.csv", TARGET)
    import_promises("NPL", path, store)
    before = (store.folder / "alignment" / "NPL.json").read_bytes()
    assert import_promises("NPL", path, store).count("same") == 1
    assert (store.folder / "alignment" / "NPL.json").read_bytes() == before


def test_preview_stores_nothing(tmp_path: Path, store: PromiseFolder) -> None:
    outcome = import_promises("NPL", csv_export(tmp_path / "e.csv", TARGET), store, keep=False)
    assert (outcome.count("new"), store.parties()) == (1, ())


def test_newest_revision_wins_and_rows_of_one_target_are_joined(tmp_path: Path, store: PromiseFolder) -> None:
    older = changed(TARGET, published="01-Jan-2026 08:00", title="Older words", id="ORT-NT7-NP-265248-1")
    second = changed(TARGET, targets="GBF-TARGET-08", by_target="")
    import_promises("NPL", csv_export(tmp_path / "e.csv", older, TARGET, second), store)
    (target,) = store.load("NPL").targets
    assert target.text() == "By 2030, 30 per cent of land is protected"
    assert [d.target for d in target.declared] == ["A", "1", "3", "8"]


STATEMENTS = (
    "Published on",
    "Government",
    "Global goal or target",
    "Elements of the global targets addressed by national targets",
)


def test_newest_statement_wins_wherever_it_stands(store: PromiseFolder) -> None:
    newer = ("28-Feb-2026 18:58", "Nepal", "GBF-TARGET-03", "The newer words of the Party")
    older = ("01-Jan-2026 08:00", "Nepal", "GBF-TARGET-03", "The older words of the Party")
    for rows in ((newer, older), (older, newer)):
        found = read_tables(Book("e.csv", "csv", (Grid("", (STATEMENTS, *rows)),)), "NPL")
        assert [said.info for _, said in found.statements] == [{"en": newer[3]}]


def test_two_revisions_of_one_day_are_told_apart_by_hour_or_number() -> None:
    morning, evening = (datetime(2026, 2, 28, hour, tzinfo=UTC) for hour in (8, 18))
    header = tuple(EXPORT)
    old = ("Older words", "GBF-TARGET-08", "-1")
    new = ("Newer words", "GBF-TARGET-03", "-2")

    def row(published: Value, title: str, target: str, number: str) -> tuple[Value, ...]:
        return (published, "", f"ORT-NT7-NP-265248{number}", "Nepal", title, "", "", target)

    for rows in (
        (row(evening, *new[:2], "-1"), row(morning, *old[:2], "-1")),
        (row(None, *new), row(None, *old)),
        (row(None, *old), row(None, *new)),
    ):
        found = read_tables(Book("e.xlsx", "xlsx", (Grid("", (header, *rows)),)), "NPL")
        assert [(one.text(), [d.target for d in one.declared]) for _, one in found.targets] == [("Newer words", ["3"])]


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_newest_revision_of_a_record_wins(tmp_path: Path, store: PromiseFolder, order: tuple[int, ...]) -> None:
    documents = [{"revision": n, "body": {**RECORD, "title": {"en": f"Words of revision {n}"}}} for n in order]
    (tmp_path / "r.json").write_text(json.dumps(documents), encoding="utf-8")
    outcome = import_promises("NPL", tmp_path / "r.json", store)
    assert [target.text() for target in store.load("NPL").targets] == ["Words of revision 2"]
    assert outcome.preview.column("row").to_pylist() == [1 + order.index(2)]


def test_changed_target_is_named_with_what_changed(tmp_path: Path, store: PromiseFolder) -> None:
    import_promises("NPL", csv_export(tmp_path / "e.csv", TARGET), store)
    other = changed(TARGET, by_target="GBF-TARGET-03 (Low); GBF-TARGET-01 (Low)")
    outcome = import_promises("NPL", csv_export(tmp_path / "e.csv", other), store)
    assert [(r["state"], r["detail"]) for r in outcome.preview.to_pylist()] == [("changed", "declared")]


def test_row_of_another_party_is_wrong_and_left_out(tmp_path: Path, store: PromiseFolder) -> None:
    path = csv_export(tmp_path / "e.csv", TARGET, changed(TARGET, government="Bhutan", id="ORT-NT7-BT-1-1"))
    outcome = import_promises("NPL", path, store)
    assert [(r["row"], r["state"]) for r in outcome.preview.to_pylist()] == [(2, "new"), (3, "wrong")]
    assert len(store.load("NPL").targets) == 1


def test_json_export_reads_as_the_csv_does(tmp_path: Path, store: PromiseFolder) -> None:
    (tmp_path / "e.json").write_text(json.dumps([dict(zip(EXPORT, TARGET, strict=True))]), encoding="utf-8")
    import_promises("NPL", csv_export(tmp_path / "e.csv", TARGET), store)
    assert import_promises("NPL", tmp_path / "e.json", store).count("same") == 1


RECORD = {
    "header": {
        "identifier": "1A72C663-4D42-4132-266D-CEBA10E01C8E",
        "schema": "nationalTarget7",
        "languages": ["en", "ne"],
    },
    "government": {"identifier": "np"},
    "title": {"en": "Protect 30 per cent of land by 2030", "ne": "सन् २०३० सम्म ३० प्रतिशत भूभाग संरक्षण गर्ने"},
    "sequence": 3,
    "globalGoalAlignment": [{"identifier": "GBF-GOAL-A"}],
    "globalTargetAlignment": [
        {"identifier": "GBF-TARGET-03", "degreeOfAlignment": {"identifier": "AABF237C-F906-40D2-9595-5226C8B18A58"}}
    ],
    "additionalImplementation": {"identifier": "additionalImplementationRequired", "customValue": {"en": "Rangers"}},
}


def test_record_with_its_wrapper_is_read_and_people_are_dropped(tmp_path: Path, store: PromiseFolder) -> None:
    document = {"documentID": 1, "createdBy": {"firstName": "Rita", "email": "rita@example.org"}, "body": RECORD}
    (tmp_path / "r.json").write_text(json.dumps([document]), encoding="utf-8")
    import_promises("NPL", tmp_path / "r.json", store)
    (target,) = store.load("NPL").targets
    assert target.title["ne"].startswith("सन्")
    assert [(d.target, d.degree) for d in target.declared] == [("A", None), ("3", Degree.HIGH)]
    assert "ita" not in (store.folder / "alignment" / "NPL.json").read_text(encoding="utf-8").replace("Position", "")


def test_target_first_from_a_table_then_from_a_record_is_held_once(tmp_path: Path, store: PromiseFolder) -> None:
    import_promises("NPL", csv_export(tmp_path / "e.csv", changed(TARGET, title=RECORD["title"]["en"])), store)
    (tmp_path / "r.json").write_text(json.dumps(RECORD), encoding="utf-8")
    assert import_promises("NPL", tmp_path / "r.json", store).count("changed") == 1
    assert len(store.load("NPL").targets) == 1


def test_record_of_another_party_is_refused(tmp_path: Path, store: PromiseFolder) -> None:
    (tmp_path / "r.json").write_text(json.dumps(RECORD), encoding="utf-8")
    outcome = import_promises("BTN", tmp_path / "r.json", store)
    assert (outcome.count("wrong"), outcome.count("new")) == (1, 0)


def test_exported_target_reads_back_equal(tmp_path: Path, store: PromiseFolder) -> None:
    target = from_record(read_record(RECORD), "NPL")
    again = from_record(read_record(export_record(to_record(target))), "NPL")
    assert again == target
    (tmp_path / "r.json").write_text(json.dumps(RECORD), encoding="utf-8")
    import_promises("NPL", tmp_path / "r.json", store)
    assert list(export_promises("NPL", tmp_path / "out.json", store).values()) == [1]
    assert import_promises("NPL", tmp_path / "out.json", store).count("same") == 1


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"a": 1}', '[{"header": {"schema": "stakeholder"}}]'])
def test_json_that_holds_no_records_is_refused(tmp_path: Path, store: PromiseFolder, text: str) -> None:
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    try:
        outcome = import_promises("NPL", tmp_path / "r.json", store)
    except DataError:
        return
    assert outcome.count("new") == 0
    assert outcome.count("wrong") == 1


def template(path: Path, targets: list[dict], actions: list[dict]) -> Path:
    write_template(path)
    book = openpyxl.load_workbook(path)
    for name, rows in (("targets", targets), ("actions", actions)):
        head = [cell.value for cell in book[name][1]]
        for row in rows:
            book[name].append([row.get(column) for column in head])
    book.save(path)
    return path


def test_template_goes_out_and_comes_back(tmp_path: Path, store: PromiseFolder) -> None:
    path = template(
        tmp_path / "t.xlsx",
        [
            {
                "id": "NT-1",
                "title_en": "Restore wetlands",
                "title_ar": "استعادة الأراضي الرطبة",
                "end": "2087-04-01 BS",
                "global_targets": "2: high; 11: low",
                "means": "required",
                "means_info": "boats",
            }
        ],
        [
            {
                "id": "A-1",
                "target": "NT-1",
                "action_en": "Replant 40 km of shore",
                "office": "Department of Forests",
                "cost": 12000,
                "currency": "NPR",
                "due": "2027-06-30",
                "status": "running",
            }
        ],
    )
    assert import_promises("NPL", path, store).count("new") == 2
    held = store.load("NPL")
    assert (held.targets[0].end, held.targets[0].title["ar"]) == (date(2030, 7, 17), "استعادة الأراضي الرطبة")
    assert (held.actions[0].cost, held.actions[0].due, held.actions[0].status) == (
        12000.0,
        date(2027, 6, 30),
        "running",
    )
    assert import_promises("NPL", path, store).count("same") == 2


def test_wrong_rows_of_the_template_are_all_named(tmp_path: Path, store: PromiseFolder) -> None:
    path = template(
        tmp_path / "t.xlsx",
        [
            {"id": "NT-1", "title_en": "Good"},
            {"id": "NT-1", "title_en": "Twice"},
            {"id": "NT-2", "title_en": "Bad code", "global_targets": "99: high"},
            {"id": "NT-3", "title_en": "Bad date", "end": "2087-01-01"},
            {"id": "NT-4", "title_en": "Bad means", "means": "perhaps"},
            {"id": "NT-5", "description": "no title"},
        ],
        [{"id": "A-1", "office": "x"}],
    )
    rows = import_promises("NPL", path, store).preview.to_pylist()
    assert sorted((r["row"], r["state"]) for r in rows) == [
        (2, "new"),
        (2, "wrong"),
        (3, "wrong"),
        (4, "wrong"),
        (5, "wrong"),
        (6, "wrong"),
        (7, "wrong"),
    ]
    assert all(r["remedy"] for r in rows if r["state"] == "wrong")


def test_formula_cells_are_left_out(tmp_path: Path, store: PromiseFolder) -> None:
    path = template(
        tmp_path / "t.xlsx", [{"id": "NT-1", "title_en": "Good", "description": '=HYPERLINK("http://x")'}], []
    )
    import_promises("NPL", path, store)
    assert store.load("NPL").targets[0].description == {}


def test_csv_with_text_and_language_is_enough(tmp_path: Path, store: PromiseFolder) -> None:
    (tmp_path / "t.csv").write_text(
        "id,text,language\n1,Protégez les forêts,fr\n2,Protect the forests,\n", encoding="utf-8"
    )
    import_promises("NPL", tmp_path / "t.csv", store)
    assert [t.title for t in store.load("NPL").targets] == [
        {"fr": "Protégez les forêts"},
        {"en": "Protect the forests"},
    ]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("GBF-TARGET-03", "3"),
        ("GBF-TARGET-012", "12"),
        ("GBF-T03. 30% of areas", "3"),
        ("Target 7", "7"),
        ("3", "3"),
        ("GBF-GOAL-A", "A"),
        ("Goal B", "B"),
        ("D", "D"),
        ("24", ""),
        ("T25", ""),
        ("none", ""),
        ("30% of areas", ""),
    ],
)
def test_codes_are_read_however_written(written: str, code: str) -> None:
    assert target_code(written) == code


def test_lists_of_codes_and_degrees() -> None:
    assert target_codes("3, 7") == ["3", "7"]
    assert [(d.target, d.degree) for d in declared_in("3: high; 2: low; 9")] == [
        ("3", "high"),
        ("2", "low"),
        ("9", None),
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("By 2030 the forests are restored", "en"),
        ("حماية النظم الإيكولوجية بحلول عام 2030", "ar"),
        ("تا سال ۲۰۳۰ گونه‌های در معرض خطر حفاظت شوند", "fa"),
        ("सन् २०३० सम्म वन क्षेत्रको संरक्षण गर्ने", "ne"),
        ("2030 तक वनों का संरक्षण करना और प्रजातियों की रक्षा", "hi"),
        ("К 2030 году восстановить леса", "ru"),
        ("到2030年恢复退化的生态系统", "zh"),
        ("Memulihkan hutan yang rusak pada tahun 2030", "id"),
        ("Đến năm 2030 phục hồi rừng", "vi"),
        ("12345", ""),
    ],
)
def test_language_is_told_by_script_and_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_reading_tells_how_far_it_is_row_by_row_over_all_sheets() -> None:
    rows = (("id", "title_en"), *((f"NT-{n}", f"Target number {n}") for n in range(450)))
    actions = (("id", "target", "action_en"), *((f"A-{n}", "NT-1", f"Act {n}") for n in range(250)))
    told: list[tuple[int, int]] = []
    book = Book("f.xlsx", "xlsx", (Grid("targets", rows), Grid("notes", (("a",),)), Grid("actions", actions)))
    found = read_tables(book, "NPL", lambda done, total, label="": told.append((done, total)))
    assert (len(found.targets), len(found.actions)) == (450, 250)
    assert told == [(100, 702), (200, 702), (300, 702), (400, 702), (551, 702), (651, 702)]


def test_reading_stops_where_its_caller_wants_it_to() -> None:
    def stop(done: int, total: int, label: str = "") -> None:
        raise Cancelled

    rows = (("id", "title_en"), *((f"NT-{n}", f"Target number {n}") for n in range(450)))
    with pytest.raises(Cancelled):
        read_tables(Book("f.xlsx", "xlsx", (Grid("targets", rows),)), "NPL", stop)


@pytest.mark.parametrize(
    ("party", "written", "start", "end"),
    [
        ("NPL", "FY 2081/82", date(2024, 7, 16), date(2025, 7, 16)),
        ("NPL", "आ.व. २०८१/८२", date(2024, 7, 16), date(2025, 7, 16)),
        ("IND", "2025-26", date(2025, 4, 1), date(2026, 3, 31)),
        ("IND", "FY 2025-26", date(2025, 4, 1), date(2026, 3, 31)),
        ("BGD", "2025/26", date(2025, 7, 1), date(2026, 6, 30)),
        ("NPL", "2030", date(2030, 1, 1), date(2030, 12, 31)),
        ("NPL", "2087-04-01 BS", date(2030, 7, 17), date(2030, 7, 17)),
    ],
)
def test_fiscal_year_of_a_milestone_is_read_from_its_first_to_its_last_day(party, written, start, end) -> None:
    actions = Grid("actions", (("id", "target", "action_en", "due"), ("A-1", "NT-1", "Act", written)))
    targets = Grid("targets", (("id", "title_en", "start", "end"), ("NT-1", "Act", written, written)))
    found = read_tables(Book("f.csv", "csv", (targets, actions)), party)
    assert found.problems == ()
    assert found.actions[0][1].due == end
    assert (found.targets[0][1].start, found.targets[0][1].end) == (start, end)


def test_fiscal_year_of_a_party_whose_years_are_not_known_is_named_as_wrong() -> None:
    actions = Grid("actions", (("id", "target", "action_en", "due"), ("A-1", "NT-1", "Act", "2025/26")))
    (problem,) = read_tables(Book("f.csv", "csv", (actions,)), "JOR").problems
    assert (problem.code, problem.column, problem.row) == ("fiscal-year", "due", 2)


STRATEGY: dict[str, Any] = {
    "header": {"schema": "nbsap", "identifier": "0F3B7A8E", "languages": ["en"]},
    "government": {"identifier": "np"},
    "title": {"en": "Strategy to 2030", "ne": "रणनीति"},
    "jurisdiction": {"identifier": "7437F880-7B12-4F26-AA91-CED37250DD0A"},
    "isGbfAligned": True,
    "startDate": "2025-07-16",
    "endDate": "soon",
    "status": {"identifier": "851B10ED-AE62-4F28-B178-6D40389CC8DB"},
    "completionYear": 2025,
    "adoptionDate": "2025-08-01",
    "documentText": {"en": "<p>Write to a@b.np</p>"},
    "documentLinks": [
        {"url": "https://x.invalid/nbsap.pdf", "name": "text", "tags": ["a"], "language": "en"},
        {"url": "javascript:alert(1)"},
    ],
}


def imported_strategy(tmp_path: Path, body: dict[str, Any]) -> tuple[ImportOutcome, PromiseFolder]:
    (tmp_path / "r.json").write_text(json.dumps([body]), encoding="utf-8")
    store = PromiseFolder(tmp_path)
    return import_promises("NPL", tmp_path / "r.json", store), store


def test_record_of_a_strategy_is_held_and_shown_before_it_is_stored(tmp_path: Path) -> None:
    outcome, store = imported_strategy(tmp_path, STRATEGY)
    (row,) = outcome.preview.to_pylist()
    assert (row["row"], row["kind"], row["state"], row["text"]) == (1, "strategy", "new", "Strategy to 2030")
    (held,) = store.load("NPL").strategies
    assert (held.start, held.end, held.adopted) == (date(2025, 7, 16), None, date(2025, 8, 1))
    assert (held.status, held.fits) == (StrategyStatus.APPROVED, True)
    assert held.links == ("https://x.invalid/nbsap.pdf",)
    assert "a@b.np" not in held.model_dump_json()
    again, _ = imported_strategy(tmp_path, STRATEGY)
    assert again.count("same") == 1
    changed, _ = imported_strategy(tmp_path, STRATEGY | {"adoptionDate": "2025-08-02"})
    assert [row["detail"] for row in changed.preview.to_pylist()] == ["adopted"]


def test_record_of_a_strategy_goes_out_as_it_came(tmp_path: Path) -> None:
    _, store = imported_strategy(tmp_path, STRATEGY)
    export_promises("NPL", tmp_path / "out.json", store)
    (body,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    head = STRATEGY["header"] | {"languages": ["en", "ne"]}
    assert body == STRATEGY | {"documentText": {"en": "<p>Write to […]</p>"}, "header": head}
    held = store.load("NPL").strategies[0]
    turned = to_strategy(held.model_copy(update={"end": date(2030, 12, 31), "status": StrategyStatus.DRAFT}))
    assert (turned.end_date, turned.completion_year) == ("2030-12-31", 2025)
    assert turned.status is not None
    assert turned.status.identifier == "9D17F3A2-EC92-4D31-81EF-A12521873D7F"


def test_record_that_is_no_promise_is_left_aside_with_a_word(tmp_path: Path) -> None:
    head = {"schema": "nationalReport7", "identifier": "0F3B7A8F", "languages": ["en"]}
    outcome, store = imported_strategy(tmp_path, {"header": head, "government": {"identifier": "np"}})
    (row,) = outcome.preview.to_pylist()
    assert (row["kind"], row["state"]) == ("nationalReport7", "aside")
    assert "nothing of it is stored" in row["detail"]
    assert store.load("NPL") == Promises(party="NPL")
