import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from biosetu.planning.mincut import MinimumCut


def energies(choices, unary, pairs, capacity):
    differ = choices[:, pairs[:, 0]] != choices[:, pairs[:, 1]]
    return choices @ unary + differ @ capacity


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_cut_is_the_least_of_all_choices_also_after_changes(seed, nodes):
    random = np.random.default_rng(seed)
    pairs = np.array([(i, j) for j in range(nodes) for i in range(j) if random.random() < 0.6] or [(0, 1)])
    capacity = random.integers(0, 20, len(pairs))
    cut = MinimumCut(nodes, pairs[:, 0], pairs[:, 1], capacity)
    choices = np.array(list(itertools.product([0, 1], repeat=nodes)))
    for _ in range(4):
        unary = random.integers(-30, 30, nodes)
        chosen = cut.solve(unary).astype(int)
        found = energies(chosen[None], unary, pairs, capacity)[0]
        assert found == energies(choices, unary, pairs, capacity).min()


def test_cut_equals_maximum_flow_of_scipy_on_a_grid():
    random = np.random.default_rng(7)
    index = np.arange(30 * 40).reshape(30, 40)
    first = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    second = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    capacity = random.integers(1, 50, first.size)
    unary = random.integers(-100, 100, index.size)
    chosen = MinimumCut(index.size, first, second, capacity).solve(unary)
    energy = unary[chosen].sum() + capacity[chosen[first] != chosen[second]].sum()
    source, sink = index.size, index.size + 1
    gains, pays = np.flatnonzero(unary < 0), np.flatnonzero(unary > 0)
    tails = np.concatenate([first, second, np.full(gains.size, source), pays])
    heads = np.concatenate([second, first, gains, np.full(pays.size, sink)])
    rooms = np.concatenate([capacity, capacity, -unary[gains], unary[pays]])
    graph = sparse.csr_array((rooms.astype(np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
    assert energy == maximum_flow(graph, source, sink).flow_value + unary[gains].sum()


def test_cut_takes_the_smallest_of_equal_sets():
    cut = MinimumCut(2, np.array([0]), np.array([1]), np.array([3]))
    assert cut.solve(np.array([0, 0])).tolist() == [False, False]
