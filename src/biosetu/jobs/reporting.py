"""The upload workbooks for the Convention's reporting tool, from what is held on a Party."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from biosetu.framework import find_party, indicators
from biosetu.jobs.observations import read_observations
from biosetu.jobs.party import default_store, held
from biosetu.observations import SETTLED, Source
from biosetu.observations.releases import of_one_release, saying_what_the_party_said
from biosetu.problems import DataError, Problem, UsageError
from biosetu.reports.cbd import (
    LeftOut,
    has_attachment,
    left_out,
    of_other_sources,
    one_series,
    points,
    sendable,
    write_attachment,
    write_upload,
)
from biosetu.translation import say

SENT = (Source.NATIONAL, Source.AVAILABLE_DATASET)


def report_indicator(
    party: str, code: str, out: Path, source: str, attachment: Path | None = None, observations: Path | None = None
) -> tuple[int, tuple[LeftOut, ...]]:
    """Write the upload workbook from all that is held on the Party, or from a table of observations.

    Return the rows written, and what was left out for another series or release.

    Raises `UsageError` for an unknown Party, code or attachment before anything is read.
    """
    iso3 = _known(party, code, attachment)
    table = held(iso3, default_store()) if observations is None else read_observations(observations)
    rows = write_indicator_workbook(table, party, code, out, Source(source), attachment)
    return rows, not_sent(table, party, code, Source(source))


def not_sent(observations: pa.Table, party: str, code: str, source: Source) -> tuple[LeftOut, ...]:
    """Return which figures of an indicator stay out of its workbook: of a series, release or source beside its own."""
    iso3, plain = find_party(party).iso3, code.removeprefix("national:")
    sent = one_series(sendable(_chosen(observations, iso3, code, source), plain))
    others = (sendable(_settled(_held(observations, iso3, code, one)), plain) for one in SENT)
    return (
        *left_out(sendable(_held(observations, iso3, code, source), plain), sent),
        *of_other_sources([row for rows in others for row in rows], str(source)),
    )


def write_indicator_workbook(
    observations: pa.Table,
    party: str,
    code: str,
    out: Path,
    source: Source = Source.NATIONAL,
    attachment: Path | None = None,
) -> int:
    """Write the upload workbook of one indicator of a Party, and its detailed attachment; return the rows written.

    National figures are those that the Party validated or reported; computed figures are never sent as its own. Global
    figures are of one release a series, and say in their footnotes which, and what the Party holds against them.
    """
    iso3 = _known(party, code, attachment)
    rows = points(_chosen(observations, iso3, code, source), code.removeprefix("national:"))
    if not rows:
        raise DataError(_nothing(observations, iso3, code, source))
    if attachment is not None:
        write_attachment(code, rows, attachment)
    return write_upload(rows, out)


def _known(party: str, code: str, attachment: Path | None) -> str:
    """Return the Party's code where Party, indicator and the attachment asked for are known."""
    iso3 = find_party(party).iso3
    known = indicators().get(code)
    if known is None and not code.startswith("national:"):
        raise UsageError(say("There is no indicator '{code}'. Use a code of decision 16/31, such as A.3.", code=code))
    if known is not None and known.kind == "binary":
        raise UsageError(
            say("{code} takes answers to questions, not figures: see biosetu report questions.", code=code)
        )
    if attachment is not None and not has_attachment(code):
        raise UsageError(say("The reporting tool has no detailed template for {code}.", code=code))
    return iso3


def settled_indicators(observations: pa.Table) -> list[tuple[str, Source]]:
    """Return the indicators of which the Party has something to send, in the framework's order, with the source.

    Its own figures where it validated any, else an available dataset that it accepted.
    """
    found: dict[str, Source] = {}
    for row in observations.to_pylist():
        source, code = Source(row["source"]), row["indicator"]
        whole = row["status"] in SETTLED and row["value"] is not None and bool(row["unit"])
        if whole and source in SENT and _is_sent(code) and found.get(code) is not Source.NATIONAL:
            found[code] = source
    order = {code: place for place, code in enumerate(indicators())}
    return sorted(found.items(), key=lambda item: (order.get(item[0], len(order)), item[0]))


def _is_sent(code: str) -> bool:
    known = indicators().get(code)
    return known.kind != "binary" if known else code.startswith("national:")


def _chosen(observations: pa.Table, party: str, code: str, source: Source) -> pa.Table:
    chosen = of_one_release(_held(observations, party, code, source))
    return saying_what_the_party_said(chosen, observations)


def _held(observations: pa.Table, party: str, code: str, source: Source) -> pa.Table:
    mask = pc.and_(pc.equal(observations["party"], party), pc.equal(observations["indicator"], code))
    mask = pc.and_(mask, pc.equal(observations["source"], str(source)))
    held = observations.filter(mask)
    return _settled(held) if source is Source.NATIONAL else held


def _settled(observations: pa.Table) -> pa.Table:
    return observations.filter(pc.is_in(observations["status"], pa.array(sorted(SETTLED))))


def _nothing(observations: pa.Table, party: str, code: str, source: Source) -> Problem:
    mask = pc.and_(pc.equal(observations["party"], party), pc.equal(observations["indicator"], code))
    others = observations.filter(mask).num_rows
    remedy = (
        "Let the Party accept or replace them first (biosetu validate)" if others else "Import or compute figures first"
    )
    return Problem(
        say(
            "{party} has no {source} figure for {code}; {others} figures of other kinds are held",
            party=party,
            source=source,
            code=code,
            others=others,
        ),
        remedy,
        "no-figures",
    )
