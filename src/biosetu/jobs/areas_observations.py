"""Coverage (3.1), connectivity (A.CT.6) and the SDG series of key sites as Observations, of official polygons only."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from biosetu.engine.hashes import inputs_said
from biosetu.indicators import Provenance, method
from biosetu.jobs.areas_key_sites import KeySiteCoverage
from biosetu.jobs.areas_layers import Request
from biosetu.observations import validate
from biosetu.problems import DataError, Problem, UsageError
from biosetu.translation import N_, say

KEY_SITE_CONDITIONS = N_("Cite the releases of both layers; their own terms hold for what is derived from them.")


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose figure it is: the Party, the release of the polygons, their holder and licence."""

    party: str
    release: str
    holder: str
    licence: str = "own copy"


def coverage_observations(request: Request, table: pa.Table, origin: Origin, *, official: bool) -> pa.Table:
    """Return coverage as Observations of indicator 3.1, status computed.

    Raises DataError for polygons that are not said to be official: these are context and never 3.1.
    """
    made = method("areas.coverage").observations(_told(table, official), "3.1", _provenance(request, origin))
    validate(made)
    return made


def connectivity_observations(request: Request, table: pa.Table, origin: Origin, *, official: bool) -> pa.Table:
    """Return ProtConn as Observations of indicator A.CT.6, a series for each dispersal distance, status computed.

    Raises DataError for polygons that are not said to be official.
    """
    made = method("areas.connectivity").observations(_told(table, official), "A.CT.6", _provenance(request, origin))
    validate(made)
    return made


def key_site_observations(request: Request, found: KeySiteCoverage, origin: Origin, *, official: bool) -> pa.Table:
    """Return the mean share of key sites as Observations of the SDG series, status computed: national figures only.

    Raises DataError for polygons that are not said to be official and for key sites of which no realm is known,
    UsageError for key sites of another country.
    """
    others = sorted(found.sites.countries - {origin.party})
    if others:
        raise UsageError(
            say(
                "{name} has key sites of {others}: say --only {party}",
                name=request.within.name,
                others=", ".join(others[:5]),
                party=origin.party,
            )
        )
    measured = replace(request, sea=None, inland_water=None, by=None)
    provenance = _provenance(measured, origin, KEY_SITE_CONDITIONS)
    made = method("areas.key_sites").observations(_told(found.series, official), "", provenance)
    if not made.num_rows:
        remedy = (
            "Join them to the layer: columns terrestrial, freshwater, mountain, marine with 1 or 0, "
            "or one column realm with these words"
        )
        raise DataError(Problem("the realm of no key site is told", remedy, "realm", str(request.within)))
    validate(made)
    return made


def _told(table: pa.Table, official: bool) -> pa.Table:
    told = {b"biosetu.official": b"yes" if official else b"no"}
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **told})


def _provenance(request: Request, origin: Origin, conditions: str = "") -> Provenance:
    paths = (request.protected, request.within, request.sea, request.inland_water, request.by)
    return Provenance(origin.party, origin.release, inputs_said(paths), origin.holder, origin.licence, conditions)
