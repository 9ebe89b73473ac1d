import csv
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from biosetu.cli.main import run as biosetu
from biosetu.jobs.species_index import IndexRequest, compute_index
from biosetu.species.red_list_index import Kind, Options

HISTORY = """taxon,year,category,class,share
a,2000,LC,Birds,0.5
a,2010,NT,Birds,0.5
b,2000,EN,Birds,0.1
b,2010,CR(PE),Birds,0.1
c,2000,VU,Bees,
c,2010,VU,Bees,
"""


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text(HISTORY, encoding="utf-8")
    return path


def rows(path):
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_contract_columns_and_warning_about_mixed_change(history, tmp_path, capsys):
    assert biosetu(["species", "index", str(history), "--by", "class", "--out", str(tmp_path / "o.csv")]) == 0
    found = rows(tmp_path / "o.csv")
    assert list(found[0])[:7] == ["group", "year", "value", "lower", "upper", "taxa", "data_deficient"]
    assert [(r["group"], r["year"], float(r["value"])) for r in found] == [
        ("Bees", "2000", 0.6), ("Bees", "2010", 0.6), ("Birds", "2000", 0.7), ("Birds", "2010", pytest.approx(0.4))
    ]  # fmt: skip
    assert "mixed with genuine change" in capsys.readouterr().err


def test_weights_column_makes_the_disaggregated_index(history):
    table = compute_index(IndexRequest(history, weights="share", options=Options(Kind.SHARED))).table
    assert table.column("value").to_pylist() == pytest.approx([1 - 0.3 / 3, 1 - (0.5 + 0.5) / 3])
    assert set(table.column("series").to_pylist()) == {"rli-disaggregated/1"}


def test_two_national_indices_are_never_mixed(history):
    assert biosetu(["species", "index", str(history), "--national", "--weights", "share"]) == 2


def test_genuine_changes_replace_raw_history(history, tmp_path):
    changes = tmp_path / "g.csv"
    changes.write_text("taxon,year,from,to\nb,2010,EN,CR(PE)\n", encoding="utf-8")
    result = compute_index(IndexRequest(history, genuine=changes))
    assert result.table.column("value").to_pylist() == pytest.approx([1 - (1 + 3 + 2) / 15, 1 - (1 + 5 + 2) / 15])
    assert result.warnings == []


def test_taxon_thought_extinct_or_not_evaluated_at_first_counts_once_genuine_change_is_known(tmp_path):
    """By hand: neither change is genuine, so CR (4) and VU (2) hold in both years, beside LC (0)."""
    history, changes = tmp_path / "h.csv", tmp_path / "g.csv"
    lines = ["a,2000,EX", "a,2010,CR", "b,2000,NE", "b,2010,VU", "c,2000,LC", "c,2010,LC"]
    history.write_text("taxon,year,category\n" + "\n".join(lines) + "\n", encoding="utf-8")
    changes.write_text("taxon,year,from,to\n", encoding="utf-8")
    made = compute_index(IndexRequest(history, genuine=changes)).table
    assert made.column("value").to_pylist() == pytest.approx([1 - 6 / 15] * 2)
    assert made.column("left_out").to_pylist() == [0, 0]
    as_published = compute_index(IndexRequest(history)).table
    assert (as_published.column("taxa").to_pylist(), as_published.column("left_out").to_pylist()) == ([1, 1], [2, 2])


DISJOINT = """taxon,year,category,class
a,2000,LC,Birds
b,2000,VU,Birds
c,2010,LC,Birds
d,2010,EN,Birds
e,2000,LC,Bees
e,2010,VU,Bees
f,2000,LC,Bees
f,2010,LC,Bees
"""


@pytest.fixture
def disjoint(tmp_path):
    (tmp_path / "h.csv").write_text(DISJOINT, encoding="utf-8")
    return str(tmp_path / "h.csv")


def test_national_lists_of_other_taxa_are_baselines_each_of_its_own(disjoint, tmp_path, capsys):
    """By hand: birds 1 − 2/10 in 2000 and 1 − 3/10 in 2010, of other taxa; bees 1 and 1 − 2/10, of the same."""
    out = tmp_path / "o.csv"
    asked = ["species", "index", disjoint, "--national", "--by", "class", "--aggregate", "--out", str(out)]
    assert biosetu(asked) == 0
    found = [(r["group"], r["year"], float(r["value"]), r["taxa"], r["status"], r["filled"]) for r in rows(out)]
    assert found == [
        ("Bees", "2000", 1.0, "2", "assessment", "0"),
        ("Bees", "2010", pytest.approx(0.8), "2", "assessment", "0"),
        ("Birds", "2000", pytest.approx(0.8), "2", "baseline only", "0"),
        ("Birds", "2010", pytest.approx(0.7), "2", "baseline only", "0"),
    ]
    said = capsys.readouterr().err
    assert "did not assess the same taxa" in said
    assert "Birds, 4: a, b, c, d" in said
    assert "their nearest category was used" not in said


def test_global_histories_of_other_taxa_stay_one_series(disjoint):
    found = compute_index(IndexRequest(Path(disjoint), ["class"])).table
    assert set(found.column("status").to_pylist()) == {"assessment"}


def test_baselines_are_joined_by_no_line_and_no_series(disjoint, tmp_path):
    made, plot = tmp_path / "o.parquet", tmp_path / "c.svg"
    asked = ["species", "index", disjoint, "--national", "--by", "class", *ORIGIN]
    assert biosetu([*asked, "--only", "class=Birds", "--indicator", "9.CT.1", "--observations", str(made),
                    "--plot", str(plot)]) == 0  # fmt: skip
    assert {(row["year"], row["series"]) for row in pq.read_table(made).to_pylist()} == {
        (2000, "rli-national-baseline-2000/1"), (2010, "rli-national-baseline-2010/1")
    }  # fmt: skip
    newest, alone = tmp_path / "newest.csv", tmp_path / "n.svg"
    newest.write_text("taxon,year,category\nc,2010,LC\nd,2010,EN\n", encoding="utf-8")
    assert biosetu(["species", "index", str(newest), "--national", "--plot", str(alone)]) == 0
    assert plot.read_bytes() == alone.read_bytes()


def test_categories_behind_lists_apart_are_those_of_the_newest(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text("taxon,year,category\na,2000,LC\na,2010,VU\nb,2010,EN\n", encoding="utf-8")
    found = compute_index(IndexRequest(path, options=Options(Kind.NATIONAL))).categories.to_pylist()
    assert [(row["year"], row["category"], row["taxa"]) for row in found] == [(2010, "EN", 1), (2010, "VU", 1)]


@pytest.mark.parametrize("asked", [["--aggregate"], ["--annual", "2000-2010"]])
def test_baselines_are_in_no_mean_and_no_yearly_series(disjoint, tmp_path, asked):
    out = tmp_path / "o.csv"
    assert biosetu(["species", "index", disjoint, "--national", "--by", "class", *asked, "--out", str(out)]) == 0
    assert {row["group"] for row in rows(out) if row["status"] != "baseline only"} == {"Bees"}


def test_unknown_categories_are_refused_by_row(tmp_path, capsys):
    path = tmp_path / "h.csv"
    path.write_text("taxon,year,category\na,2000,LC\nb,2000,Rare\n", encoding="utf-8")
    assert biosetu(["species", "index", str(path)]) == 1
    assert "row 3, column category" in capsys.readouterr().err


def test_index_for_each_party_from_shares(history, tmp_path):
    shares = tmp_path / "s.csv"
    shares.write_text("party,taxon,share\nNPL,a,0.2\nNPL,b,0.3\nBTN,c,1\n", encoding="utf-8")
    table = compute_index(IndexRequest(history, shares=shares, options=Options(Kind.SHARED))).table
    found = {(r["party"], r["year"]): r["value"] for r in table.to_pylist()}
    assert found == {
        ("BTN", 2000): pytest.approx(0.6), ("BTN", 2010): pytest.approx(0.6),
        ("NPL", 2000): pytest.approx(1 - 0.9 / 2.5), ("NPL", 2010): pytest.approx(1 - 1.7 / 2.5),
    }  # fmt: skip


def test_observations_and_chart_are_written(history, tmp_path):
    out = [str(tmp_path / name) for name in ("o.parquet", "c.svg", "i.csv")]
    code = biosetu(["species", "index", str(history), "--observations", out[0], "--party", "NPL", "--vintage", "2010",
                    "--holder", "IUCN", "--licence", "own copy", "--plot", out[1], "--out", out[2]])  # fmt: skip
    assert code == 0
    made = pq.read_table(out[0]).to_pylist()
    assert [(r["party"], r["indicator"], r["year"], r["status"]) for r in made] == [
        ("NPL", "A.3", 2000, "computed"), ("NPL", "A.3", 2010, "computed")
    ]  # fmt: skip
    assert made[0]["inputs"].startswith("h.csv sha256:")
    assert (tmp_path / "c.svg").read_text().count("<svg") == 1


def test_observations_need_party_and_vintage(history, tmp_path):
    assert biosetu(["species", "index", str(history), "--observations", str(tmp_path / "o.csv")]) == 2


def test_many_parties_and_groups_have_every_year_and_ordered_limits(tmp_path):
    random = np.random.default_rng(1)
    n, order = 600, np.array(["LC", "NT", "VU", "EN", "CR", "DD"])
    first = random.choice(6, n, p=[0.5, 0.1, 0.1, 0.1, 0.05, 0.15])
    later = np.where(first < 4, np.minimum(first + (random.uniform(size=n) < 0.1), 4), first)
    taxa = np.array([f"t{i}" for i in range(n)])
    group = random.integers(0, 5, n).astype(str)
    history = {"taxon": np.tile(taxa, 2), "year": np.repeat([2000, 2020], n), "class": np.tile(group, 2)}
    pq.write_table(
        pa.table(history | {"category": np.concatenate((order[first], order[later]))}), tmp_path / "h.parquet"
    )
    party = [f"P{p:02d}" for p in np.repeat(np.arange(12), 100)]
    taxon = taxa[np.concatenate([random.choice(n, 100, replace=False) for _ in range(12)])]
    shares = {"party": party, "taxon": taxon, "share": random.uniform(size=taxon.size)}
    pq.write_table(pa.table(shares), tmp_path / "s.parquet")
    options = Options(Kind.SHARED, annual=(2000, 2024), aggregate=True)
    request = IndexRequest(tmp_path / "h.parquet", ["class"], shares=tmp_path / "s.parquet", options=options)
    table = compute_index(request).table
    assert table.num_rows == 12 * 6 * 25
    assert np.all(np.asarray(table.column("lower")) <= np.asarray(table.column("upper")))


DRIVEN = """taxon,year,category,class,use
a,2000,LC,Birds,food;pets
a,2010,NT,Birds,food;pets
b,2000,EN,Birds,
b,2010,CR,Birds,
c,2000,VU,Bees,food
c,2010,EN,Bees,food
"""
CHANGES = "taxon,year,from,to,driver\na,2010,LC,NT,5.1.1;2.1\nb,2010,EN,CR,8.1.2\nc,2010,VU,EN,9.3.3\n"
ORIGIN = ["--party", "NPL", "--vintage", "2010", "--holder", "us", "--licence", "CC0"]


@pytest.fixture
def driven(tmp_path):
    (tmp_path / "d.csv").write_text(DRIVEN, encoding="utf-8")
    (tmp_path / "g.csv").write_text(CHANGES, encoding="utf-8")
    return [str(tmp_path / "d.csv"), "--genuine", str(tmp_path / "g.csv")]


@pytest.mark.parametrize(
    ("indicator", "first"),
    [("5.CT.1", 7), ("9.CY.3", 7), ("6.CY.1", 7), ("7.CT.4", 7), ("5.CY.3", 8), ("A.3", 5)],
)
def test_index_of_one_driver_moves_by_its_changes_alone(driven, tmp_path, indicator, first):
    """By hand: weights 1, 4, 3 in 2010, each one lower in 2000 where its change counts: 8 − 1, 8 or 8 − 3, of 15."""
    out = tmp_path / "o.parquet"
    assert biosetu(["species", "index", *driven, *ORIGIN, "--indicator", indicator, "--observations", str(out)]) == 0
    made = pq.read_table(out).to_pylist()
    assert [(row["indicator"], row["year"]) for row in made] == [(indicator, 2000), (indicator, 2010)]
    assert [row["value"] for row in made] == pytest.approx([1 - first / 15, 1 - 8 / 15])
    assert ("only changes driven by" in made[0]["footnote"]) == (indicator != "A.3")


def test_index_over_certain_taxa_counts_them_alone(driven, tmp_path):
    out = tmp_path / "o.parquet"
    asked = ["--only", "use=food", "--indicator", "9.CT.1", "--observations", str(out)]
    assert biosetu(["species", "index", *driven, *ORIGIN, *asked]) == 0
    made = pq.read_table(out).to_pylist()
    assert [row["value"] for row in made] == pytest.approx([1 - 2 / 10, 1 - 4 / 10])
    assert {row["disaggregation_type"] for row in made} == {""}
    assert made[0]["footnote"] == "2 taxa, 0 data deficient; only taxa with use food"


def test_a_use_that_was_written_later_does_not_hide_the_decline_before_it(tmp_path):
    """By hand: a is LC, then EN; that it is eaten is written in its second row alone."""
    path = tmp_path / "h.csv"
    path.write_text("taxon,year,category,use\na,2000,LC,\na,2010,EN,food\nb,2000,LC,pets\n", encoding="utf-8")
    table = compute_index(IndexRequest(path, only=(("use", "food"),))).table
    assert table.column("value").to_pylist() == pytest.approx([1, 1 - 3 / 5])
    assert table.column("filled").to_pylist() == [0, 0]


@pytest.mark.parametrize(("only", "expected"), [(("taxon", "a"), [1, 1 - 3 / 5]), (("year", "2010"), [1, 1 - 3 / 5])])
def test_only_takes_any_column(tmp_path, only, expected):
    path = tmp_path / "h.csv"
    path.write_text("taxon,year,category\na,2000,LC\na,2010,EN\nb,2000,VU\n", encoding="utf-8")
    assert compute_index(IndexRequest(path, only=(only,))).table.column("value").to_pylist() == pytest.approx(expected)


@pytest.mark.parametrize("by_party", [False, True])
def test_a_taxon_with_two_shares_is_refused_by_row(history, tmp_path, capsys, by_party):
    shares = tmp_path / "s.csv"
    shares.write_text("party,taxon,share\nNPL,a,0.2\nBTN,a,0.3\nNPL,a,0.4\nNPL,b,0.1\n", encoding="utf-8")
    history.write_text(HISTORY.replace("a,2010,NT,Birds,0.5", "a,2010,NT,Birds,0.25"), encoding="utf-8")
    asked = ["--shares", str(shares)] if by_party else ["--weights", "share"]
    assert biosetu(["species", "index", str(history), *asked]) == 1
    row, value = (4, "0.4") if by_party else (3, "0.25")
    assert f"row {row}, column share: a already has the share" in (said := capsys.readouterr().err)
    assert value in said


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (["--indicator", "B.CY.1"], 2),
        (["--indicator", "3.1"], 2),
        (["--indicator", "A.3", "--only", "use=food", "--observations", "o.csv", *ORIGIN], 2),
        (["--only", "use=stones"], 1),
        (["--only", "colour=red"], 1),
        (["--only", "use"], 2),
    ],
)
def test_index_of_an_indicator_needs_what_it_counts(driven, tmp_path, monkeypatch, asked, code):
    monkeypatch.chdir(tmp_path)
    assert biosetu(["species", "index", *driven, *asked]) == code


def test_driver_without_genuine_changes_is_refused(driven):
    assert biosetu(["species", "index", driven[0], "--driver", "9"]) == 2
    assert biosetu(["species", "index", driven[0], "--indicator", "6.CY.1"]) == 2


def test_cuts_become_the_disaggregation_of_their_column(driven, tmp_path):
    out = tmp_path / "o.parquet"
    asked = ["--by", "class", "--by", "use", "--aggregate", "--observations", str(out)]
    assert biosetu(["species", "index", *driven, *ORIGIN, *asked]) == 0
    found = {(row["disaggregation_type"], row["disaggregation"]) for row in pq.read_table(out).to_pylist()}
    assert found == {("", ""), ("taxon", "Birds"), ("taxon", "Bees"), ("use", "food"), ("use", "pets"), ("use", "mean")}


@pytest.mark.parametrize(("taxa", "sampled", "said"), [(899, True, True), (900, True, False), (899, False, False)])
def test_sample_below_what_is_advised_is_told(tmp_path, taxa, sampled, said):
    path = tmp_path / "sample.csv"
    lines = [f"T{k},{year},{'LC' if k % 3 else 'VU'}" for k in range(taxa) for year in (2000, 2010)]
    path.write_text("taxon,year,category\n" + "\n".join(lines) + "\n", encoding="utf-8")
    found = compute_index(IndexRequest(path, options=Options(sampled=sampled, draws=20)))
    told = [problem for problem in found.warnings if problem.code == "sample"]
    assert bool(told) == said
    assert all("899 taxa" in problem.message and "About 900 are advised" in problem.remedy for problem in told)
