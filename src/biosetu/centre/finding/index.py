"""The index of trigrams: FTS5 on SQLite, pg_trgm on PostgreSQL, and the plain scan where there is neither.

The index only proposes candidates, and misses none: a name that scores shares at least `THRESHOLD` of the query's
trigrams, so it holds one of any choice of trigrams that is more than may be missing (`telling`). Candidates are then
scored by the framework's own function, so that the ranking is the same with and without the index.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from biosetu.centre.finding.models import Filling, Findable
from biosetu.framework import Found, find
from biosetu.framework.index import entries
from biosetu.framework.search import SHORTEST_TRIGRAM_QUERY, THRESHOLD, fold, padded_words, trigrams

LAYOUT = 2
CHUNK = 1000
TABLE = "finding_findable"
TRIGRAMS = "finding_trigrams"
FTS5 = f"padded, content='{TABLE}', content_rowid='id', tokenize='trigram'"
CREATE = {
    "sqlite": (f"CREATE VIRTUAL TABLE IF NOT EXISTS {TRIGRAMS} USING fts5({FTS5})",),
    "postgresql": (
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        f"CREATE INDEX IF NOT EXISTS {TRIGRAMS} ON {TABLE} USING gin (padded gin_trgm_ops)",
    ),
}
REBUILD = {"sqlite": f"INSERT INTO {TRIGRAMS}({TRIGRAMS}) VALUES('rebuild')", "postgresql": f"ANALYZE {TABLE}"}
HOLDING = {
    "sqlite": f"SELECT DISTINCT n.position FROM {TRIGRAMS} t JOIN {TABLE} n ON n.id = t.rowid WHERE t.padded MATCH %s",  # noqa: S608
    "postgresql": f"SELECT DISTINCT position FROM {TABLE} WHERE padded LIKE ANY(%s)",  # noqa: S608
}
log = logging.getLogger("biosetu.finding")


def found(text: str, only: Collection[str] = (), limit: int = 20) -> list[Found]:
    """Return what `framework.find` returns, its candidates from the index of the database where there is one."""
    return find(text, only=only, limit=limit, among=candidates(text))


def candidates(text: str) -> frozenset[int] | None:
    """Return the positions of the entries that may match; None where all must be looked at.

    So it is under three characters, without an index, and where the index was filled by another release.
    """
    wanted = fold(text)
    if len(wanted) < SHORTEST_TRIGRAM_QUERY:
        return None
    try:
        if not Filling.objects.filter(digest=content_digest()).exists():
            return None
        named = _holding(telling(trigrams(wanted)))
    except DatabaseError:
        log.warning("the index of names cannot be read; names are searched without it", exc_info=True)
        return None
    coded = Findable.objects.filter(is_code=True, folded__startswith=wanted).values_list("position", flat=True)
    return frozenset(named) | frozenset(coded)


def telling(grams: Counter[str]) -> tuple[str, ...]:
    """Return trigrams of a query of which each match holds at least one: the rarest kind (no blanks) first."""
    total = grams.total()
    may_miss = max(missing for missing in range(total + 1) if (total - missing) / total >= THRESHOLD)
    chosen: list[str] = []
    weight = 0
    for gram in sorted(grams, key=lambda gram: (gram.count(" "), gram)):
        chosen.append(gram)
        weight += grams[gram]
        if weight > may_miss:
            break
    return tuple(chosen)


def _holding(grams: tuple[str, ...]) -> list[int]:
    asked: str | list[str] = [f"%{gram}%" for gram in grams]
    if connection.vendor == "sqlite":
        asked = " OR ".join(f'"{gram}"' for gram in grams)
    with connection.cursor() as cursor:
        cursor.execute(HOLDING[connection.vendor], [asked])
        return [position for (position,) in cursor.fetchall()]


@cache
def content_digest() -> str:
    """Return the hash of all that can be found, and of how it is laid out here."""
    content = [LAYOUT, *((entry.address, entry.aliases, entry.names) for entry in entries())]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def fill(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Fill the index unless it holds this content already; return whether there is one."""
    database = connections[using]
    if Filling.objects.using(using).filter(digest=content_digest()).exists():
        return True
    try:
        with transaction.atomic(using):
            _write(database, using)
    except DatabaseError as error:
        log.info("this database has no index of trigrams (%s); names are searched without one", error)
        return False
    return True


def _write(database: BaseDatabaseWrapper, using: str) -> None:
    with database.cursor() as cursor:
        for statement in CREATE[database.vendor]:
            cursor.execute(statement)
        Filling.objects.using(using).all().delete()
        Findable.objects.using(using).all().delete()
        Findable.objects.using(using).bulk_create(_findables(), batch_size=CHUNK)
        cursor.execute(REBUILD[database.vendor])
    Filling.objects.using(using).create(digest=content_digest())


def _findables() -> Iterator[Findable]:
    for position, entry in enumerate(entries()):
        for is_code, texts in ((False, entry.names), (True, (entry.code, *entry.aliases))):
            for folded in dict.fromkeys(fold(text) for text in texts):
                yield Findable(position=position, folded=folded, padded=padded_words(folded), is_code=is_code)
