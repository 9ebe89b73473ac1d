"""No text of any table is forgotten when a person is: it is searched, or the table says why not."""

import pytest

from biosetu.centre.audit.guards import REQUESTS
from biosetu.centre.striking import EVERY, KEPT, WHOLE, exceptions, searched, tables, texts_of

TABLES = {one._meta.label: one for one in tables()}


def test_every_exception_is_a_table_and_a_column_that_there_are_and_is_reasoned():
    for one in exceptions():
        assert one.how in (KEPT, WHOLE)
        assert one.reason
        if one.table != EVERY:
            assert one.column == EVERY or one.column in texts_of(TABLES[one.table]), one


def test_every_other_text_is_searched():
    for label, model in TABLES.items():
        kept = {one.column for one in exceptions() if one.table == label and one.how == KEPT}
        assert set(texts_of(model)) - set(searched(model)) == (set(texts_of(model)) if EVERY in kept else kept), label


@pytest.mark.parametrize("guarded", REQUESTS, ids=lambda one: one.table)
def test_what_stands_for_good_lets_people_and_names_be_taken_out(guarded):
    model = next(one for one in TABLES.values() if one._meta.db_table == guarded.table)
    people = {
        one.column
        for one in model._meta.concrete_fields
        if one.many_to_one and "account" in str(one.related_model).casefold()
    }
    assert people <= set(guarded.people)
    assert set(guarded.texts) <= set(searched(model))
    codes = {"verb", "before", "after", "ball", "role", "what", "status"}
    assert set(searched(model)) - codes <= set(guarded.texts)
