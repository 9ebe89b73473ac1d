"""Observations: the record that passes between the rooms."""

from biosetu.observations.schema import KEY, SCHEMA, SCHEMA_VERSION, Source, Status

__all__ = ["KEY", "SCHEMA", "SCHEMA_VERSION", "Source", "Status"]
