"""The matching job from files to the table that the contract names."""

import pytest

from biosetu.jobs.matching import SCHEMA, match_files
from biosetu.problems import DataError

REQUESTS = """request,title,text,party,region,organization,targets,languages,chosen
NPL-1,Red List of Ecosystems,assess ecosystems by the red list criteria,NPL,Southern Asia,DNPWC,1;2,en;ne,
JOR-1,استعادة المراعي,إعادة تأهيل المراعي بنظام الحمى,JOR,Western Asia,RSCN,2;22,ar,{chosen}
"""
PROVIDERS = """provider,party,region,organization,targets,languages,capacity,work
a,LKA,Southern Asia,Uni A,1;2,en,{capacity},red list criteria for ecosystems|forest inventory
b,JOR,Western Asia,Hima Institute,2;22,ar;en,1,إدارة المراعي بالحمى
c,NPL,Southern Asia,DNPWC,1;2,ne;en,1,ecosystems of Nepal
"""


@pytest.fixture
def files(tmp_path):
    def make(chosen="", capacity="1"):
        (tmp_path / "r.csv").write_text(REQUESTS.format(chosen=chosen), encoding="utf-8")
        (tmp_path / "p.csv").write_text(PROVIDERS.format(capacity=capacity), encoding="utf-8")
        return tmp_path / "r.csv", tmp_path / "p.csv"

    return make


def assigned(table):
    return {row["request"]: row["provider"] for row in table.to_pylist() if row["assigned"]}


def test_match_files_gives_the_columns_of_the_contract(files):
    table = match_files(*files())
    assert table.schema == SCHEMA
    assert assigned(table) == {"NPL-1": "a", "JOR-1": "b"}
    assert "c" not in {row["provider"] for row in table.to_pylist() if row["request"] == "NPL-1"}


def test_match_files_keeps_the_officers_choice_and_solves_around_it(files):
    assert assigned(match_files(*files(chosen="a"))) == {"NPL-1": "b", "JOR-1": "a"}


def test_match_files_a_chosen_provider_outside_the_shortlist_is_listed(files):
    table = match_files(*files(chosen="c"), most=1)
    rows = [row for row in table.to_pylist() if row["request"] == "JOR-1"]
    assert [(row["rank"], row["provider"], row["assigned"]) for row in rows] == [(1, "b", False), (2, "c", True)]


def test_match_files_names_file_row_and_column_of_every_problem(files):
    with pytest.raises(DataError) as caught:
        match_files(*files(chosen="nobody"))
    (problem,) = caught.value.problems
    assert (problem.file.endswith("r.csv"), problem.row, problem.column, problem.value) == (True, 3, "chosen", "nobody")
    with pytest.raises(DataError) as caught:
        match_files(*files(capacity="many"))
    assert [(p.row, p.column, p.value) for p in caught.value.problems] == [(2, "capacity", "many")]


def test_match_files_reports_progress(files):
    seen = []
    match_files(*files(), progress=lambda done, total, label="": seen.append((done, total)))
    assert seen[0] == (0, 3)
    assert seen[-1] == (3, 3)
