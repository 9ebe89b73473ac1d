"""The book says what the code does."""

import re
from pathlib import Path

from biosetu.centre import checks
from biosetu.centre.environment import VARIABLES
from biosetu.centre.evidence.states import transitions

BOOK = (Path(__file__).parents[2] / "docs" / "centre.md").read_text(encoding="utf-8")


def rows(header):
    start = BOOK.index(header)
    lines = BOOK[start:].split("\n\n", 1)[0].splitlines()[2:]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def test_every_setting_is_documented_as_it_is():
    expected = [(f"`{v.name}`", f"`{v.default}`" if v.default else "", v.purpose) for v in VARIABLES.values()]
    assert rows("| variable | default |") == expected


def test_every_check_is_documented():
    source = Path(checks.__file__).read_text(encoding="utf-8")
    assert sorted(name.strip("`") for name, _ in rows("| check | says |")) == sorted(
        set(re.findall(r'id="(biosetu\.[EW]\d+)"', source))
    )


def test_states_are_documented_line_by_line():
    expected = [(t.machine, t.state, t.verb, t.who, t.guard, t.next) for t in transitions()]
    assert rows("| machine | state | verb |") == expected
