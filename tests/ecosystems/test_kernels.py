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
from biosetu.ecosystems.occupancy import COVER_LIMITS_PERCENT, occupancies, occupancy, smallest_within
from biosetu.ecosystems.outline import HullCorners, joined_outlines, outline
from biosetu.ecosystems.patches import band_patches, join_patches
from biosetu.ecosystems.runs import Runs, code_of, encode, keys_of, zone_of
from biosetu.geo.occupancy_grid import OccupancyGrid, Segments

MAPS = hnp.arrays(
    np.int16, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12), elements=st.integers(-2, 2)
)


def segments_of(height: int, width: int, step: int) -> Segments:
    """Cells of `step` columns and one row each; pixels have the area of `size_of`."""
    ends = np.append(np.arange(step, width, step), width)
    count_ = len(ends)
    return Segments(
        pointer=np.arange(height + 1, dtype=np.int64) * count_,
        end=np.tile(ends, height).astype(np.int32),
        cell=np.arange(height * count_, dtype=np.int32),
        area=np.repeat(np.arange(1, height + 1) * 1000, count_).astype(np.int64),
        growth=np.repeat(5 - 7 * np.arange(height), count_).astype(np.int64),
        x_index=np.tile(np.arange(count_), height).astype(np.int32),
        y_index=np.repeat(np.arange(height), count_).astype(np.int32),
    )


def size_of(row: int, column: int) -> int:
    return (row + 1) * 1000 + (5 - 7 * row) * column


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
    sizes: Counter[tuple[int, int, int]] = Counter()
    for (row, column), code in np.ndenumerate(codes):
        if code != 0:
            expected[int(code), column // step, row] += 1
            sizes[int(code), column // step, row] += size_of(row, column)
    tables = []
    for limit in (counting.DENSEST_TABLE, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "DENSEST_TABLE", limit)
            table, run_area = count_cells(runs, segments, all_groups(runs), weight, runs.keys)
        found = {(int(code_of(row["key"])), int(row["x"]), int(row["y"])): int(row["pixels"]) for row in table}
        assert found == dict(expected)
        areas = {(int(code_of(row["key"])), int(row["x"]), int(row["y"])): int(row["area"]) for row in table}
        assert areas == dict(sizes)
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
    sizes: Counter[tuple[int, int]] = Counter()
    for (row, column), code in np.ndenumerate(codes):
        sizes[int(code), int(other[row, column])] += size_of(row, column)
    sizes.pop((0, 0), None)
    for limit in (counting.DENSEST_TABLE, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "DENSEST_TABLE", limit)
            table = count_pairs(one, two, segments_of(height, width, 3))
        found = {(plain(row["before"]), plain(row["after"])): int(row["pixels"]) for row in table}
        assert found == dict(expected)
        areas = {(plain(row["before"]), plain(row["after"])): int(row["area"]) for row in table}
        assert areas == dict(sizes)


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
    height, _ = codes.shape
    edges = sorted({0, min(cut, height), height})
    parts = []
    for start, stop in itertools.pairwise(edges):
        runs = encode(codes[start:stop], frozenset({0}))
        parts.append(outline(runs, all_groups(runs), runs.keys, start, with_rows=True))
    for code in set(codes.ravel().tolist()) - {0}:
        rows, columns = np.nonzero(codes == code)
        corners = {(c + i, r + j) for r, c in zip(rows, columns, strict=True) for i in (0, 1) for j in (0, 1)}
        whole = reduce(joined_outlines, parts)
        place = int(np.searchsorted(whole.keys, keys_of(np.array([0]), np.array([code]))[0]))
        own = HullCorners(whole).of(place, place + 1)
        found = set(zip(own.column.astype(int).tolist(), own.row.astype(int).tolist(), strict=True))
        assert len(own.column) <= HullCorners(whole).most()[place]
        assert found <= corners
        for column in {c for c, _ in corners}:
            own = [r for c, r in corners if c == column]
            assert {(column, min(own)), (column, max(own))} <= found
        for row in set(rows.tolist()):
            own = columns[rows == row]
            assert {(int(own.min()), row), (int(own.max()) + 1, row + 1)} <= found


def plain_sums(x: np.ndarray, y: np.ndarray, area: np.ndarray, dx: int, dy: int) -> list[int]:
    """The area in each cell of 10 × 10 sub-cells, one sub-cell after another."""
    sums: Counter[tuple[int, int]] = Counter()
    for column, row, size in zip(x.tolist(), y.tolist(), area.tolist(), strict=True):
        sums[(column - dx) // 10, (row - dy) // 10] += size
    return sorted(sums.values())


def plain_count(sums: list[int], cell_units: int) -> tuple[int, int, int]:
    """The readings of the 1 % rule: all, those of at least 1 % of a cell, those left without the smallest 1 %."""
    dropped, together = 0, 0
    for size in sums:
        together += size
        if 100 * together > sum(sums):
            break
        dropped += 1
    return len(sums), sum(100 * size >= cell_units for size in sums), len(sums) - dropped


def test_readings_of_the_rule_worked_by_hand() -> None:
    assert plain_count([1, 5, 994], cell_units=200) == (3, 2, 1)


SPOTS = st.lists(
    st.tuples(st.integers(0, 39), st.integers(0, 39), st.sampled_from([1, 9_000, 10_000, 300_000, 1_000_000])),
    min_size=1,
    max_size=40,
    unique_by=lambda spot: spot[:2],
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SPOTS, min_size=1, max_size=4), st.integers(-25, 5))
def test_occupied_cells_of_many_classes_equal_a_plain_count_of_each(
    classes: list[list[tuple[int, int, int]]], corner: int
) -> None:
    """All classes at once against one class, one origin, one sub-cell after another; the first origin is taken."""
    moved = np.array((corner, corner, 0))
    spots = [moved + np.array(sorted(own, key=lambda spot: spot[1])) for own in classes]
    pointer = np.cumsum([0, *map(len, spots)])
    x, y, area = np.concatenate(spots).T
    found = occupancies(pointer, x, y, area, OccupancyGrid(), 1)
    cell_units = OccupancyGrid().cell_m ** 2
    for index, own in enumerate(spots):
        counts = {(dx, dy): plain_count(plain_sums(*own.T, dx, dy), cell_units) for dy in range(10) for dx in range(10)}
        one = found.of(index)
        assert (one.published.all, one.published.small, one.published.cumulative) == counts[0, 0]
        least = (one.least.all, one.least.small, one.least.cumulative)
        assert least == tuple(min(each[reading] for each in counts.values()) for reading in range(3))
        for reading, origin in enumerate(one.least_origin):
            assert origin == next(place for place, each in counts.items() if each[reading] == least[reading])
        limits = [cell_units * limit // 100 for limit in COVER_LIMITS_PERCENT]
        covered = Counter(sum(limit <= size for limit in limits) for size in plain_sums(*own.T, 0, 0))
        assert one.by_cover == tuple(covered[step] for step in range(6))


@given(st.lists(st.integers(1, 20), max_size=30), st.integers(0, 200))
def test_smallest_within_a_limit_equal_those_of_a_sorted_list(values: list[int], limit: int) -> None:
    together = list(itertools.accumulate(sorted(values)))
    assert smallest_within(np.array(values, np.int64), limit) == sum(each <= limit for each in together)


@pytest.mark.parametrize("columns", [(-20_038, 20_037), (-20_038, -20_030, 20_037), (-20_037, 0, 20_030)])
def test_cells_on_both_sides_of_the_date_line_are_joined_for_the_smallest_count(columns: tuple[int, ...]) -> None:
    x, y = np.array(columns), np.zeros(len(columns), np.int64)
    found = occupancy(x, y, np.full(len(columns), 500_000), OccupancyGrid(), 1)
    turned = np.array([column + 40_076 if column < -20_000 else column for column in columns])
    least = min(len(plain_sums(turned, y, y + 1, dx, dy)) for dy in range(10) for dx in range(10))
    assert (found.published.all, found.least.all) == (len({column // 10 for column in columns}), least)


def test_merging_adds_equal_cells() -> None:
    one = np.array([(5, 1, 2, 3, 30), (5, 2, 2, 1, 10)], counting.CELLS)
    two = np.array([(5, 1, 2, 4, 40)], counting.CELLS)
    merged = merged_cells([one, two])
    assert merged.tolist() == [(5, 1, 2, 7, 70), (5, 2, 2, 1, 10)]
    assert len(merged_cells([one[:0]])) == 0
