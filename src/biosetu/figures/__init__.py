"""Charts and small maps as SVG, from tables: no script, text stays text, right-to-left where the language is."""

from biosetu.figures.areamap import area_map
from biosetu.figures.bars import category_bars
from biosetu.figures.classmap import Kind, class_colours, class_map, kinds_of
from biosetu.figures.countrymap import breadth_km, country_map, disclaimer
from biosetu.figures.criteria import criteria_strip
from biosetu.figures.dots import Dot, DotOptions, OwnMarks, Small, dot_plot, small_multiples
from biosetu.figures.framework import (
    MOVES,
    Movement,
    Tile,
    framework_figure,
    framework_key,
    framework_screen,
)
from biosetu.figures.matrix import Row, matrix
from biosetu.figures.occurrencemap import occurrence_map
from biosetu.figures.sankey import sankey
from biosetu.figures.series import Level, Options, series_chart
from biosetu.figures.severitycurve import severity_curve
from biosetu.figures.sharebars import Share, share_bars
from biosetu.figures.states import Move, state_chart
from biosetu.figures.topology import Topology, read_geojson, read_topology

__all__ = [
    "MOVES",
    "Dot",
    "DotOptions",
    "Kind",
    "Level",
    "Move",
    "Movement",
    "Options",
    "OwnMarks",
    "Row",
    "Share",
    "Small",
    "Tile",
    "Topology",
    "area_map",
    "breadth_km",
    "category_bars",
    "class_colours",
    "class_map",
    "country_map",
    "criteria_strip",
    "disclaimer",
    "dot_plot",
    "framework_figure",
    "framework_key",
    "framework_screen",
    "kinds_of",
    "matrix",
    "occurrence_map",
    "read_geojson",
    "read_topology",
    "sankey",
    "series_chart",
    "severity_curve",
    "share_bars",
    "small_multiples",
    "state_chart",
]
