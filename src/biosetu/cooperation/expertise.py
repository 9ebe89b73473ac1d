"""How far a provider's codes cover the codes of a request, with the hierarchies of the code lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from biosetu.cooperation.records import CODE_FIELDS, Provider, Request

BROADER = 0.5
_ECOSYSTEM = re.compile(r"^([A-Z]{1,3})(\d+)?(?:\.(\d+))?")
_DOTTED = frozenset({"actions", "threats"})


def ancestors(field: str, code: str) -> tuple[str, ...]:
    """Return the broader codes of a code: biome and realm of a functional group, upper levels of IUCN codes.

    `ancestors("ecosystems", "TF1.2")` is `("TF1", "TF")`; `ancestors("threats", "5.4.3")` is `("5.4", "5")`.
    """
    if field in _DOTTED:
        parts = code.split(".")
        return tuple(".".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
    if field == "ecosystems" and (found := _ECOSYSTEM.match(code)):
        realm, biome, group = found.groups()
        return tuple(([f"{realm}{biome}"] if group else []) + ([realm] if biome else []))
    return ()


def covered(field: str, wanted: str, held: Iterable[str]) -> float:
    """Return how far held codes cover a wanted one: 1 for it or a narrower code of it, 0.5 for a broader one, else 0.

    A provider who knows a biome counts for its realm; one who names only the realm counts half for the biome.
    """
    mine = set(held)
    if wanted in mine or any(wanted in ancestors(field, code) for code in mine):
        return 1.0
    return BROADER if mine & set(ancestors(field, wanted)) else 0.0


def expertise(requests: Sequence[Request], providers: Sequence[Provider]) -> NDArray[np.float64]:
    """Return the mean coverage of each request's codes by each provider, requests × providers; NaN if none is asked."""
    vocabulary = sorted({key for request in requests for key in _codes(request)})
    column = {key: index for index, key in enumerate(vocabulary)}
    asked = ((row, column[key], 1.0) for row, request in enumerate(requests) for key in _codes(request))
    wanted = _matrix(asked, len(requests), column)
    held = _matrix(_held(providers, column), len(providers), column)
    counts = np.asarray(wanted.sum(axis=1)).ravel()
    rows: NDArray[np.float64] = (wanted @ held.T).toarray()
    rows = np.divide(rows, counts[:, None], out=np.zeros_like(rows), where=counts[:, None] > 0)
    rows[counts == 0] = np.nan
    return np.asarray(rows, dtype=np.float64)


def _codes(record: Request | Provider) -> Iterable[tuple[str, str]]:
    return dict.fromkeys((field, code) for field in CODE_FIELDS for code in getattr(record, field))


def _held(providers: Sequence[Provider], column: dict[tuple[str, str], int]) -> Iterable[tuple[int, int, float]]:
    narrower: dict[tuple[str, str], list[int]] = {}
    for (field, code), index in column.items():
        for broad in ancestors(field, code):
            narrower.setdefault((field, broad), []).append(index)
    for row, provider in enumerate(providers):
        best: dict[int, float] = {}
        for field, code in _codes(provider):
            for index in narrower.get((field, code), ()):
                best[index] = max(best.get(index, 0.0), BROADER)
            for key in (code, *ancestors(field, code)):
                if (index := column.get((field, key), -1)) >= 0:
                    best[index] = 1.0
        yield from ((row, index, value) for index, value in sorted(best.items()))


def _matrix(
    entries: Iterable[tuple[int, int, float]], rows: int, column: dict[tuple[str, str], int]
) -> sparse.csr_matrix:
    listed = list(entries)
    values = [value for _, _, value in listed]
    places = ([row for row, _, _ in listed], [index for _, index, _ in listed])
    return sparse.csr_matrix((values, places), shape=(rows, max(len(column), 1)))


def missing(request: Request, provider: Provider) -> tuple[tuple[str, str], ...]:
    """Return the (field, code) pairs that the request names and the provider does not cover at all."""
    return tuple(
        (field, code)
        for field in CODE_FIELDS
        for code in getattr(request, field)
        if covered(field, code, getattr(provider, field)) == 0.0
    )
