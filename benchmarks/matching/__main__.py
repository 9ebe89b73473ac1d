"""`python -m benchmarks.matching`: 500 requests × 5,000 providers; the assignment beside the one over all pairs."""

from __future__ import annotations

import resource
import time

import numpy as np

from biosetu.cooperation import Provider, Request, assign, fit
from biosetu.jobs.matching import match

WORDS = [
    "mangrove",
    "wetland",
    "red",
    "list",
    "species",
    "ecosystem",
    "finance",
    "fisheries",
    "policy",
    "genetic",
    "soil",
    "forest",
    "river",
    "coast",
]


def people(requests: int, providers: int, seed: int = 1) -> tuple[list[Request], list[Provider]]:
    """Return made-up requests and providers of the given numbers, the same for the same seed."""
    rng = np.random.default_rng(seed)
    codes = [str(n) for n in range(1, 24)]
    groups = [f"{realm}{biome}.{group}" for realm in ("T", "F", "M") for biome in range(1, 6) for group in range(1, 5)]
    tongues = ["en", "ar", "ne", "hi", "zh", "fa", "ru", "id", "vi"]
    parties = ["NPL", "LKA", "JOR", "OMN", "IND", "BGD", "VNM", "LBN", "IRQ", "BTN"]

    def some(pool: list[str], most: int) -> tuple[str, ...]:
        return tuple(rng.choice(pool, rng.integers(1, most + 1), replace=False))

    asked = [
        Request(
            f"r{n}", text=" ".join(rng.choice(WORDS, 12)), party=str(rng.choice(parties)), targets=some(codes, 3),
            ecosystems=some(groups, 3), languages=some(tongues, 2), organization=f"o{n % 300}", days=20.0,
        )
        for n in range(requests)
    ]  # fmt: skip
    offered = [
        Provider(
            f"p{n}", party=str(rng.choice(parties)), parties=some(parties, 3), targets=some(codes, 5),
            ecosystems=some(groups, 6), languages=some(tongues, 3), organization=f"o{n % 1000}", capacity=2,
            workload=int(rng.integers(0, 3)), work=tuple(" ".join(rng.choice(WORDS, 10)) for _ in range(5)),
            results=float(rng.random()), free_days=float(rng.integers(0, 60)),
        )
        for n in range(providers)
    ]  # fmt: skip
    return asked, offered


def main() -> None:
    """Print seconds, the proven gap and the peak of memory."""
    asked, offered = people(500, 5000)
    match(asked[:5], offered[:50])
    started = time.perf_counter()
    table = match(asked, offered)
    whole = time.perf_counter() - started
    matched = fit(asked, offered, 2026)
    room = np.array([max(p.capacity - p.workload, 0) for p in offered])
    started = time.perf_counter()
    few = assign(matched.total, ~matched.excluded, room)
    narrow = time.perf_counter() - started
    started = time.perf_counter()
    full = assign(matched.total, ~matched.excluded, room, candidates=len(offered), gap=0.0)
    everything = time.perf_counter() - started
    print(f"match 500 x 5,000, end to end: {whole:.1f} s, {table.num_rows} rows")
    print(f"assignment, 50 candidates and pairs by reduced cost: {narrow:.2f} s, {few.pairs} pairs, "
          f"sum {few.total:.4f}, bound {few.bound:.4f}, worst {few.worst:.4f}")  # fmt: skip
    print(f"assignment over every eligible pair: {everything:.2f} s, {full.pairs} pairs, sum {full.total:.4f}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


if __name__ == "__main__":
    main()
