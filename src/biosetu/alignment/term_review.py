"""What decisions say about the terms of the thesaurus: a list for its reviewers. Nothing changes by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

import pyarrow as pa

from biosetu.alignment.national import Decision, Promises, Verdict
from biosetu.observations.packaged import packaged_rows

REVIEW = pa.schema(
    [(name, pa.string()) for name in ("term", "language", "target")]
    + [(name, pa.int32()) for name in ("confirmed", "rejected", "changed", "chosen")]
    + [("meant_instead", pa.string()), ("weight", pa.int32()), ("parties", pa.int32())]
)
Key = tuple[str, str, str]


@dataclass
class _Tally:
    """How often a term was behind a suggestion that was confirmed, rejected, changed away, or chosen instead."""

    said: Counter[str] = field(default_factory=Counter)
    instead: Counter[str] = field(default_factory=Counter)
    parties: set[str] = field(default_factory=set)


@cache
def _weights() -> Mapping[Key, int]:
    rows = packaged_rows("biosetu.alignment", "thesaurus")
    return {(row["term"].casefold(), row["language"], row["target"]): int(row["weight"]) for row in rows}


def term_review(held: Iterable[Promises]) -> pa.Table:
    """Return by term, language and target how often decisions that hold went along with it, most disputed first.

    Where a suggestion was changed to another target, its terms count there as `chosen`; `meant_instead` names that
    target. `weight` is the term's own in the thesaurus, 0 where it does not point to this target yet. Words that led
    to a suggestion without a term of the thesaurus are listed too: candidates.
    """
    tallies: dict[Key, _Tally] = defaultdict(_Tally)
    for promises in held:
        for decision in promises.decided().values():
            _count(tallies, promises.party, decision)
    rows = [_row(key, tally) for key, tally in tallies.items()]
    rows.sort(key=lambda row: (-_disputes(row), str(row["target"]), str(row["term"])))
    return pa.Table.from_pylist(rows, schema=REVIEW)


def _count(tallies: dict[Key, _Tally], party: str, decision: Decision) -> None:
    shown = decision.suggestion
    for term in (shown.terms or shown.words) if shown else ():
        text, language = term.casefold(), shown.language if shown else ""
        tally = tallies[text, language, decision.about]
        away = decision.verdict is Verdict.CHANGED and decision.target != decision.about
        kept = decision.verdict is Verdict.CHANGED and not away
        tally.said["confirmed" if kept else str(decision.verdict)] += 1
        tally.parties.add(party)
        if away:
            tally.instead[decision.target] += 1
            chosen = tallies[text, language, decision.target]
            chosen.said["chosen"] += 1
            chosen.parties.add(party)


def _row(key: Key, tally: _Tally) -> dict[str, object]:
    counts = {name: tally.said[name] for name in ("confirmed", "rejected", "changed", "chosen")}
    instead = "; ".join(f"{code} ({count})" for code, count in tally.instead.most_common())
    names = dict(zip(("term", "language", "target"), key, strict=True))
    return {
        **names,
        **counts,
        "meant_instead": instead,
        "weight": _weights().get(key, 0),
        "parties": len(tally.parties),
    }


def _disputes(row: Mapping[str, object]) -> int:
    return int(str(row["rejected"])) + int(str(row["changed"]))
