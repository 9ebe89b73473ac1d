"""How often the suggested alignment is right: top-1, top-3, recall of all labels, mean reciprocal rank, by language.

    python benchmarks/alignment/evaluate.py development|development_blind|test [--errors]

Over the texts that have labels; texts for which no global target fits are counted apart (`none_found`: how many of
them rightly get no suggestion).
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from biosetu.alignment.suggestion import Method, Suggester

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Measures:
    texts: int
    top1: float
    top3: float
    recall: float
    mrr: float


def cases(part: str) -> list[dict[str, str]]:
    with (HERE / f"{part}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def measure(rows: list[dict[str, str]], found: dict[str, list[str]]) -> Measures:
    """`top1`, `top3`: a label stands first, among the first three; `recall`: of all labels, among the first five."""
    hits1 = hits3 = recalled = reciprocal = 0.0
    for row in rows:
        labels, ranked = row["targets"].split(";"), found[row["id"]]
        hits1 += ranked[:1] != [] and ranked[0] in labels
        hits3 += any(code in labels for code in ranked[:3])
        recalled += sum(code in ranked[:5] for code in labels) / len(labels)
        reciprocal += max((1 / (ranked.index(code) + 1) for code in labels if code in ranked), default=0)
    n = max(len(rows), 1)
    return Measures(len(rows), hits1 / n, hits3 / n, recalled / n, reciprocal / n)


def evaluate(part: str, method: Method) -> tuple[dict[str, Measures], float, dict[str, list[str]]]:
    rows = cases(part)
    suggester = Suggester(method)
    found = {row["id"]: [s.target for s in suggester.suggest(row["text"], row["language"])] for row in rows}
    groups: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        if row["targets"]:
            groups[row["language"]].append(row)
            groups["all"].append(row)
    without = [row for row in rows if not row["targets"]]
    none = sum(not found[row["id"]] for row in without) / max(len(without), 1)
    return {name: measure(group, found) for name, group in groups.items()}, none, found


def main(part: str, errors: bool) -> None:
    print("part,method,language,texts,top1,top3,recall5,mrr")
    for method in Method:
        results, none, found = evaluate(part, method)
        for language, m in results.items():
            print(f"{part},{method},{language},{m.texts},{m.top1:.3f},{m.top3:.3f},{m.recall:.3f},{m.mrr:.3f}")
        print(f"{part},{method},none_found,,{none:.3f},,,")
        if errors and method is Method.BOTH and part != "test":
            for row in cases(part):
                if found[row["id"]][:1] != row["targets"].split(";")[:1] or (not row["targets"] and found[row["id"]]):
                    print(row["id"], row["targets"], found[row["id"]], row["text"])


if __name__ == "__main__":
    main(sys.argv[1], "--errors" in sys.argv)
