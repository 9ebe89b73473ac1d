import pyarrow as pa
import pytest

from biosetu.problems import DataError
from biosetu.species.history import (
    Change,
    back_cast,
    comparable,
    counted,
    driven_by,
    read_changes,
    read_histories,
)
from biosetu.species.spelling import category
from biosetu.species.tables import rows


def long(*records, names=("taxon", "year", "category", "class")):
    return pa.table({name: [str(record[k]) for record in records] for k, name in enumerate(names[: len(records[0])])})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Critically Endangered (Possibly Extinct)", "CR(PE)"),
        ("CR (PE)", "CR(PE)"),
        ("cr[pew]", "CR(PEW)"),
        ("LR/nt", "NT"),
        ("Lower Risk/conservation dependent", "NT"),
        ("least_concern", "LC"),
        ("EN°", "EN"),
        (" vulnerable ", "VU"),
        ("LR", None),
        ("threatened", None),
        ("", None),
    ],
)
def test_spellings_of_categories(text, expected):
    assert category(text) == expected


def test_every_spelling_of_the_table_is_read_and_sourced():
    table = rows("category_spellings.csv")
    assert all(category(row["spelling"]) == row["category"] and row["reference"] for row in table)
    assert len({category(row["spelling"]) for row in table}) == 13


def test_groups_and_years_are_found():
    records = [("a", 2000, "LC", "Birds"), ("a", 2010, "NT", "Birds"), ("b", 2005, "EN", "Bees")]
    histories, _ = read_histories(long(*records), ["class"])
    assert [(h.group, h.taxa, h.years) for h in histories] == [("Bees", ["b"], [2005]), ("Birds", ["a"], [2000, 2010])]


def test_missing_assessments_take_the_nearest_and_are_counted():
    history = read_histories(long(("a", 2000, "LC"), ("a", 2010, "EN"), ("b", 2005, "VU")))[0][0]
    assert history.categories.tolist() == [["LC", "LC", "EN"], ["VU", "VU", "VU"]]
    assert history.carried.sum(axis=0).tolist() == [1, 1, 1]


def test_left_out_are_counted_by_reason():
    records = [
        ("gone", 2000, "EX"),
        ("later", 2000, "CR"),
        ("later", 2010, "EX"),
        ("na", 2010, "NA"),
        ("re", 2000, "RE"),
    ]
    history = counted(read_histories(long(*records))[0][0])
    assert history.taxa == ["later", "re"]
    assert history.left_out == {"not_evaluated": 1, "extinct_at_first": 1}
    national = counted(read_histories(long(*records), gone=frozenset({"EX", "RE"}))[0][0])
    assert national.taxa == ["later"]
    assert national.left_out == {"not_evaluated": 1, "extinct_at_first": 2}


def test_bad_rows_are_all_listed():
    with pytest.raises(DataError) as error:
        read_histories(long(("a", 2000, "threatened"), ("", 2000, "LC"), ("b", "last", "LC")), file="h.csv")
    assert [(p.row, p.code) for p in error.value.problems] == [(2, "category"), (3, "taxon"), (4, "year")]


def test_two_categories_in_one_year_are_refused():
    with pytest.raises(DataError, match="already has the category LC"):
        read_histories(long(("a", 2000, "LC"), ("a", 2000, "EN")))
    assert read_histories(long(("a", 2000, "LC"), ("a", 2000, "least concern")))[0][0].taxa == ["a"]


def test_red_list_export_is_read_as_it_is():
    table = pa.table(
        {
            "scientificName": ["A b", "C d"],
            "redlistCategory": ["Critically Endangered", "Lower Risk/least concern"],
            "yearPublished": ["2020", "2020"],
            "possiblyExtinct": ["true", "false"],
            "possiblyExtinctInTheWild": ["false", "false"],
        }
    )
    assert read_histories(table)[0][0].categories.tolist() == [["CR(PE)"], ["LC"]]


def test_back_casting_undoes_genuine_change_alone():
    history = read_histories(
        long(("a", 2000, "LC"), ("a", 2010, "VU"), ("a", 2020, "EN"), ("b", 2000, "LC"), ("b", 2020, "CR"))
    )[0][0]
    cast, warnings = back_cast(history, [Change("a", 2020, "VU", "EN")])
    assert cast.categories.tolist() == [["VU", "VU", "EN"], ["CR", "CR", "CR"]]
    assert warnings == []
    twice, _ = back_cast(history, [Change("a", 2020, "VU", "EN"), Change("a", 2010, "NT", "VU")])
    assert twice.categories.tolist()[0] == ["NT", "VU", "EN"]


def test_changes_that_do_not_fit_are_warned_of_and_left_out():
    history = read_histories(long(("a", 2000, "LC"), ("a", 2010, "VU")))[0][0]
    cast, warnings = back_cast(history, [Change("a", 2005, "LC", "VU"), Change("a", 2010, "LC", "EN"),
                                         Change("unknown", 2010, "LC", "VU")])  # fmt: skip
    assert len(warnings) == 2
    assert cast.categories.tolist() == [["VU", "VU"]]


def test_genuine_extinction_after_the_first_assessment_stays():
    history = read_histories(long(("a", 2000, "CR"), ("a", 2010, "EX")))[0][0]
    cast, _ = back_cast(history, [Change("a", 2010, "CR", "EX")])
    assert cast.categories.tolist() == [["CR", "EX"]]
    assert counted(cast).taxa == ["a"]
    assert counted(back_cast(history, [])[0]).taxa == []


@pytest.mark.parametrize("first", ["EX", "NE", "NA"])
def test_first_category_that_knowledge_changed_leaves_no_taxon_out_of_a_back_cast_history(first):
    history = read_histories(long(("a", 2000, first), ("a", 2010, "CR"), ("b", 2000, "LC"), ("b", 2010, "NE")))[0][0]
    assert counted(history).left_out == {"not_evaluated": 1 + (first != "EX"), "extinct_at_first": int(first == "EX")}
    cast = counted(back_cast(history, [])[0])
    assert (cast.taxa, cast.categories.tolist()) == (["a"], [["CR", "CR"]])
    assert cast.left_out == {"not_evaluated": 1, "extinct_at_first": 0}


def test_rows_that_name_no_group_are_told():
    records = [("a", 2000, "LC", "Birds"), ("b", 2000, "CR", " "), ("c", 2000, "VU", ";")]
    records.append(("d", 2000, "VU", "Bees;Birds"))
    histories, warnings = read_histories(long(*records), ["class"], "h.csv")
    assert [history.taxa for history in histories] == [["d"], ["a", "d"]]
    assert [(each.code, each.file, each.column, each.value) for each in warnings] == [("group", "h.csv", "class", "2")]
    assert read_histories(long(*records), [])[1] == []


def test_changes_are_read_or_refused_by_row():
    names = ("taxon", "year", "from", "to")
    assert read_changes(long(("a", 2010, "lc", "Vulnerable"), names=names)) == [Change("a", 2010, "LC", "VU")]
    with pytest.raises(DataError, match="row 2"):
        read_changes(long(("a", 2010, "fine", "VU"), names=names))
    with pytest.raises(DataError, match="no column from"):
        read_changes(pa.table({"taxon": ["a"], "year": ["2000"]}))


@pytest.mark.parametrize(
    ("drivers", "kept"),
    [
        (("9",), ["a"]),
        (("9.1",), ["a"]),
        (("9.1.1",), []),
        (("8.1",), ["b"]),
        (("8_1",), ["b"]),
        (("5", "9"), ["a", "c"]),
        ((), []),
    ],
)
def test_changes_by_what_drove_them(drivers, kept):
    """A code holds those below it; a change of unknown cause belongs to no driver."""
    changes = [
        Change("a", 2010, "LC", "NT", ("2", "9.1")), Change("b", 2010, "LC", "NT", ("8.1.2",)),
        Change("c", 2010, "LC", "NT", ("5.4.1",)), Change("d", 2010, "LC", "NT"),
    ]  # fmt: skip
    assert [change.taxon for change in driven_by(changes, drivers)] == kept


def test_drivers_are_read_with_the_genuine_changes():
    table = pa.table({"taxon": ["a"], "year": ["2010"], "from": ["LC"], "to": ["VU"], "driver": ["9.1; 5.4.1"]})
    assert read_changes(table) == [Change("a", 2010, "LC", "VU", ("5.4.1", "9.1"))]


def parts(*records, gone=frozenset({"EX", "RE"})):
    (history,), _ = read_histories(long(*records), gone=gone)
    found, warnings = comparable(history, "h.csv")
    return [(part.years, part.taxa) for part in found], warnings


def test_lists_of_the_same_taxa_are_one_history():
    same = [("a", 2000, "LC"), ("b", 2000, "DD"), ("a", 2010, "VU"), ("b", 2010, "NT")]
    assert parts(*same) == ([([2000, 2010], ["a", "b"])], [])


@pytest.mark.parametrize("other", [("c", 2010, "LC"), ("c", 2000, "EN")])
def test_a_taxon_of_one_list_alone_keeps_the_lists_apart(other):
    both = [("a", 2000, "LC"), ("a", 2010, "VU")]
    found, (warning,) = parts(*both, other)
    assert found == [([year], sorted({"a", *([other[0]] if other[1] == year else [])})) for year in (2000, 2010)]
    assert (warning.code, warning.value) == ("comparable", "all, 1: c")


def test_a_taxon_not_evaluated_in_one_list_keeps_the_lists_apart():
    found, warnings = parts(("a", 2000, "LC"), ("a", 2010, "LC"), ("b", 2000, "NE"), ("b", 2010, "VU"))
    assert [years for years, _taxa in found] == [[2000], [2010]]
    assert len(warnings) == 1


@pytest.mark.parametrize("never", [("c", 2010, "NA"), ("c", 2000, "RE"), ("c", 2010, "RE")])
def test_taxa_that_never_count_do_not_keep_lists_apart(never):
    assert parts(("a", 2000, "LC"), ("a", 2010, "VU"), never) == ([([2000, 2010], ["a", "c"])], [])


def test_of_three_lists_the_two_of_the_same_taxa_are_one_history():
    records = [("a", 2000, "LC"), *((taxon, year, "VU") for taxon in "ab" for year in (2010, 2020))]
    assert parts(*records)[0] == [([2000], ["a"]), ([2010, 2020], ["a", "b"])]


def test_a_newest_list_that_holds_all_is_carried_back_by_genuine_changes():
    (history,), _ = read_histories(long(("a", 2000, "LC"), ("a", 2010, "VU"), ("b", 2010, "NT")))
    cast, _ = back_cast(history, [])
    assert comparable(cast) == ([cast], [])
    (history,), _ = read_histories(long(("a", 2000, "LC"), ("a", 2010, "VU"), ("b", 2000, "NT")))
    cast, _ = back_cast(history, [])
    assert [part.years for part in comparable(cast)[0]] == [[2000], [2010]]


def test_a_threat_found_later_does_not_hide_the_decline_before_it():
    """By hand: a (LC, then EN) and b (VU) are both driven by 5; of a this was written only once it was EN."""
    records = [("a", 2000, "LC", ""), ("a", 2010, "EN", "5"), ("b", 2000, "VU", "5"), ("b", 2010, "VU", "5")]
    (history,), warnings = read_histories(long(*records), ["class"])
    assert history.categories.tolist() == [["LC", "EN"], ["VU", "VU"]]
    assert not history.carried.any()
    assert warnings == []


def test_groups_of_the_newest_year_count_for_all_and_are_told():
    records = [("a", 2000, "LC", "2"), ("a", 2010, "EN", "5"), ("a", 2010, "EN", "8;9")]
    histories, (told,) = read_histories(long(*records), ["class"])
    assert [(h.part, h.categories.tolist()) for h in histories] == [(part, [["LC", "EN"]]) for part in "589"]
    assert (told.code, told.value) == ("moved", "1: a")


def test_a_taxon_without_a_group_in_any_year_is_told_by_its_rows():
    records = [("a", 2000, "LC", ""), ("a", 2010, "EN", ""), ("b", 2000, "VU", "5")]
    histories, (told,) = read_histories(long(*records), ["class"])
    assert [h.taxa for h in histories] == [["b"]]
    assert (told.code, told.value) == ("group", "2")
