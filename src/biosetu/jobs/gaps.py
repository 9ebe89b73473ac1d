"""The gaps of one Party, ranked, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from biosetu.alignment import PromiseStore
from biosetu.alignment.gaps import EXPLANATION, Gap, grouped_rows
from biosetu.jobs.party import PartyEvidence, party_evidence
from biosetu.observations import ObservationStore
from biosetu.observations.own import OwnStatements
from biosetu.translation import N_, translations

NO_PROMISES = N_("No national targets of {party} are loaded here; what they cover is therefore not said.")
GAPS = pa.schema(
    [
        ("rank", pa.int32()),
        ("kind", pa.string()),
        ("target", pa.string()),
        ("gap", pa.string()),
        ("closes", pa.string()),
        ("evidence", pa.string()),
        ("source", pa.string()),
        ("year", pa.int32()),
        ("id", pa.string()),
        ("shown_under", pa.string()),
    ]
)


def gaps_of(
    code: str,
    *,
    store: ObservationStore | None = None,
    promises: PromiseStore | None = None,
    own: OwnStatements | None = None,
    tables: Mapping[str, pa.Table] | None = None,
) -> PartyEvidence:
    """Return what is held on a Party; its `gaps` are ranked. `tables` may hold open requests and confirmations."""
    return party_evidence(code, store=store, promises=promises, own=own, tables=tables)


def gaps_table(gaps: tuple[Gap, ...], language: str = "en") -> pa.Table:
    """Return ranked gaps as a table for reading, a row each.

    Gaps about the parts of one target share their rank, and `shown_under` says what they say together.
    """
    rows = [
        {
            "rank": place,
            "kind": gap.kind,
            "target": gap.target,
            "gap": gap.says.text(language),
            "closes": gap.closes.text(language),
            "evidence": "; ".join(" ".join(str(part) for part in key if part != "") for key in gap.evidence),
            "source": translations(language).gettext(gap.source) if gap.source else "",
            "year": gap.year,
            "id": gap.id,
            "shown_under": shown.says.text(language) if shown.parts else "",
        }
        for place, shown, gap in grouped_rows(gaps)
    ]
    return pa.Table.from_pylist(rows, schema=GAPS)


def no_promises(found: PartyEvidence, language: str = "en") -> str:
    """Say, where no national targets are loaded, that what they cover is not known; else nothing."""
    if "promises.targets" in found.tables:
        return ""
    return translations(language).gettext(NO_PROMISES).format(party=found.party.name(language))


def explanation(language: str = "en") -> str:
    """Return how gaps are ordered, in words."""
    return translations(language).gettext(EXPLANATION)
