"""Official national figures carried over with the software, as tables: publisher, series, vintage and licence kept."""

from biosetu.sources.official.figures import (
    Custodian,
    Series,
    categories,
    custodians,
    observations,
    series,
    series_of,
    wording,
)

__all__ = [
    "Custodian",
    "Series",
    "categories",
    "custodians",
    "observations",
    "series",
    "series_of",
    "wording",
]
