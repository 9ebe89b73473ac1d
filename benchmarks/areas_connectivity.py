"""ProtConn of 20,000 areas at realistic density (about 50 links each) and of 5,000 very dense ones.

python benchmarks/areas_connectivity.py
"""

from __future__ import annotations

import json
import time

import numpy as np
from scipy.spatial import cKDTree

from biosetu.areas.connectivity import Links, Network, longest_link_km, protconn


def network(nodes: int, width_km: float, median_km: float, seed: int = 1) -> Network:
    random = np.random.default_rng(seed)
    places = random.uniform(0, width_km, (nodes, 2))
    area = np.exp(random.normal(0, 2, nodes))
    radius = np.sqrt(area / np.pi)
    reach = longest_link_km(median_km)
    pairs = cKDTree(places).query_pairs(reach + 20, output_type="ndarray")
    gap = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T) - radius[pairs].sum(axis=1)
    distance = np.maximum(gap, 0.05)
    near = distance <= reach
    links = Links(pairs[near, 0], pairs[near, 1], distance[near])
    return Network(area, links, area, width_km**2)


def main() -> None:
    protconn(network(50, 100, 10), 10.0)  # kernels compiled
    for nodes, width in ((20_000, 1_700.0), (5_000, 390.0)):
        made = network(nodes, width, 10.0)
        began = time.monotonic()
        found = protconn(made, 10.0)
        seconds = time.monotonic() - began
        line = {"nodes": nodes, "links": made.links.first.size, "seconds": round(seconds, 1)}
        print(
            json.dumps(line | {"protconn": found["protconn_percent"], "error_percent": found["error_percent"]}),
            flush=True,
        )


if __name__ == "__main__":
    main()
