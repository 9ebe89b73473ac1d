"""`biosetu species …`: range, assess, index."""

from __future__ import annotations

import click

from biosetu.cli.lazy import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "range": ("biosetu.cli.species_range:measure", "Extent of occurrence and area of occupancy from occurrences."),
    "assess": ("biosetu.cli.species_assess:assess", "Category and criteria under the IUCN Red List criteria 3.1."),
    "index": ("biosetu.cli.species_index:index", "The Red List Index, with the limits of what is data deficient."),
    "map": ("biosetu.cli.species_maps:measure_map", "Extent and occupancy from range maps, as upper bounds."),
    "habitat": ("biosetu.cli.species_maps:habitat", "Area of habitat from ranges, land cover and elevation."),
    "star": ("biosetu.cli.species_maps:star", "Species threat abatement and restoration scores."),
    "template": ("biosetu.cli.species_assess:template", "A template of assessments, its columns explained."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def species() -> None:
    """Species: range, Red List criteria, Red List Index."""
