from dataclasses import replace
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biosetu.species.history import History, read_histories
from biosetu.species.red_list_index import Kind, Options, red_list_index

ORDER = ("LC", "NT", "VU", "EN", "CR", "EX", "DD")


def history(group, years, *categories):
    grid = np.array(categories)
    return History(group, [f"{group}{i}" for i in range(len(grid))], years, grid, np.zeros(grid.shape, bool), {})


def random_history(group, n, years, seed, deficient=0.15):
    random = np.random.default_rng(seed)
    first = random.choice(5, n, p=[0.55, 0.15, 0.15, 0.1, 0.05])
    steps = (random.uniform(size=(n, len(years) - 1)) < 0.05).cumsum(axis=1)
    codes = np.minimum(np.column_stack((first, first[:, None] + steps)), 5)
    grid = np.array(ORDER)[codes]
    grid[random.uniform(size=n) < deficient] = "DD"
    return History(group, [f"{group}{i}" for i in range(n)], years, grid, np.zeros(grid.shape, bool), {})


def values(table, group="all"):
    return {row["year"]: row["value"] for row in table.to_pylist() if row["group"] == group}


def test_index_of_a_known_history():
    table = red_list_index(
        [history("g", [2000, 2010], ("LC", "NT"), ("VU", "EN"), ("DD", "DD"), ("CR", "EX"))], Options()
    )
    rows = table.to_pylist()
    assert [(r["year"], r["value"], r["taxa"], r["data_deficient"]) for r in rows] == [
        (2000, pytest.approx(1 - 6 / 15), 3, 1),
        (2010, pytest.approx(1 - 9 / 15), 3, 1),
    ]
    assert all(r["lower"] <= r["value"] <= r["upper"] for r in rows)
    assert {r["series"] for r in rows} == {"rli-global/1"}


def test_shares_weight_taxa_and_leave_out_those_without():
    h = history("g", [2000, 2010], ("LC", "EN"), ("LC", "LC"), ("EX", "EX"))
    table = red_list_index([h], Options(Kind.SHARED), {"g0": 0.75, "g1": 0.25})
    assert values(table, "g") == {2000: 1.0, 2010: pytest.approx(1 - 3 * 0.75 / 5)}
    assert table.column("left_out").to_pylist() == [1, 1]


def test_national_index_of_one_assessment_is_a_baseline_only():
    one = red_list_index([history("g", [2015], ("VU",))], Options(Kind.NATIONAL))
    assert one.column("status").to_pylist() == ["baseline only"]
    two = red_list_index([history("g", [2015, 2020], ("VU", "RE"))], Options(Kind.NATIONAL))
    assert [(r["value"], r["status"], r["series"]) for r in two.to_pylist()] == [
        (0.6, "assessment", "rli-national/1"), (0.0, "assessment", "rli-national/1")
    ]  # fmt: skip


def test_aggregate_is_the_mean_of_groups_where_all_are_covered():
    a = history("a", [2000, 2010], ("LC", "EN"))
    b = history("b", [1990, 2020], ("LC", "LC"))
    table = red_list_index([a, b], Options(aggregate=True, draws=2000))
    means = values(table, "aggregate")
    assert set(means) == {2000, 2010}
    assert means[2000] == pytest.approx(1.0, abs=1e-12)
    assert means[2010] == pytest.approx((0.4 + 1) / 2, abs=1e-12)


def test_aggregate_of_groups_whose_mean_is_not_their_median():
    """By hand: three groups end at 1, 1 and 0.4: their mean is 0.8, their median 1."""
    groups = [history(name, [2000, 2010], ("LC", last)) for name, last in (("a", "LC"), ("b", "LC"), ("c", "EN"))]
    means = values(red_list_index(groups, Options(aggregate=True, draws=50)), "aggregate")
    assert means == pytest.approx({2000: 1.0, 2010: 0.8})


def test_yearly_series_follows_the_straight_line_and_widens_outside():
    h = random_history("g", 400, [2000, 2010, 2020], 3, deficient=0)
    exact = values(red_list_index([h], Options()), "g")
    table = red_list_index([h], Options(annual=(1995, 2025)))
    rows = {row["year"]: row for row in table.to_pylist()}
    assert rows[2005]["value"] == pytest.approx((exact[2000] + exact[2010]) / 2, abs=0.01)
    assert rows[2005]["status"] == "interpolated"
    assert rows[2010]["status"] == "assessment"
    assert rows[2025]["status"] == "extrapolated"
    assert rows[2025]["upper"] - rows[2025]["lower"] > rows[2015]["upper"] - rows[2015]["lower"]


def test_yearly_draws_repeat_for_a_seed():
    h = random_history("g", 200, [2000, 2010], 5)
    options = Options(draws=50, annual=(1998, 2012))
    first = red_list_index([h], options)
    assert first.equals(red_list_index([h], options))
    assert not first.equals(red_list_index([h], replace(options, seed=2)))


@pytest.mark.parametrize("shared", [False, True])
def test_drawn_limits_at_an_assessment_agree_with_exact_ones(shared):
    h = random_history("g", 300, [2000, 2010], 8, deficient=0.4)
    random = np.random.default_rng(2)
    shares = {taxon: float(random.uniform()) for taxon in h.taxa} if shared else None
    exact = red_list_index([h], Options(), shares).to_pylist()[0]
    mine = np.array([shares[t] for t in h.taxa]) if shares else None
    from biosetu.species.red_list_index import _deficient_draws

    drawn = _deficient_draws(h.weights(), mine, 20_000, np.random.default_rng(1))[:, 0]
    assert np.quantile(drawn, (0.05, 0.95)) == pytest.approx((exact["lower"], exact["upper"]), abs=2e-3)


def enumerated_limits(known, deficient, shares):
    """Every way to fill the deficient taxa with categories of the known ones, and where 5 % and 95 % of them lie.

    The known ones are equally likely whatever their shares; `deficient` counts the taxa behind them in `shares`.
    """
    certain = float(np.dot(known, shares[: len(known)]))
    drawn = [np.dot(way, shares[len(known) :]) for way in product(known, repeat=deficient)]
    sums = np.sort(np.round(certain + np.array(drawn), 9))
    reached = np.arange(1, sums.size + 1) / sums.size
    low, high = (sums[np.searchsorted(reached, tail - 1e-12)] for tail in (0.05, 0.95))
    whole = 5 * sum(shares)
    return 1 - high / whole, 1 - low / whole


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(ORDER[:5]), min_size=1, max_size=4), st.integers(1, 4), st.booleans(), st.integers(0, 99)
)
def test_limits_of_deficient_taxa_are_those_of_all_ways_to_fill_them(categories, deficient, shared, seed):
    h = history("g", [2000], *((name,) for name in [*categories, *["DD"] * deficient]))
    random = np.random.default_rng(seed)
    shares = random.integers(1, 4, len(h.taxa)) if shared else np.ones(len(h.taxa))
    given = dict(zip(h.taxa, shares.astype(float).tolist(), strict=True)) if shared else None
    row = red_list_index([h], Options(Kind.SHARED if shared else Kind.GLOBAL), given).to_pylist()[0]
    expected = enumerated_limits([ORDER.index(name) for name in categories], deficient, shares)
    assert (row["lower"], row["upper"]) == pytest.approx(expected, abs=1e-3 if shared else 1e-12)


def test_taxa_deficient_in_some_years_keep_what_is_known():
    h = history("g", [2000, 2010], ("LC", "LC"), ("VU", "VU"), ("DD", "CR"))
    from biosetu.species.red_list_index import _deficient_draws

    drawn = _deficient_draws(h.weights(), None, 500, np.random.default_rng(1))
    assert set(np.round(drawn[:, 1], 9)) == {round(1 - 6 / 15, 9)}
    assert set(np.round(drawn[:, 0], 9)) == {round(1 - 2 / 15, 9), round(1 - 4 / 15, 9)}


def test_sample_limits_are_those_of_a_bootstrap():
    h = random_history("g", 900, [2000, 2010], 4, deficient=0)
    rows = red_list_index([h], Options(sampled=True)).to_pylist()
    assert rows[0]["upper"] - rows[0]["lower"] == pytest.approx(2 * 1.645 * h.weights()[:, 0].std() / 5 / 30, rel=0.15)


@given(st.lists(st.sampled_from(ORDER), min_size=1, max_size=30), st.integers(0, 29))
def test_a_worse_category_never_raises_the_index(categories, place):
    place %= len(categories)
    if categories[place] in ("DD", "EX"):
        return
    worse = [*categories]
    worse[place] = ORDER[ORDER.index(categories[place]) + 1]
    before, after = (
        red_list_index([history("g", [2000], *[(c,) for c in some])], Options()).column("value")[0].as_py()
        for some in (categories, worse)
    )
    assert after < before
    assert 0 <= after <= before <= 1


def test_histories_read_from_a_table_give_the_same_as_made_ones():
    h = random_history("g", 50, [2000, 2010], 1)
    records = [
        (t, y, c) for t, row in zip(h.taxa, h.categories, strict=True) for y, c in zip(h.years, row, strict=True)
    ]
    cells = pa.table(
        {"taxon": [r[0] for r in records], "year": [r[1] for r in records], "category": [str(r[2]) for r in records]}
    )
    read = read_histories(cells)[0]
    got = red_list_index(read, Options()).column("value").to_pylist()
    kept = History("g", h.taxa, h.years, h.categories, h.carried, {})
    assert got == pytest.approx(red_list_index([kept], Options()).column("value").to_pylist())


def two_assessments(group, n, years, falls):
    """A group of `n` taxa without uncertainty whose index falls by `falls` steps of a category between two years."""
    grid = np.full((n, 2), "LC")
    grid[:falls, 1] = "NT"
    cut, _, part = group.rpartition(": ")
    return History(
        group, [f"{group}{i}" for i in range(n)], years, grid, np.zeros(grid.shape, bool), {}, cut=cut, part=part
    )


@pytest.mark.parametrize("name", ["Corals", "coral", "Reef_forming_Corals", "Reef-forming corals", "class: Corals"])
def test_corals_take_the_mean_early_slope_of_the_other_groups(monkeypatch, name):
    """By hand: slopes −1/(100·5)·20/10 … of two groups, extended five years back from the corals' first value."""
    monkeypatch.setattr("biosetu.species.red_list_index.SLOPE_SPREAD", 0.0)
    monkeypatch.setattr("biosetu.species.red_list_index.WINDOW_YEARS", 0)
    cut = "class: " if ":" in name else ""
    groups = [
        two_assessments(f"{cut}Birds", 100, [1990, 2000], 20),
        two_assessments(f"{cut}Cycads", 100, [1990, 2010], 10),
        two_assessments(name, 100, [1996, 2008], 60),
    ]
    slopes = [-20 / 500 / 10, -10 / 500 / 20]
    found = values(red_list_index(groups, Options(annual=(1991, 2010))), name)
    assert found[1991] == pytest.approx(min(1.0, 1.0 - 5 * np.mean(slopes)))
    assert found[2010] == pytest.approx(1 - 60 / 500 - 2 * 60 / 500 / 12)
    worse = [*groups[:2], two_assessments(name, 100, [1996, 2008], 60)]
    worse[2].categories[:, 0] = "VU"
    early = values(red_list_index(worse, Options(annual=(1991, 1996))), name)
    assert early[1991] == pytest.approx(0.6 - 5 * np.mean(slopes))


def test_corals_alone_and_corals_of_another_cut_keep_their_own_slope(monkeypatch):
    monkeypatch.setattr("biosetu.species.red_list_index.SLOPE_SPREAD", 0.0)
    monkeypatch.setattr("biosetu.species.red_list_index.WINDOW_YEARS", 0)
    corals = two_assessments("Corals", 100, [1996, 2008], 60)
    corals.categories[:, 0] = "VU"
    corals.categories[:, 1] = "EN"
    alone = values(red_list_index([corals], Options(annual=(1991, 1996))), "Corals")
    assert alone[1991] == pytest.approx(0.6 + 5 * 0.2 / 12)
    other = two_assessments("realm: Asia", 100, [1990, 2000], 20)
    with_other_cut = values(red_list_index([corals, other], Options(annual=(1991, 1996))), "Corals")
    assert with_other_cut == alone


@given(st.lists(st.sampled_from(ORDER[:6]), min_size=2, max_size=40), st.integers(1, 39), st.integers(0, 2**31))
def test_the_index_adds_up_over_parts_of_the_taxa(categories, cut, seed):
    """Σ over parts of (Σ share · index) is the same as of the whole, with any shares."""
    cut = min(cut, len(categories) - 1)
    share = np.random.default_rng(seed).uniform(0.01, 1, len(categories))
    kept = [i for i, name in enumerate(categories) if name != "EX"]

    def index(members):
        members = [i for i in members if i in kept]
        if not members:
            return 0.0, 0.0
        h = history("g", [2000, 2001], *[(categories[i], categories[i]) for i in members])
        given = {f"g{k}": float(share[i]) for k, i in enumerate(members)}
        value = red_list_index([h], Options(Kind.SHARED), given).column("value")[0].as_py()
        return value * share[members].sum(), value

    whole, value = index(range(len(categories)))
    parts = index(range(cut))[0] + index(range(cut, len(categories)))[0]
    assert parts == pytest.approx(whole, rel=1e-12, abs=1e-12)
    assert 0 <= value <= 1


def cells(*records):
    return pa.Table.from_pylist(
        [dict(zip(("taxon", "year", "category", "threat", "class"), r, strict=True)) for r in records]
    )


SEVERAL = cells(
    ("a", "2000", "LC", "5;2", "Birds"), ("a", "2010", "VU", "5;2", "Birds"),
    ("b", "2000", "NT", "2 | 9", "Bees"), ("b", "2010", "NT", "2 | 9", "Bees"),
    ("c", "2000", "EN", "", "Bees"), ("c", "2010", "CR", "", "Bees"),
)  # fmt: skip


def test_taxon_with_several_threats_counts_under_each():
    """By hand: 2 holds a and b, 5 holds a, 9 holds b; c, without a threat, is in no group."""
    table = red_list_index(read_histories(SEVERAL, ("threat",))[0], Options())
    found = {(row["part"], row["year"]): (row["value"], row["taxa"]) for row in table.to_pylist()}
    assert found == {
        ("2", 2000): (1 - 1 / 10, 2), ("2", 2010): (pytest.approx(1 - 3 / 10), 2),
        ("5", 2000): (1.0, 1), ("5", 2010): (1 - 2 / 5, 1),
        ("9", 2000): (1 - 1 / 5, 1), ("9", 2010): (1 - 1 / 5, 1),
    }  # fmt: skip
    assert set(table.column("cut").to_pylist()) == {"threat"}


@pytest.mark.parametrize("options", [Options(aggregate=True), Options(aggregate=True, annual=(2000, 2010))])
def test_groups_of_two_cuts_are_never_in_one_mean(options):
    table = red_list_index(read_histories(SEVERAL, ("threat", "class"))[0], options)
    means = [row for row in table.to_pylist() if not row["part"] and row["year"] == 2010]
    assert [(row["group"], row["cut"]) for row in means] == [
        ("threat: aggregate", "threat"),
        ("class: aggregate", "class"),
    ]
    if options.annual is None:
        assert [row["value"] for row in means] == pytest.approx([(0.7 + 0.6 + 0.8) / 3, (0.6 + 0.5) / 2])


def test_one_cut_has_one_mean_over_its_groups():
    table = red_list_index(read_histories(SEVERAL, ("class",))[0], Options(aggregate=True))
    mean = [(row["group"], row["year"], row["value"]) for row in table.to_pylist() if not row["part"]]
    assert mean == [
        ("aggregate", 2000, pytest.approx((1 + 0.6) / 2)),
        ("aggregate", 2010, pytest.approx((0.6 + 0.5) / 2)),
    ]
