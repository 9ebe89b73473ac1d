"""The Observation: one value, tidy, with where it came from (DESIGN §1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pyarrow as pa

SCHEMA_VERSION = 1


class Source(StrEnum):
    """The CBD's own four answers to "where do these data come from"."""

    NATIONAL = "national"
    AVAILABLE_DATASET = "availableDataset"
    NO_DATA = "noData"
    NOT_RELEVANT = "notRelevant"


SILENT = frozenset({Source.NO_DATA.value, Source.NOT_RELEVANT.value})
NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        Source.AVAILABLE_DATASET.value: ("series", "vintage", "inputs", "holder", "licence"),
        Source.NATIONAL.value: ("holder",),
    }
)


class Status(StrEnum):
    """How far a figure has come; only the Party turns a computed figure into a national one."""

    COMPUTED = "computed"
    PROPOSED = "proposed"
    VALIDATED = "validated"
    REPORTED = "reported"


SETTLED = frozenset({Status.VALIDATED.value, Status.REPORTED.value})  # in which a figure is the Party's own word

_TEXT = pa.string()
SCHEMA = pa.schema(
    [
        pa.field("party", _TEXT, nullable=False),
        pa.field("indicator", _TEXT, nullable=False),
        pa.field("series", _TEXT, nullable=False),
        pa.field("disaggregation_type", _TEXT, nullable=False),
        pa.field("disaggregation", _TEXT, nullable=False),
        pa.field("year", pa.int32(), nullable=False),
        pa.field("period_start", pa.int32()),
        pa.field("period_end", pa.int32()),
        pa.field("value", pa.float64()),
        pa.field("lower", pa.float64()),
        pa.field("upper", pa.float64()),
        pa.field("unit", _TEXT, nullable=False),
        pa.field("value_text", _TEXT, nullable=False),
        pa.field("source", _TEXT, nullable=False),
        pa.field("status", _TEXT, nullable=False),
        pa.field("validated_by", _TEXT, nullable=False),
        pa.field("validated_on", pa.date32()),
        pa.field("vintage", _TEXT, nullable=False),
        pa.field("resolution", pa.float64()),
        pa.field("method", _TEXT, nullable=False),
        pa.field("inputs", _TEXT, nullable=False),
        pa.field("holder", _TEXT, nullable=False),
        pa.field("conditions", _TEXT, nullable=False),
        pa.field("licence", _TEXT, nullable=False),
        pa.field("footnote", _TEXT, nullable=False),
    ],
    metadata={"biosetu.schema": "observation", "biosetu.schema_version": str(SCHEMA_VERSION)},
)
# what the Party answered to a figure: stands beside it in what is given out, and is left aside when it comes back
ANSWER_COLUMNS = pa.schema(
    [("party_answer", _TEXT), ("party_value", pa.float64()), ("party_reason", _TEXT), ("party_office", _TEXT)]
)
KEY = (
    "party",
    "indicator",
    "series",
    "disaggregation_type",
    "disaggregation",
    "year",
    "source",
    "method",
    "vintage",
)
_COMPUTED_HERE = re.compile(r"^[a-z_]+\.[a-z_]+/\d+$")


def computed_here(method: str) -> bool:
    """Return whether a method is one of this software's own (`room.name/version`), not a publisher's."""
    return bool(_COMPUTED_HERE.match(method))


def computed_beside(rows: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the methods of this software whose figures stand beside published ones of the same series; else none.

    They are told apart from the published figures, and come after them. rows: Observations of one series.
    """
    methods = {row.get("method", "") for row in rows if row["source"] == Source.AVAILABLE_DATASET.value}
    here = frozenset(method for method in methods if computed_here(method))
    return here if methods - here else frozenset()
