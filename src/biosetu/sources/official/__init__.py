"""Official national figures carried over with the software, as tables: publisher, series, vintage and licence kept."""

from biosetu.sources.official.figures import Series, observations, series, series_of, wording

__all__ = ["Series", "observations", "series", "series_of", "wording"]
