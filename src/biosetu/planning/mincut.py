"""Minimum s-t cut by augmenting paths over two search trees, warm-started from the last residual graph.

Boykov & Kolmogorov (2004), doi:10.1109/TPAMI.2004.60; re-use of the flow after unary changes: Kohli & Torr
(2007), doi:10.1109/TPAMI.2007.1128. Capacities are integers, so that a bound is exact and never depends on
the order of sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from biosetu.geo.compiled import compiled
from biosetu.planning.records import Flags, Integers

FREE, TERMINAL, ORPHAN = -1, -2, -3
SOURCE, SINK = 0, 1
FAR = 2**31 - 1


class Network(NamedTuple):
    """Arcs by tail: those of node i are start[i]:start[i+1]; `back` is the opposite arc; `room` what is left.

    `excess`: what a node can still take from the source (> 0) or give to the sink (< 0).
    """

    start: Integers
    head: Integers
    back: Integers
    room: Integers
    excess: Integers


class Forest(NamedTuple):
    """The two search trees: parent arc (or FREE, TERMINAL, ORPHAN), side, distance to the terminal, its age."""

    parent: Integers
    side: Integers
    distance: Integers
    age: Integers
    queue: Integers
    queued: Flags
    orphans: Integers
    clock: Integers  # [time, queue head, queue length, orphans head, orphans tail]


def build_network(nodes: int, first: Integers, second: Integers, capacity: Integers) -> Network:
    """Return the network of undirected edges, each (first, second, capacity) usable both ways."""
    tail = np.concatenate([first, second])
    head = np.concatenate([second, first])
    order = np.argsort(tail, kind="stable")
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    edges = first.size
    back = np.empty(order.size, np.int64)
    back[place[:edges]], back[place[edges:]] = place[edges:], place[:edges]
    start = np.zeros(nodes + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=nodes), out=start[1:])
    room = np.concatenate([capacity, capacity])[order].astype(np.int64)
    return Network(start, head[order].astype(np.int64), back, room, np.zeros(nodes, np.int64))


class MinimumCut:
    """Minimise sum u_i x_i + sum c_ij |x_i - x_j| over x in {0, 1}, again and again for changing u."""

    def __init__(self, nodes: int, first: Integers, second: Integers, capacity: Integers) -> None:
        self.network = build_network(nodes, first, second, capacity)
        self.unary = np.zeros(nodes, np.int64)
        self.forest = Forest(
            parent=np.empty(nodes, np.int64),
            side=np.empty(nodes, np.int64),
            distance=np.empty(nodes, np.int64),
            age=np.empty(nodes, np.int64),
            queue=np.empty(nodes, np.int64),
            queued=np.zeros(nodes, np.bool_),
            orphans=np.empty(nodes + 1, np.int64),
            clock=np.zeros(5, np.int64),
        )

    def solve(self, unary: Integers) -> Flags:
        """Return the smallest minimising set for these integer unary terms."""
        self.network.excess[:] += self.unary - unary
        self.unary = unary.copy()
        _maximum_flow(self.network, self.forest)
        chosen: Flags = (self.forest.parent != FREE) & (self.forest.side == SOURCE)
        return chosen


@compiled
def _maximum_flow(net: Network, trees: Forest) -> None:
    _plant(net, trees)
    node = -1
    while True:
        if node < 0 or trees.parent[node] == FREE:
            node = _next_active(trees)
            if node < 0:
                return
        arc = _grow(net, trees, node)
        if arc < 0:
            node = -1
            continue
        trees.clock[0] += 1
        _augment(net, trees, arc)
        _adopt(net, trees)


@compiled
def _plant(net: Network, trees: Forest) -> None:
    trees.clock[:] = 0
    trees.queued[:] = False
    trees.age[:] = 0
    for node in range(net.excess.size):
        if net.excess[node] == 0:
            trees.parent[node] = FREE
        else:
            trees.parent[node] = TERMINAL
            trees.side[node] = SOURCE if net.excess[node] > 0 else SINK
            trees.distance[node] = 1
            _activate(trees, node)


@compiled
def _activate(trees: Forest, node: int) -> None:
    if not trees.queued[node]:
        trees.queued[node] = True
        trees.queue[(trees.clock[1] + trees.clock[2]) % trees.queue.size] = node
        trees.clock[2] += 1


@compiled
def _next_active(trees: Forest) -> int:
    while trees.clock[2] > 0:
        node = int(trees.queue[trees.clock[1]])
        trees.clock[1] = (trees.clock[1] + 1) % trees.queue.size
        trees.clock[2] -= 1
        trees.queued[node] = False
        if trees.parent[node] != FREE:
            return node
    return -1


@compiled
def _grow(net: Network, trees: Forest, node: int) -> int:
    """Extend the tree of `node`; return an arc from the source tree to the sink tree, or -1."""
    side = trees.side[node]
    for arc in range(net.start[node], net.start[node + 1]):
        room = net.room[arc] if side == SOURCE else net.room[net.back[arc]]
        if room == 0:
            continue
        other = net.head[arc]
        if trees.parent[other] == FREE:
            trees.side[other] = side
            trees.parent[other] = net.back[arc]
            trees.age[other] = trees.age[node]
            trees.distance[other] = trees.distance[node] + 1
            _activate(trees, other)
        elif trees.side[other] != side:
            return arc if side == SOURCE else net.back[arc]
        elif trees.age[other] <= trees.age[node] and trees.distance[other] > trees.distance[node]:
            trees.parent[other] = net.back[arc]
            trees.age[other] = trees.age[node]
            trees.distance[other] = trees.distance[node] + 1
    return -1


@compiled
def _orphan(trees: Forest, node: int) -> None:
    trees.parent[node] = ORPHAN
    trees.orphans[trees.clock[4]] = node
    trees.clock[4] = (trees.clock[4] + 1) % trees.orphans.size


@compiled
def _bottleneck(net: Network, trees: Forest, arc: int) -> int:
    least = int(net.room[arc])
    node = net.head[net.back[arc]]
    while trees.parent[node] != TERMINAL:
        least = min(least, int(net.room[net.back[trees.parent[node]]]))
        node = net.head[trees.parent[node]]
    least = min(least, int(net.excess[node]))
    node = net.head[arc]
    while trees.parent[node] != TERMINAL:
        least = min(least, int(net.room[trees.parent[node]]))
        node = net.head[trees.parent[node]]
    return min(least, -int(net.excess[node]))


@compiled
def _augment(net: Network, trees: Forest, arc: int) -> None:
    flow = _bottleneck(net, trees, arc)
    net.room[arc] -= flow
    net.room[net.back[arc]] += flow
    for side in range(2):
        node = net.head[net.back[arc]] if side == SOURCE else net.head[arc]
        while trees.parent[node] != TERMINAL:
            up = trees.parent[node]
            along = net.back[up] if side == SOURCE else up
            above = net.head[up]
            net.room[along] -= flow
            net.room[net.back[along]] += flow
            if net.room[along] == 0:
                _orphan(trees, node)
            node = above
        net.excess[node] += -flow if side == SOURCE else flow
        if net.excess[node] == 0:
            _orphan(trees, node)


@compiled
def _rooted_distance(net: Network, trees: Forest, node: int) -> int:
    """Return the distance of `node` to its terminal, FAR when its path ends at an orphan; mark what was learned."""
    now = trees.clock[0]
    length = 0
    walker = node
    while True:
        if trees.age[walker] == now:
            length += trees.distance[walker]
            break
        up = trees.parent[walker]
        length += 1
        if up == TERMINAL:
            trees.age[walker] = now
            trees.distance[walker] = 1
            break
        if up in (ORPHAN, FREE):
            return FAR
        walker = net.head[up]
    found = length
    walker = node
    while trees.age[walker] != now:
        trees.age[walker] = now
        trees.distance[walker] = length
        length -= 1
        walker = net.head[trees.parent[walker]]
    return found


@compiled
def _adopt(net: Network, trees: Forest) -> None:
    while trees.clock[3] != trees.clock[4]:
        node = trees.orphans[trees.clock[3]]
        trees.clock[3] = (trees.clock[3] + 1) % trees.orphans.size
        _find_parent(net, trees, node)


@compiled
def _find_parent(net: Network, trees: Forest, node: int) -> None:
    side = trees.side[node]
    best, nearest = FREE, FAR
    for arc in range(net.start[node], net.start[node + 1]):
        room = net.room[net.back[arc]] if side == SOURCE else net.room[arc]
        other = net.head[arc]
        if room == 0 or trees.side[other] != side or trees.parent[other] == FREE:
            continue
        distance = _rooted_distance(net, trees, other)
        if distance < nearest:
            best, nearest = arc, distance
    trees.parent[node] = best
    if best != FREE:
        trees.age[node] = trees.clock[0]
        trees.distance[node] = nearest + 1
        return
    _release(net, trees, node)


@compiled
def _release(net: Network, trees: Forest, node: int) -> None:
    """Let a node without parent go: neighbours that can reach it become active, its children orphans."""
    side = trees.side[node]
    for arc in range(net.start[node], net.start[node + 1]):
        other = net.head[arc]
        if trees.parent[other] == FREE or trees.side[other] != side:
            continue
        room = net.room[net.back[arc]] if side == SOURCE else net.room[arc]
        if room > 0:
            _activate(trees, other)
        if trees.parent[other] >= 0 and net.head[trees.parent[other]] == node:
            _orphan(trees, other)
