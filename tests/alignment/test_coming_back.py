"""What we export comes back as the same, whatever was imported over what; rich text stays while its words do."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biosetu.alignment import Degree, NationalTarget, PromiseFolder, Promises
from biosetu.alignment.importing import read_json, read_tables
from biosetu.alignment.importing.codes import degree_identifier
from biosetu.engine.grids import Book, Grid
from biosetu.jobs.alignment import export_promises, import_promises, store_imported

RICH = "<p>Protect <b>30&nbsp;per cent</b> of land</p>"
TITLES = ({"en": "Protect the land", "ne": "भूमि जोगाउने"}, {"en": "Restore the rivers", "ne": "नदी"})
IDS = [f"11111111-2222-3333-4444-55555555555{number}" for number in range(2)]


def record(number: int, languages: list[str], **more: Any) -> dict[str, Any]:
    return {
        "header": {"schema": "nationalTarget7", "identifier": IDS[number], "languages": languages},
        "government": {"identifier": "np"},
        "title": {language: TITLES[number][language] for language in languages},
        **more,
    }


def take(file: list[Any], store: PromiseFolder) -> None:
    if isinstance(file[0], dict):
        found = read_json(json.dumps(file), "NPL", "x.json")
    else:
        found = read_tables(Book("x.xlsx", "xlsx", (Grid("", tuple(file)),)), "NPL")
    assert found.problems == ()
    store_imported(found, store)


def exported(store: PromiseFolder, folder: Path) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Return what is exported, and what a preview of it says of each record."""
    path = folder / "out.json"
    export_promises("NPL", path, store)
    seen = import_promises("NPL", path, store, keep=False).preview.to_pylist()
    return json.loads(path.read_text(encoding="utf-8")), [(row["state"], row["detail"]) for row in seen]


DEGREES = st.sampled_from([{}, {"degreeOfAlignment": {"identifier": degree_identifier(Degree.HIGH)}}])
RECORDS = st.lists(
    st.builds(
        lambda number, languages, more, degree: record(
            number, languages,
            **{name: value for name, value in more.items() if value},
            globalTargetAlignment=[{"identifier": "GBF-TARGET-03", **degree}],
        ),
        st.integers(0, 1),
        st.sampled_from([["en"], ["ne"], ["en", "ne"]]),
        st.fixed_dictionaries({
            "description": st.sampled_from([None, {"en": RICH}, {"en": "All"}, {"ne": "<p>थप</p>"}]),
            "globalGoalAlignment": st.sampled_from([None, [{"identifier": "GBF-GOAL-A"}]]),
            "headlineIndicators": st.sampled_from([None, [{"identifier": "KMGBF-INDICATOR-X"}]]),
            "unknownField": st.sampled_from([None, {"x": 1}]),
        }),
        DEGREES,
    ), min_size=1, max_size=2, unique_by=lambda one: one["header"]["identifier"],
)  # fmt: skip
COLUMNS = {
    "title_ne": ["", "भूमि जोगाउने"], "description_en": ["", "All 20 per cent by 2027"], "description_ne": ["", "थप"],
    "global_targets": ["", "3: high; 2", "A; B: high"], "indicators": ["", "A.3"], "means": ["", "required"],
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    columns = draw(st.lists(st.sampled_from(list(COLUMNS)), unique=True))
    body = [
        (f"NT-{number}", TITLES[number]["en"], *(draw(st.sampled_from(COLUMNS[name])) or None for name in columns))
        for number in draw(st.lists(st.integers(0, 1), min_size=1, unique=True))
    ]
    return [("id", "title_en", *columns), *body]


@given(files=st.lists(st.one_of(RECORDS, tables()), min_size=1, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_export_taken_in_again_is_the_same_whatever_was_taken_in_before(files: list[list[Any]]) -> None:
    with TemporaryDirectory() as name:
        store, other = PromiseFolder(Path(name) / "one"), PromiseFolder(Path(name) / "other")
        for file in files:
            take(file, store)
        bodies, seen = exported(store, Path(name))
        assert {state for state, _ in seen} == {"same"}, seen
        take(bodies, other)
        assert exported(other, Path(name)) == (bodies, seen)


def test_rich_text_of_one_language_stays_where_another_language_is_held_beside_it(tmp_path: Path) -> None:
    store = PromiseFolder(tmp_path)
    nepali = NationalTarget(id="NT-1", party="NPL", title=TITLES[0], description={"ne": "थप"})
    store.save(Promises(party="NPL", targets=(nepali,)))
    take([record(0, ["en"], description={"en": RICH})], store)
    (body,), seen = exported(store, tmp_path)
    assert body["description"] == {"en": RICH, "ne": "थप"}
    assert seen == [("same", "")]


@pytest.mark.parametrize(
    ("cell", "said"),
    [("Protect 30 per cent of land", RICH), ("Protect 20 per cent of land", "Protect 20 per cent of land")],
)
def test_rich_text_goes_with_its_words_alone(cell: str, said: str, tmp_path: Path) -> None:
    store = PromiseFolder(tmp_path)
    more = {"description": {"en": RICH}, "mainPolicyOfMeasureOrActionInfo": {"en": "<p>A <i>law</i></p>"}}
    take([record(0, ["en"], **more)], store)
    take([("id", "title_en", "description_en", "global_targets"), (IDS[0], TITLES[0]["en"], cell, "2: high")], store)
    (body,), _ = exported(store, tmp_path)
    assert (body["description"], body["mainPolicyOfMeasureOrActionInfo"]) == (
        {"en": said},
        {"en": "<p>A <i>law</i></p>"},
    )
    assert body["globalTargetAlignment"][0]["identifier"] == "GBF-TARGET-02"
