"""Conflicts of interest: every kind in every scope of the policy table, and what is none."""

import pytest

from biosetu.cooperation import Provider, Request, find_conflicts, fit, shortlist
from biosetu.cooperation.conflicts import policy
from biosetu.framework import parties

YEAR = 2026
# (kind, scope): what the request says, what the provider says, whether the pair is barred
CASES = {
    ("same_organization", "organization"): ({"organization": "DNPWC"}, {"organization": "dnpwc"}, True),
    ("same_ministry", "ministry"): ({"ministry": "Ministry of Water"}, {"ministry": "Ministry  of water"}, True),
    ("same_ministry", "organization"): ({"organization": "Ministry of Water"}, {"ministry": "Ministry of Water"}, True),
    ("same_organization", "ministry"): ({"ministry": "Ministry of Water"}, {"name": "Ministry of Water"}, True),
    ("supervisor", "contacts"): ({"contacts": ("A. Rai",)}, {"supervisors": ("a. rai",)}, True),
    ("supervisor", "supervisors"): ({"supervisors": ("B. Lama",)}, {"contacts": ("B. Lama",)}, True),
    ("declared_interest", "organization"): ({"organization": "DNPWC"}, {"interests": ("X", "DNPWC")}, True),
    ("declared_interest", "ministry"): ({"ministry": "Ministry of Water"}, {"interests": ("Ministry of Water",)}, True),
    ("declared_interest", "party"): ({"party": "NPL"}, {"interests": ("npl",)}, True),
    ("declared_interest", "request"): ({}, {"interests": ("2026-00001",)}, True),
    ("funder", "funders"): ({"funders": ("Fund X", "Fund Y")}, {"funders": ("Fund Y",)}, False),
    ("joint_work", "organization"): ({"organization": "DNPWC"}, {"joint_work": ("DNPWC:2024",)}, False),
    ("joint_work", "ministry"): ({"ministry": "Ministry of Water"}, {"joint_work": ("Ministry of Water:2026",)}, False),
    ("joint_work", "joint_work"): ({"joint_work": ("Hill Institute:2025",)}, {"name": "Hill Institute"}, False),
}


def pair(asked, offered):
    request = Request("2026-00001", targets=("1",), **asked)
    return request, Provider("p", targets=("1",), **offered)


def test_every_row_of_the_policy_table_is_tested():
    assert {(row.kind, row.scope): row.excludes for row in policy()} == {
        key: excludes for key, (_, _, excludes) in CASES.items()
    }


@pytest.mark.parametrize(("kind", "scope"), CASES)
def test_conflict_excludes_or_warns_as_the_table_says(kind, scope):
    asked, offered, excludes = CASES[kind, scope]
    request, provider = pair(asked, offered)
    found = find_conflicts([request], [provider, Provider("q", targets=("1",))], YEAR)
    assert {place: [(one.kind, one.scope, one.excludes) for one in rows] for place, rows in found.items()} == {
        (0, 0): [(kind, scope, excludes)]
    }
    matched = fit([request], [provider, Provider("q", targets=("1",))], YEAR)
    listed = [matched.providers[column].provider for column in shortlist(matched, 0, 5)]
    assert listed == (["q"] if excludes else ["p", "q"])


@pytest.mark.parametrize(("kind", "scope"), CASES)
def test_another_name_is_no_conflict(kind, scope):
    asked, offered, _ = CASES[kind, scope]
    other = {
        name: tuple(f"other {one}" for one in value) if isinstance(value, tuple) else f"other {value}"
        for name, value in offered.items()
    }
    request, provider = pair(asked, other)
    assert find_conflicts([request], [provider], YEAR) == {}


@pytest.mark.parametrize("said", ["NPL", "Nepal", "nepal ", parties()["NPL"].name("ar")])
@pytest.mark.parametrize("where", [{"party": "NPL"}, {"party": "BTN", "other_parties": ("LKA", "NPL")}])
def test_an_interest_in_a_party_is_found_by_code_and_by_name_wherever_the_party_stands(said, where):
    request, provider = pair(where, {"interests": (said,)})
    assert [one.scope for one in find_conflicts([request], [provider], YEAR)[0, 0]] == ["party"]


def test_a_home_in_the_party_is_no_declared_interest():
    request, provider = pair({"party": "NPL"}, {"party": "NPL", "parties": ("NPL",)})
    assert find_conflicts([request], [provider], YEAR) == {}


@pytest.mark.parametrize(("entry", "recent"), [("D:2024", True), ("D:2023", False), ("D", False), ("D: 2026", True)])
def test_joint_work_counts_for_three_years(entry, recent):
    request, provider = pair({"organization": "D"}, {"joint_work": (entry,)})
    assert bool(find_conflicts([request], [provider], YEAR)) is recent


def test_empty_cells_on_both_sides_are_no_conflict():
    assert find_conflicts([Request("r")], [Provider("p", interests=(" ",), funders=("",))], YEAR) == {}
