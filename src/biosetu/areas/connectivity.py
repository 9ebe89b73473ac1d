"""ProtConn: the part of a country that is protected and connected, and what its connection rests on.

Saura et al. (2017), Ecol. Indic. 76:144-158, doi:10.1016/j.ecolind.2016.12.047; transboundary areas and fractions:
Saura et al. (2018), Biol. Conserv. 219:53-67, doi:10.1016/j.biocon.2017.12.020.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np
import pyarrow as pa

from biosetu.geo.compiled import compiled, compiled_parallel
from biosetu.geo.kinds import Flags, Floats, Integers

MEDIAN_PROBABILITY = 0.5
LEAST_LINK = 0.01
EXACT_NODES = 2_000
TOLERANCE = 1e-4  # the most by which ECA may be too low, as a part of it, in large sets
FIRST_REACH = 5.0


@dataclass(frozen=True, slots=True)
class Links:
    """Distances between nodes, each pair once: first, second (e,) positions, distance_km (e,), edge to edge."""

    first: Integers
    second: Integers
    distance_km: Floats


@dataclass(frozen=True, slots=True)
class Network:
    """What is connected. area: (n,) of each node within the country, 0 for nodes wholly outside; single: areas of the
    protected areas one by one, before touching ones were joined into nodes; country: the whole. One unit for all."""

    area: Floats
    links: Links
    single: Floats
    country: float


def protconn(network: Network, median_km: float) -> dict[str, float]:
    """Return ProtConn and its fractions at a median dispersal distance.

    Direct dispersal from edge to edge has probability exp(ln(0.5) d / median); links under 0.01 are left out; between
    any two nodes the most probable path counts. ECA = sqrt(sum a_i a_j p*_ij). Result, in percent of the country:
    protected_percent, protconn_percent, protunconn_percent; relconn_percent = protconn / protected; in percent of
    protconn: fraction_prot (within, contig), fraction_trans, fraction_unprot, which sum to 100. error_percent: how much
    protconn may be too low where faint paths are left out (0 for up to EXACT_NODES nodes). Nodes of area 0 weigh
    nothing and serve as stepping stones.
    """
    area = network.area
    total = float(area.sum())
    if total == 0.0:
        return dict.fromkeys(MEASURES, 0.0) | {"distance_km": median_km}
    whole = _equivalent_area(network, median_km, np.ones(area.size, bool))
    inside = area > 0
    own = whole if inside.all() else _equivalent_area(network, median_km, inside)
    percent = 100.0 / network.country
    connected = percent * whole
    prot = 100 * math.sqrt(float(area @ area)) / whole
    singles = float(network.single.sum())
    within = 100 * math.sqrt(float(network.single @ network.single) * total / singles) / whole if singles else 0.0
    trans = 100 * (whole - own) / whole
    return {
        "distance_km": median_km,
        "protected_percent": percent * total,
        "protconn_percent": connected,
        "protunconn_percent": percent * total - connected,
        "relconn_percent": 100 * whole / total,
        "fraction_prot": prot,
        "fraction_within": min(within, prot),
        "fraction_contig": max(prot - within, 0.0),
        "fraction_trans": trans,
        "fraction_unprot": max(100 - prot - trans, 0.0),
        "error_percent": TOLERANCE * connected if area.size > EXACT_NODES else 0.0,
    }


MEASURES = (
    "distance_km",
    "protected_percent",
    "protconn_percent",
    "protunconn_percent",
    "relconn_percent",
    "fraction_prot",
    "fraction_within",
    "fraction_contig",
    "fraction_trans",
    "fraction_unprot",
    "error_percent",
)


def longest_link_km(median_km: float) -> float:
    """Return the distance at which direct dispersal has the least probability that counts."""
    return median_km * math.log(LEAST_LINK) / math.log(MEDIAN_PROBABILITY)


def connectivity_table(area: str, network: Network, medians_km: tuple[float, ...], year: int | None = None) -> pa.Table:
    """Return one row a dispersal distance: area, year, nodes, links and the measures of `protconn`."""
    sizes = {"nodes": network.area.size, "links": network.links.first.size}
    rows = [{"area": area, "year": year, **sizes, **protconn(network, median)} for median in medians_km]
    return pa.Table.from_pylist(rows)


def _equivalent_area(network: Network, median_km: float, kept: Flags) -> float:
    links = network.links
    scale = -math.log(MEDIAN_PROBABILITY) / median_km
    cost = links.distance_km * scale
    use = kept[links.first] & kept[links.second] & (cost <= -math.log(LEAST_LINK) * (1 + 1e-12))
    start, head, length = _adjacency(network.area.size, links.first[use], links.second[use], cost[use])
    start, head, length = _without_detours(start, head, length)
    area = np.where(kept, network.area, 0.0)
    reach = np.full(area.size, np.inf)
    if area.size > EXACT_NODES:
        near = math.fsum(_sums_from(start, head, length, area, np.full(area.size, FIRST_REACH)))
        reach = _reach(area, near)
    return math.sqrt(math.fsum(_sums_from(start, head, length, area, reach)))


def _reach(area: Floats, least: float) -> Floats:
    """Return how far (-ln p) to look from each node so that what is left out of ECA² is below 2 TOLERANCE of it.

    From node i beyond d at most a_i A exp(-d) is left out; it may be its share by area, or an equal share, of
    TOLERANCE x `least` (a value that ECA² is not below).
    """
    total = float(area.sum())
    by_area = math.log(total**2 / (TOLERANCE * least))
    equal = np.log(np.maximum(area, 1e-300) * total * area.size / (TOLERANCE * least))
    return np.maximum(np.minimum(by_area, equal), 0.0)


def _adjacency(nodes: int, first: Integers, second: Integers, length: Floats) -> tuple[Integers, Integers, Floats]:
    tail, head = np.concatenate([first, second]), np.concatenate([second, first])
    both = np.concatenate([length, length])
    order = np.lexsort((head, tail))
    start = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=nodes))]).astype(np.int64)
    return start, head[order].astype(np.int64), both[order]


def _without_detours(start: Integers, head: Integers, length: Floats) -> tuple[Integers, Integers, Floats]:
    """Leave out links that two shorter links replace: no shortest path changes, and few links remain."""
    keep = _needed(start, head, length)
    tail = np.repeat(np.arange(start.size - 1), np.diff(start))
    counts = np.bincount(tail[keep], minlength=start.size - 1)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), head[keep], length[keep]


@compiled_parallel
def _needed(start: Integers, head: Integers, length: Floats) -> Flags:
    """Mark the links without a detour; neighbours of each node are in order, so common ones are found by merging."""
    keep = np.ones(head.size, np.bool_)
    for node in numba.prange(start.size - 1):
        for k in range(start[node], start[node + 1]):
            other, direct = head[k], length[k]
            a, b = start[node], start[other]
            while a < start[node + 1] and b < start[other + 1]:
                if head[a] < head[b]:
                    a += 1
                elif head[a] > head[b]:
                    b += 1
                else:
                    if length[a] < direct and length[b] < direct and length[a] + length[b] <= direct:
                        keep[k] = False
                        break
                    a += 1
                    b += 1
    return keep


class Work(NamedTuple):
    """Arrays to work in, one entry a node: distance (inf), place in the heap (-1), heap, nodes touched."""

    distance: Floats
    place: Integers
    heap: Integers
    touched: Integers


@compiled_parallel
def _sums_from(start: Integers, head: Integers, length: Floats, area: Floats, reach: Floats) -> Floats:
    """Return a_i sum_j a_j p*_ij for each node i, over paths up to reach[i] (-ln p)."""
    nodes = area.size
    sums = np.zeros(nodes)
    chunks = min(64, nodes)
    for chunk in numba.prange(chunks):
        work = Work(
            np.full(nodes, np.inf), np.full(nodes, -1, np.int64), np.empty(nodes, np.int64), np.empty(nodes, np.int64)
        )
        for node in range(chunk, nodes, chunks):
            if area[node] > 0:
                sums[node] = area[node] * _from_one(start, head, length, area, reach[node], node, work)
    return sums


@compiled
def _from_one(
    start: Integers, head: Integers, length: Floats, area: Floats, reach: float, source: int, work: Work
) -> float:
    """Dijkstra from one node with a binary heap that knows where each node stands; the work arrays are reset."""
    distance, place, heap, touched = work
    distance[source], place[source], heap[0], touched[0] = 0.0, 0, source, source
    size, seen = 1, 1
    total = 0.0
    while size > 0:
        node = heap[0]
        size -= 1
        heap[0] = heap[size]
        place[heap[0]] = 0
        place[node] = -2
        _sink(heap, place, distance, size)
        total += area[node] * math.exp(-distance[node])
        for k in range(start[node], start[node + 1]):
            other = head[k]
            through = distance[node] + length[k]
            if place[other] == -2 or through > reach or through >= distance[other]:
                continue
            if place[other] == -1:
                heap[size], place[other] = other, size
                touched[seen] = other
                size, seen = size + 1, seen + 1
            distance[other] = through
            _rise(heap, place, distance, place[other])
    for k in range(seen):
        distance[touched[k]], place[touched[k]] = np.inf, -1
    return total


@compiled
def _rise(heap: Integers, place: Integers, distance: Floats, position: int) -> None:
    node = heap[position]
    while position > 0:
        above = (position - 1) // 2
        if distance[heap[above]] <= distance[node]:
            break
        heap[position] = heap[above]
        place[heap[position]] = position
        position = above
    heap[position] = node
    place[node] = position


@compiled
def _sink(heap: Integers, place: Integers, distance: Floats, size: int) -> None:
    if size == 0:
        return
    node = heap[0]
    position = 0
    while 2 * position + 1 < size:
        below = 2 * position + 1
        if below + 1 < size and distance[heap[below + 1]] < distance[heap[below]]:
            below += 1
        if distance[heap[below]] >= distance[node]:
            break
        heap[position] = heap[below]
        place[heap[position]] = position
        position = below
    heap[position] = node
    place[node] = position
