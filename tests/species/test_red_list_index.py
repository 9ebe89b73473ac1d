import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu.species.history import History, read_histories
from biosetu.species.red_list_index import Kind, Options, annual_draws, red_list_index

ORDER = ("LC", "NT", "VU", "EN", "CR", "EX", "DD")


def history(group, years, *categories):
    grid = np.array(categories)
    return History(group, [f"{group}{i}" for i in range(len(grid))], years, grid, [0] * len(years), {})


def random_history(group, n, years, seed, deficient=0.15):
    random = np.random.default_rng(seed)
    first = random.choice(5, n, p=[0.55, 0.15, 0.15, 0.1, 0.05])
    steps = (random.uniform(size=(n, len(years) - 1)) < 0.05).cumsum(axis=1)
    codes = np.minimum(np.column_stack((first, first[:, None] + steps)), 5)
    grid = np.array(ORDER)[codes]
    grid[random.uniform(size=n) < deficient] = "DD"
    return History(group, [f"{group}{i}" for i in range(n)], years, grid, [0] * len(years), {})


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
    options = Options(draws=50)
    first = annual_draws(h, h.weights(), None, [2000, 2005], options)
    assert first.tolist() == annual_draws(h, h.weights(), None, [2000, 2005], options).tolist()


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
    kept = History("g", h.taxa, h.years, h.categories, [0, 0], {})
    assert got == pytest.approx(red_list_index([kept], Options()).column("value").to_pylist())
