"""STAR of a Party (4.CY.1) from the result of `biosetu species star`: the whole, and by main class of threat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from biosetu.framework import code_list
from biosetu.indicators.conversion import IndicatorMethod

SERIES = {"abatement": "star-abatement/1", "restoration": "star-restoration/1"}
ALWAYS, NO_THREAT = "abatement", "none"


def _rows(result: pa.Table, _party: str) -> Iterator[Mapping[str, Any]]:
    """Yield the sum over threats, then each main class; what no threat explains is told, and counts in neither."""
    sums: dict[str, dict[str, float]] = {
        kind: {} for kind in dict.fromkeys([ALWAYS, *result.column("kind").to_pylist()])
    }
    for row in result.to_pylist():
        main = re.split(r"[._]", row["threat"], maxsplit=1)[0]
        sums[row["kind"]][main] = sums[row["kind"]].get(main, 0.0) + row["score"]
    for kind, by_class in sums.items():
        unexplained = by_class.pop(NO_THREAT, 0.0)
        told = f"species without a known threat of decline add {unexplained:.6g}, not counted" if unexplained else ""
        yield {"series": SERIES[kind], "value": sum(by_class.values()), "footnote": told}
        for main in sorted(by_class, key=lambda code: (len(code), code)):
            if by_class[main] > 0:
                part = {"disaggregation_type": "driver", "disaggregation": _named(main)}
                yield {"series": SERIES[kind], **part, "value": by_class[main]}


def _named(main: str) -> str:
    """Return the name of a main class of threat in the IUCN classification; a code it does not hold as it is."""
    known = code_list("threat").get(main)
    return known.name_en if known is not None else main


METHOD = IndicatorMethod(
    name="species.star",
    version=1,
    unit="index",
    needs=("kind", "threat", "score"),
    rows=_rows,
    reference="Mair et al. 2021, doi:10.1038/s41559-021-01432-0",
)
