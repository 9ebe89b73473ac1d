from biosetu.cooperation import Request
from biosetu.cooperation.duplicates import alike


def test_alike_finds_the_same_request_in_other_words_and_names_what_they_share():
    mine = Request("a", text="help with a red list of ecosystems for wetlands", party="NPL", targets=("1", "2"))
    same = Request("b", text="red list of ecosystems, wetlands: help needed", party="NPL", targets=("1",))
    other = Request("c", text="training of customs officers on wildlife trade", party="NPL", targets=("5",))
    (found,) = alike(mine, [same, other, mine])
    assert (found.request, found.shared, found.same_party) == ("b", ("targets:1",), True)
    assert found.closeness > 0.5


def test_alike_of_nothing_is_nothing():
    assert alike(Request("a", text="x"), []) == ()
