"""The tables in `data/`, each read once into a mapping from code to record, in the order of the file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from biosetu.framework.records import Centre, Coverage, Element, GlobalTarget, Indicator, Party
from biosetu.problems import UsageError


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("biosetu.framework") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


@cache
def parties() -> Mapping[str, Party]:
    """Return every Party by ISO 3166-1 alpha-3 code, the fictional Setuland (XXA) last."""
    records = (
        Party(
            iso3=row["iso3"],
            iso2=row["iso2"],
            m49=row["m49"],
            name_en=row["name_en"],
            name_ar=row["name_ar"],
            region=row["region"],
            subregion=row["subregion"],
            ldc=row["ldc"] == "yes",
            lldc=row["lldc"] == "yes",
            sids=row["sids"] == "yes",
            landlocked=row["landlocked"] == "yes",
            fictional=row["fictional"] == "yes",
        )
        for row in _rows("parties")
    )
    return MappingProxyType({party.iso3: party for party in records})


def find_party(code: str) -> Party:
    """Return the Party with this ISO3, ISO2 or M49 code or English name; raise `UsageError` naming close ones."""
    wanted = code.strip().casefold()
    for party in parties().values():
        if wanted in (party.iso3.casefold(), party.iso2.casefold(), party.m49, party.name_en.casefold()):
            return party
    near = [p.iso3 for p in parties().values() if p.name_en.casefold().startswith(wanted[:3])]
    hint = f" Did you mean {', '.join(near[:5])}?" if near else ""
    raise UsageError(f"There is no Party {code!r}.{hint} Use the three-letter code, such as NPL.")


@cache
def targets() -> Mapping[str, GlobalTarget]:
    """Return the goals (A–D) and targets (1–23) by code."""
    return MappingProxyType({row["code"]: GlobalTarget(**row) for row in _rows("targets")})


@cache
def elements() -> Mapping[str, Element]:
    """Return the elements of goals and targets by id."""
    records = (
        Element(
            **{name: row[name] for name in ("id", "target", "text_en", "text_ar", "kind", "unit", "scope")},
            value=float(row["value"]) if row["value"] else None,
            deadline=int(row["deadline"]) if row["deadline"] else None,
        )
        for row in _rows("elements")
    )
    return MappingProxyType({element.id: element for element in records})


@cache
def indicators() -> Mapping[str, Indicator]:
    """Return the indicators by code."""
    texts = ("code", "identifier", "kind", "title_en", "title_ar", "computed_by", "url")
    records = (
        Indicator(**{name: row[name] for name in texts}, targets=_list(row["targets"]), units=_list(row["units"]))
        for row in _rows("indicators")
    )
    return MappingProxyType({indicator.code: indicator for indicator in records})


@cache
def centres() -> Mapping[str, Centre]:
    """Return the support centres by id."""
    return MappingProxyType({row["id"]: Centre(**row) for row in _rows("centres")})


@cache
def coverage() -> tuple[Coverage, ...]:
    """Return which centre serves which Party, how certain that is, and on what basis."""
    return tuple(Coverage(**row) for row in _rows("coverage"))
