"""The Observation as columns of a database table, and the way between rows and Arrow tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
from django.db import models

from biosetu.observations import KEY, SCHEMA

COLUMNS: tuple[str, ...] = tuple(SCHEMA.names)


class ObservationColumns(models.Model):
    """One column per field of the Observation; `key_hash` stands for the nine fields of its key."""

    party = models.CharField(max_length=3)
    indicator = models.CharField(max_length=200)
    series = models.TextField(blank=True)
    disaggregation_type = models.TextField(blank=True)
    disaggregation = models.TextField(blank=True)
    year = models.IntegerField()
    period_start = models.IntegerField(null=True)
    period_end = models.IntegerField(null=True)
    value = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    unit = models.TextField(blank=True)
    value_text = models.TextField(blank=True)
    source = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    validated_by = models.TextField(blank=True)
    validated_on = models.DateField(null=True)
    vintage = models.TextField(blank=True)
    resolution = models.FloatField(null=True)
    method = models.TextField(blank=True)
    inputs = models.TextField(blank=True)
    holder = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    licence = models.TextField(blank=True)
    footnote = models.TextField(blank=True)
    key_hash = models.CharField(max_length=64)

    class Meta:
        abstract = True


def key_hash(row: Mapping[str, Any]) -> str:
    """Return the hash that stands for a row's key."""
    return hashlib.sha256(json.dumps([row[name] for name in KEY], ensure_ascii=False).encode()).hexdigest()


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of an Arrow table as the values of a model."""
    return {**{name: row[name] for name in COLUMNS}, "key_hash": key_hash(row)}


def observation_of(record: ObservationColumns) -> dict[str, Any]:
    """Return the observation that a model instance holds."""
    return {name: getattr(record, name) for name in COLUMNS}


def arrow(rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return rows of values, in the order of the schema, as an Arrow table."""
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
