"""Everything the framework holds that has a code, by code and by every name held: for `show` and for `search`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from biosetu.framework.codelists import code_lists
from biosetu.framework.search import Hit, best, fold, scan, score, trigrams
from biosetu.framework.tables import centres, considerations, cycles, indicators, parties, questions, targets
from biosetu.problems import UsageError
from biosetu.translation import say, together

NEAR = 5
NEAR_CODE = 0.55
CODE_BEGINS = 0.75
# how people speak of a goal or target: its number with the word for it, in the languages whose titles are held
SPOKEN = {"goal": ("Goal", "الغاية", "Objectif", "Objetivo"), "target": ("Target", "الهدف", "Cible", "Meta")}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with a code; `aliases` are other codes, `names` every name held, English first.

    `kind`: goal, target, indicator, party, centre, question, consideration, cycle, or the name of a code list.
    """

    kind: str
    code: str
    aliases: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def address(self) -> str:
        """The code with its kind, which is unique: `threat:1.1`."""
        return f"{self.kind}:{self.code}"


@dataclass(frozen=True, slots=True)
class Found:
    """An entry found by text, with the name that matched and its score [0–1]."""

    entry: Entry
    name: str
    score: float


@cache
def entries() -> tuple[Entry, ...]:
    """Return every entry; of entries that share a code, the one meant by the bare code comes first."""
    return tuple(_entries())


def kinds() -> tuple[str, ...]:
    """Return the kinds of entry."""
    return tuple(dict.fromkeys(entry.kind for entry in entries()))


def lookup(code: str) -> tuple[Entry, ...]:
    """Return the entries with this code, alias or address (`threat:1.1`); raise `UsageError` naming near ones.

    A bare code may belong to several (1.1 is an indicator, a threat, a habitat …): the first is the one usually meant.
    """
    found = _by_key().get(_key(code))
    if found:
        return found
    near = _near(code)
    hint = say("Near it: {near}.", near=", ".join(near)) if near else say("")
    wrong = say("There is no '{code}' in the framework.", code=code)
    raise UsageError(together((wrong, hint, say("`biosetu framework search` finds by name."))))


def find(
    text: str, only: Collection[str] = (), limit: int = 20, *, among: Collection[int] | None = None
) -> list[Found]:
    """Return the entries that match `text` best, by code or by any name held, best first, each once.

    `only` limits to some kinds, `among` to some positions in `entries` (what an index proposes).
    Scores are those of `biosetu.framework.search.scan`; a code that equals the text wins.
    """
    wanted = fold(text)
    grams = trigrams(wanted)
    hits: dict[int, Found] = {}
    held = entries()
    for position in sorted(among) if among is not None else range(len(held)):
        entry = held[position]
        if only and entry.kind not in only:
            continue
        scored = [(name, score(wanted, grams, *_folded(name))) for name in entry.names]
        scored += [(code, _code_score(wanted, fold(code))) for code in (entry.code, *entry.aliases)]
        name, value = max(scored, key=lambda pair: pair[1])
        if value > 0:
            hits[position] = Found(entry, name, value)
    ranked = best((Hit(position, found.score, found.name) for position, found in hits.items()), limit)
    return [hits[hit.position] for hit in ranked]


def _code_score(wanted: str, folded: str) -> float:
    if wanted == folded:
        return 1.0
    return CODE_BEGINS if len(wanted) > 1 and folded.startswith(wanted) else 0.0


def _key(code: str) -> str:
    return code.strip().casefold().replace("_", ".").replace(" ", "")


@cache
def _by_key() -> dict[str, tuple[Entry, ...]]:
    keys: dict[str, list[Entry]] = {}
    for entry in entries():
        for known in dict.fromkeys((entry.code, *entry.aliases)):
            for key in (_key(known), _key(f"{entry.kind}:{known}")):
                held = keys.setdefault(key, [])
                if entry not in held:
                    held.append(entry)
    return {key: tuple(held) for key, held in keys.items()}


def _near(code: str) -> list[str]:
    kind, _, bare = code.rpartition(":")
    pool = [entry for entry in entries() if entry.kind == kind] or list(entries())
    addresses = {_key(entry.code): entry.address for entry in reversed(pool)}
    close = [addresses[key] for key in get_close_matches(_key(bare), addresses, NEAR, NEAR_CODE)]
    named = [(entry, name) for entry in pool for name in entry.names]
    close += [named[hit.position][0].address for hit in scan(bare, [name for _, name in named], NEAR)]
    return list(dict.fromkeys(close))[:NEAR]


@cache
def _folded(name: str) -> tuple[str, Counter[str]]:
    folded = fold(name)
    return folded, trigrams(folded)


def _entries() -> Iterator[Entry]:
    for target in targets().values():
        names = (target.title_en, target.title_ar, target.title_fr, target.title_es, target.long_title_en)
        spoken = (f"{word} {target.code}" for word in SPOKEN[target.kind])
        yield _entry(target.kind, target.code, (target.identifier, *spoken), (*names, target.theme_en, target.theme_ar))
    for indicator in indicators().values():
        titles = (indicator.title_en, indicator.title_ar, indicator.title_fr, indicator.title_es)
        yield _entry("indicator", indicator.code, (indicator.identifier,), titles)
    for party in parties().values():
        yield _entry("party", party.iso3, (party.iso2, party.m49), party.names)
    for centre in centres().values():
        yield _entry("centre", centre.id, (centre.alias,), (centre.name_en, centre.name_ar))
    for cycle in cycles().values():
        yield _entry("cycle", cycle.id, (), (cycle.title_en, cycle.title_ar))
    for codes in code_lists().values():
        for code in codes.values():
            yield _entry(code.list, code.code, (code.source_code,), (code.name_en, code.name_ar))
    for question in questions().values():
        yield _entry("question", question.key, (), (question.label_en, question.label_ar))
    for item in considerations().values():
        yield _entry("consideration", item.letter, (item.identifier,), (item.title_en, item.title_ar))


def _entry(kind: str, code: str, aliases: tuple[str, ...], names: tuple[str, ...]) -> Entry:
    return Entry(kind, code, tuple(filter(None, aliases)), tuple(dict.fromkeys(filter(None, names))))
