"""Runs, patches, counting and outlines against the plainest way to do the same."""

from __future__ import annotations

import itertools
from collections import Counter
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from biosetu.ecosystems import counting
from biosetu.ecosystems.counting import count_cells, count_pairs, merged_cells
from biosetu.ecosystems.occupancy import cell_sums, count, every_origin, occupancy
from biosetu.ecosystems.outline import hull_corners, joined_outlines, outline
from biosetu.ecosystems.patches import band_patches, join_patches
from biosetu.ecosystems.runs import Runs, code_of, encode, keys_of, zone_of
from biosetu.geo.occupancy_grid import OccupancyGrid, Segments

MAPS = hnp.arrays(
    np.int16, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12), elements=st.integers(-2, 2)
)


def segments_of(height: int, width: int, step: int) -> Segments:
    """Cells of `step` columns and one row each; a pixel of row r has area r + 1."""
    ends = np.append(np.arange(step, width, step), width)
    count_ = len(ends)
    return Segments(
        pointer=np.arange(height + 1, dtype=np.int64) * count_,
        end=np.tile(ends, height).astype(np.int32),
        cell=np.arange(height * count_, dtype=np.int32),
        area=np.repeat(np.arange(1, height + 1), count_).astype(np.int64),
        x_index=np.tile(np.arange(count_), height).astype(np.int32),
        y_index=np.repeat(np.arange(height), count_).astype(np.int32),
    )


def all_groups(runs: Runs) -> np.ndarray:
    return np.arange(len(runs.keys), dtype=np.int32)


def decoded(runs: Runs, height: int) -> np.ndarray:
    found = np.full((height, runs.width), -99)
    for row in range(height):
        start = 0
        for place in range(runs.pointer[row], runs.pointer[row + 1]):
            if runs.place[place] >= 0:
                found[row, start : runs.end[place]] = code_of(runs.keys)[runs.place[place]]
            start = runs.end[place]
    return found


@settings(deadline=None)
@given(MAPS)
def test_runs_give_back_the_map_with_nodata_hidden(codes: np.ndarray) -> None:
    runs = encode(codes, frozenset({1}))
    np.testing.assert_array_equal(decoded(runs, len(codes)), np.where(codes == 1, -99, codes))
    assert (np.diff(runs.keys) > 0).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int16, np.int32])
def test_runs_know_every_type(dtype: type) -> None:
    info = np.iinfo(dtype)
    codes = np.array([[info.max, info.min + 1, 3], [3, 3, info.max]], dtype)
    runs = encode(codes, frozenset())
    np.testing.assert_array_equal(decoded(runs, 2), codes)


def test_keys_keep_zone_and_code_apart() -> None:
    keys = keys_of(np.array([0, 3, 3]), np.array([-5, 7, 2**31 - 1]))
    assert zone_of(keys).tolist() == [0, 3, 3]
    assert code_of(keys).tolist() == [-5, 7, 2**31 - 1]


@settings(deadline=None)
@given(MAPS, st.integers(1, 5))
def test_counts_by_cell_equal_a_plain_count_dense_and_listed(codes: np.ndarray, step: int) -> None:
    height, width = codes.shape
    runs, segments = encode(codes, frozenset({0})), segments_of(height, width, step)
    weight = np.ones(len(runs.keys), np.int64)
    expected: Counter[tuple[int, int, int]] = Counter()
    for (row, column), code in np.ndenumerate(codes):
        if code != 0:
            expected[int(code), column // step, row] += 1
    tables = []
    for limit in (counting.DENSEST_TABLE, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "DENSEST_TABLE", limit)
            table, run_area = count_cells(runs, segments, all_groups(runs), weight, runs.keys)
        found = {(int(code_of(row["key"])), int(row["x"]), int(row["y"])): int(row["pixels"]) for row in table}
        assert found == dict(expected)
        assert (table["area"] == table["pixels"] * (table["y"] + 1)).all()
        assert run_area.sum() == table["area"].sum()
        tables.append(table)
    np.testing.assert_array_equal(*tables)


def plain(key: int) -> int:
    return 0 if key == counting.NO_DATA_KEY else int(code_of(np.array(key)))


@settings(deadline=None)
@given(MAPS, st.integers(0, 99))
def test_pairs_equal_a_plain_count_dense_and_listed(codes: np.ndarray, seed: int) -> None:
    height, width = codes.shape
    other = np.random.default_rng(seed).integers(-2, 3, codes.shape).astype(np.int16)
    one, two = encode(codes, frozenset({0})), encode(other, frozenset({0}))
    expected = Counter(zip(codes.ravel().tolist(), other.ravel().tolist(), strict=True))
    expected.pop((0, 0), None)
    for limit in (counting.DENSEST_TABLE, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "DENSEST_TABLE", limit)
            table = count_pairs(one, two, segments_of(height, width, 3))
        found = {(plain(row["before"]), plain(row["after"])): int(row["pixels"]) for row in table}
        assert found == dict(expected)


@settings(max_examples=100, deadline=None)
@given(MAPS, st.booleans(), st.lists(st.integers(1, 11), max_size=3))
def test_patches_equal_those_of_scipy_however_the_map_is_cut(
    codes: np.ndarray, diagonal: bool, cuts: list[int]
) -> None:
    height, width = codes.shape
    edges = sorted({0, height, *(cut for cut in cuts if cut < height)})
    bands = []
    for start, stop in itertools.pairwise(edges):
        runs = encode(codes[start:stop], frozenset({0}))
        area = np.diff(np.concatenate([[0], runs.end]))
        area[runs.pointer[1:-1]] = runs.end[runs.pointer[1:-1]]
        bands.append(band_patches(runs, all_groups(runs), runs.keys, area.astype(np.int64), diagonal))
    found = {
        int(code_of(row["key"])): (int(row["patches"]), int(row["largest"]))
        for row in join_patches(bands, width, diagonal)
    }
    structure = np.ones((3, 3)) if diagonal else None
    expected = {}
    for code in set(codes.ravel().tolist()) - {0}:
        labels, number = ndimage.label(codes == code, structure)
        expected[code] = (number, int(np.bincount(labels.ravel())[1:].max()))
    assert found == expected


@settings(deadline=None)
@given(MAPS, st.integers(0, 11))
def test_outline_holds_first_and_last_pixel_of_columns_and_rows(codes: np.ndarray, cut: int) -> None:
    height, width = codes.shape
    edges = sorted({0, min(cut, height), height})
    parts = []
    for start, stop in itertools.pairwise(edges):
        runs = encode(codes[start:stop], frozenset({0}))
        parts.append(outline(runs, all_groups(runs), runs.keys, start, with_rows=True))
    for code in set(codes.ravel().tolist()) - {0}:
        rows, columns = np.nonzero(codes == code)
        corners = {(c + i, r + j) for r, c in zip(rows, columns, strict=True) for i in (0, 1) for j in (0, 1)}
        whole = [reduce(joined_outlines, parts)]
        x, y = hull_corners(whole, int(keys_of(np.array([0]), np.array([code]))[0]), width)
        found = set(zip(x.astype(int).tolist(), y.astype(int).tolist(), strict=True))
        assert found <= corners
        for column in {c for c, _ in corners}:
            own = [r for c, r in corners if c == column]
            assert {(column, min(own)), (column, max(own))} <= found
        for row in set(rows.tolist()):
            own = columns[rows == row]
            assert {(int(own.min()), row), (int(own.max()) + 1, row + 1)} <= found


@settings(deadline=None)
@given(
    hnp.arrays(np.int64, st.integers(1, 30), elements=st.integers(1, 50)),
    st.integers(0, 99),
)
def test_every_origin_gives_the_sums_of_its_cells(area: np.ndarray, seed: int) -> None:
    random = np.random.default_rng(seed)
    place = random.choice(900, len(area), replace=False)
    x, y = place % 30 - 15, place // 30 - 15
    for (dx, dy), sums in every_origin(x, y, area, 10):
        assert sorted(sums[sums > 0].tolist()) == sorted(cell_sums(x, y, area, 10, dx, dy).tolist())


def test_readings_of_the_rule_worked_by_hand() -> None:
    found = count(np.array([0, 1, 5, 994]), cell_units=200)
    assert (found.all, found.small, found.cumulative) == (3, 2, 1)


def test_merging_adds_equal_cells() -> None:
    one = np.array([(5, 1, 2, 3, 30), (5, 2, 2, 1, 10)], counting.CELLS)
    two = np.array([(5, 1, 2, 4, 40)], counting.CELLS)
    merged = merged_cells([one, two])
    assert merged.tolist() == [(5, 1, 2, 7, 70), (5, 2, 2, 1, 10)]
    assert len(merged_cells([one[:0]])) == 0


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=30, unique=True),
    st.integers(-3, 3),
    st.sampled_from([1, 4_000, 100_000, 250_000, 1_000_000]),
)
def test_what_lies_in_one_cell_is_least_there_as_the_full_search_finds(
    places: list[tuple[int, int]], cell: int, area_m2: int
) -> None:
    """The origins that are not tried could not have given fewer: the search over all of them finds the same."""
    grid = OccupancyGrid()
    x = np.array([10 * cell + column for column, _ in places], np.int64)
    y = np.array([row for _, row in places], np.int64)
    area = np.full(len(places), area_m2, np.int64)
    found = occupancy(x, y, area, grid, 1)
    counts = [count(sums, grid.cell_m**2) for _, sums in every_origin(x, y, area, grid.side)]
    least = [min(getattr(each, name) for each in counts) for name in ("all", "small", "cumulative")]
    assert [found.least.all, found.least.small, found.least.cumulative] == least
