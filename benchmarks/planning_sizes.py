"""The sizes of planning problems that are promised, each in a process of its own: gap proven, seconds, memory.

The penalty is told with what it means: what the outline of a single unit costs beside the mean cost of a unit, and
which part of the plan's value its outline is. The sizes are kept at penalty 0.1 (the outline of a unit by itself costs
a third of the unit); 0.3, 0.5 and 1.0 show how the gap grows beyond.

python benchmarks/planning_sizes.py
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

from planning_instances import instance

from biosetu.planning import Objective, solve

# rows, columns, features, penalty, gap asked, seconds allowed
CASES = (
    (100, 100, 100, 0.0, 0.005, 5),
    (100, 100, 100, 0.1, 0.02, 20),
    (100, 100, 100, 0.1, 0.005, 150),
    (100, 100, 100, 0.3, 0.02, 20),
    (100, 100, 100, 0.3, 0.012, 150),
    (100, 100, 100, 0.5, 0.02, 40),
    (100, 100, 100, 1.0, 0.02, 40),
    (300, 300, 200, 0.1, 0.01, 60),
    (300, 300, 200, 0.3, 0.01, 60),
    (500, 1000, 200, 0.1, 0.01, 600),
)


def one(case: list[float]) -> dict[str, object]:
    rows, columns, features, penalty, gap, seconds = case
    solve(instance(20, 20, 5, penalty=penalty), Objective.MINIMUM_SET, gap=0.0, seconds=2)  # kernels compiled
    problem = instance(int(rows), int(columns), int(features), penalty=penalty)
    began = time.monotonic()
    plan = solve(problem, Objective.MINIMUM_SET, gap=gap, seconds=seconds)
    return {
        "units": problem.units,
        "features": problem.features,
        "penalty": penalty,
        "outline_of_a_unit_to_cost": round(4 * penalty / float(problem.cost.mean()), 2),
        "outline_part_of_value": round(penalty * plan.evaluation.boundary_length / plan.evaluation.value, 2),
        "gap_percent": round(100 * plan.gap, 3),
        "seconds": round(time.monotonic() - began, 1),
        "allowed": seconds,
        "value": round(plan.evaluation.value, 3),
        "bound": round(plan.bound, 3),
        "feasible": plan.evaluation.feasible,
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    }


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(one(json.loads(sys.argv[1]))), flush=True)
        return
    for case in CASES:
        subprocess.run([sys.executable, __file__, json.dumps(case)], check=True)


if __name__ == "__main__":
    main()
