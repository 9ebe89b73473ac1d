"""Suggest for 5,000 texts against all goals, targets and elements; prints seconds."""

from __future__ import annotations

import csv
import time
from itertools import cycle, islice
from pathlib import Path

from biosetu.alignment.suggestion import Suggester

with Path(__file__).with_name("development.csv").open(encoding="utf-8", newline="") as stream:
    held = list(csv.DictReader(stream))
rows = [(f"{i}", f"{row['text']} {i}", row["language"]) for i, row in enumerate(islice(cycle(held), 5000))]
start = time.perf_counter()
table = Suggester().table(rows)
print(f"{len(rows)} texts, {table.num_rows} suggestions, {time.perf_counter() - start:.1f} s")
