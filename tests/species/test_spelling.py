import pytest

from biosetu.species.spelling import category


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Endangered (EN)", "EN"),
        ("Critically Endangered [CR]", "CR"),
        ("CR(PE)", "CR(PE)"),
        ("Endangered (CR)", None),
        ("Rare (R)", None),
        ("Rare (EN)", None),
    ],
)
def test_category_with_its_code_in_brackets_is_read_and_another_code_refused(text, expected):
    assert category(text) == expected
