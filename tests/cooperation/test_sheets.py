"""Sheets of forms: headings in both languages, one record upright, plain dates and digits, what a sheet changes."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.cooperation.forms import form
from biosetu.cooperation.sheets import changed, columns_of, empty_sheet, filled_sheet, rows_of, wrong
from biosetu.problems import DataError
from biosetu.translation import LANGUAGES, translations

FORMS = ("request", "provider", "solution", "guidance", "answer", "opportunity")


def sheet(**columns):
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_of_every_empty_sheet_name_every_field_once(name, language):
    known, headings = columns_of(name), empty_sheet(name, translations(language).gettext).column_names
    assert [known[heading.casefold()] for heading in headings] == [field.field for field in form(name)]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_form_reads_back_as_it_was(name, language):
    values = {field.field: f"x {place}" for place, field in enumerate(form(name)) if field.kind in ("text", "long")}
    out = filled_sheet(name, translations(language).gettext, values, "2026-00007")
    read = rows_of(name, out, range(2, out.num_rows + 2))
    assert read == [(2, {"reference": "2026-00007", **values})]


def test_headings_in_either_language_and_empty_cells_left_out():
    arabic = translations("ar").gettext("Title")
    read = rows_of("solution", sheet(**{arabic: ["Springs", ""], "Problem": ["", "Dry"]}), (2, 5))
    assert read == [(2, {"title": "Springs"}), (5, {"problem": "Dry"})]


@pytest.mark.parametrize("columns", [{"colour": ["red"]}, {"title": ["a"], "Title": ["b"]}])
def test_a_heading_that_means_nothing_or_stands_twice_is_refused(columns):
    with pytest.raises(DataError, match="two columns"):
        rows_of("solution", sheet(**columns), (2,))


def test_digits_dates_and_lists_are_made_plain():
    written = {"needed_by": "٢٠٢٧-٠٦-٣٠", "start": "2027-01-31T00:00:00", "targets": "1؛ 2", "what": "٣ أنهار"}
    read = rows_of("request", sheet(**{name: [value] for name, value in written.items()}), (2,))
    assert read == [(2, {"needed_by": "2027-06-30", "start": "2027-01-31", "targets": "1; 2", "what": "٣ أنهار"})]


def test_wrong_names_unknown_parties_and_what_must_not_be_empty():
    found = [(one.row, one.column) for one in wrong("provider", 7, {"party": "QQQ", "subjects": "magic"})]
    assert sorted(found) == [(7, "name"), (7, "party"), (7, "subjects")]
    assert wrong("request", 2, {"what": "x", "reference": "2026-00001"}) == ()


@given(
    st.dictionaries(st.sampled_from("abc"), st.text(max_size=3)),
    st.dictionaries(st.sampled_from("abc"), st.text(min_size=1, max_size=3)),
)
def test_what_changed_names_makes_the_difference(before, after):
    told = changed(before, after)
    assert {**before, **{name: after[name] for name in told}} == {**before, **after}
    assert all(after[name] != before.get(name, "") for name in told)
