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


def test_match_files_refuses_names_where_codes_are_due(tmp_path):
    (tmp_path / "r.csv").write_text("request,party,targets,languages\na,Nepal,Target 2,English\n", encoding="utf-8")
    (tmp_path / "p.csv").write_text("provider,ecosystems,actions\nx,T1.1,1\ny,mangroves,77.7\n", encoding="utf-8")
    for first, second, wrong in (
        ("r.csv", "p.csv", [(2, "languages", "English"), (2, "party", "Nepal"), (2, "targets", "Target 2")]),
        ("good.csv", "p.csv", [(3, "actions", "77.7"), (3, "ecosystems", "mangroves")]),
    ):
        (tmp_path / "good.csv").write_text("request,party\na,NPL\n", encoding="utf-8")
        with pytest.raises(DataError) as caught:
            match_files(tmp_path / first, tmp_path / second)
        assert [(one.row, one.column, one.value) for one in caught.value.problems] == wrong


def test_match_files_reports_progress(files):
    seen = []
    match_files(*files(), progress=lambda done, total, label="": seen.append((done, total)))
    assert seen[0] == (0, 3)
    assert seen[-1] == (3, 3)


class Reader:
    languages = frozenset({"en"})

    def encode(self, texts):
        return [[float("forest" in text or "red list" in text.casefold()), 1.0] for text in texts]


def reader(path):
    return Reader()


def test_the_operators_model_is_used_where_the_settings_name_one(files, monkeypatch):
    before = {row["provider"]: row["score"] for row in match_files(*files()).to_pylist() if row["request"] == "NPL-1"}
    monkeypatch.setenv("BIOSETU_EMBEDDER", f"{__name__}:reader")
    monkeypatch.setenv("BIOSETU_EMBEDDER_PATH", "model")
    after = {row["provider"]: row["score"] for row in match_files(*files()).to_pylist() if row["request"] == "NPL-1"}
    assert after["a"] > before["a"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("component,weight\ntext,2\n", "text"), ("component,weight\nluck,0.1\n", "luck"), ("part,weight\n,\n", "column")],
)
def test_weights_of_a_centre_that_cannot_be_are_named(files, tmp_path, text, problem):
    (tmp_path / "w.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=problem):
        match_files(*files(), weights=tmp_path / "w.csv")


def test_weights_of_a_centre_change_the_order(files, tmp_path):
    (tmp_path / "w.csv").write_text("component,weight\nexpertise,0\ntext,0\nregion,0\nlanguage,1\n", encoding="utf-8")
    first = {row["request"]: row["provider"] for row in match_files(*files(), weights=tmp_path / "w.csv").to_pylist()
             if row["rank"] == 1}  # fmt: skip
    rows = match_files(*files(), weights=tmp_path / "w.csv").to_pylist()
    scores = {row["provider"]: row["score"] for row in rows if row["request"] == "NPL-1"}
    assert first["JOR-1"] == "b"
    assert scores["a"] == pytest.approx((2 / 3 * 1 + 1 * 0.05) / 1.05, abs=1e-6)
