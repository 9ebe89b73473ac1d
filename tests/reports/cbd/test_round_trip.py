"""Bodies of the reporting tool: import, export and import again are equal, whatever a record of each schema holds."""

from __future__ import annotations

import json
import types
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from biosetu.alignment.ort import BinaryIndicatorData, export_record, read_record, schemas
from biosetu.alignment.ort.reading import IDENTIFIER, TITLED
from biosetu.alignment.wording import UNKEPT
from biosetu.framework import questions
from biosetu.observations.packaged import packaged_rows

LANGUAGES = st.sampled_from(["en", "ar", "fr", "es", "ru", "zh", "ne"])
MARKS = st.characters(codec="utf-8", exclude_categories=("Cs",)).filter(
    lambda mark: mark != "@" and not UNKEPT.match(mark)
)
WORDS = st.text(MARKS, max_size=12)
NAMES = st.from_regex(IDENTIFIER, fullmatch=True)
TITLES = st.dictionaries(LANGUAGES, WORDS.map(lambda words: f"Rivers {words}"), min_size=1, max_size=3)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: WORDS,
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
}
OLDER = {row["live"]: row["older"] for row in packaged_rows("biosetu.alignment", "field_drift")}


def anything(kind: Any) -> st.SearchStrategy[Any]:
    """Return JSON values of an annotation of the schemas."""
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return record(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from([str(item) for item in kind])
    origin, inner = get_origin(kind), [one for one in get_args(kind) if one is not type(None)]
    if origin is Annotated:
        return anything(inner[0])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, types.UnionType):
        return st.one_of(*(anything(one) for one in inner))
    if origin is dict:
        return st.dictionaries(LANGUAGES, anything(inner[1]), max_size=3)
    return st.lists(anything(inner[0]), max_size=3)


def record(kind: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Return JSON objects of a model: mandatory fields always, others at times."""
    fields = {(field.alias or name): field for name, field in kind.model_fields.items()}
    needed = {name: anything(field.annotation) for name, field in fields.items() if field.is_required()}
    others = {name: anything(field.annotation) for name, field in fields.items() if not field.is_required()}
    return st.fixed_dictionaries(needed, optional=others)


def responses() -> st.SearchStrategy[dict[str, Any]]:
    keys = st.sampled_from(list(questions()))
    values = st.one_of(WORDS, st.booleans(), st.lists(WORDS, max_size=3))
    return st.dictionaries(keys, values, max_size=4)


def body(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return bodies of a schema as they may come from the tool: with older field names and things we leave out."""
    model = schemas()[name]
    plain = st.tuples(record(model), NAMES, TITLES)
    made = plain.map(lambda drawn: _readable(*drawn, name))
    if model is BinaryIndicatorData:
        groups = st.sampled_from(sorted({group for q in questions().values() for group in q.groups}))
        answers = st.dictionaries(groups, st.fixed_dictionaries({"responses": responses()}), max_size=3)
        made = st.tuples(made, answers).map(
            lambda pair: {**{key: value for key, value in pair[0].items() if key != "groups"}, **pair[1]}
        )
    return made


def _readable(found: dict[str, Any], identifier: str, title: dict[str, str], name: str) -> dict[str, Any]:
    """Return a body of this schema, named so that it can be a file, with words in its title where it must have them."""
    header = {**found["header"], "schema": name, "identifier": identifier}
    return {**found, "header": header, **({"title": title} if schemas()[name] in TITLED else {})}


def aged(value: Any) -> Any:
    """Return a body with the names that the documentation still prints."""
    if isinstance(value, dict):
        return {OLDER.get(name, name): aged(item) for name, item in value.items()}
    return [aged(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", list(schemas()))
@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_import_export_import_is_equal(name: str, data: st.DataObject) -> None:
    content = data.draw(body(name))
    first = read_record(json.loads(json.dumps(content)))
    out = json.loads(json.dumps(export_record(first), ensure_ascii=False))
    second = read_record(out)
    assert second == first
    assert export_record(second) == out
    assert out["header"]["schema"] == name


@pytest.mark.parametrize("name", list(schemas()))
@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_older_names_wrapper_and_unknown_fields_change_nothing(name: str, data: st.DataObject) -> None:
    content = data.draw(body(name))
    wrapped = {"identifier": "X", "revision": 2, "createdBy": {"name": "A Person"}, "body": aged(content)}
    wrapped["body"]["somethingNew"] = {"text": "unknown"}
    assert read_record(wrapped) == read_record(content)


def test_names_of_people_never_come_through() -> None:
    content = {
        "header": {"identifier": "U", "schema": "nationalReport7"},
        "government": {"identifier": "NP"},
        "sectionI": {
            "contactPerson": {"en": "A Person"},
            "contactDetails": {"en": "a@b.org"},
            "processUndertaken": {"en": "x"},
        },
    }
    out = json.dumps(export_record(read_record(content)))
    assert "Person" not in out
    assert "a@b.org" not in out
    assert '"processUndertaken": {"en": "x"}' in out
