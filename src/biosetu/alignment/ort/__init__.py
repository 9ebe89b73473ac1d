"""The records of the CBD's Online Reporting Tool, as typed schemas: JSON in, JSON out, equal after a round trip.

Field names and identifiers: SCBD online-reporting-tool 06b5c70696 and clearing-house-documentation c046d432b7 (2026).
Older names that the documentation still prints are read, and written the live way (`data/field_drift.csv`).
"""

from biosetu.alignment.ort.base import OrtRecord
from biosetu.alignment.ort.reading import export_record, read_record, read_records, schemas
from biosetu.alignment.ort.reports import BinaryIndicatorData, IndicatorData, IndicatorRow, NationalReport7
from biosetu.alignment.ort.targets import NationalTarget7, NationalTarget7Mapping, Nbsap

__all__ = [
    "BinaryIndicatorData",
    "IndicatorData",
    "IndicatorRow",
    "NationalReport7",
    "NationalTarget7",
    "NationalTarget7Mapping",
    "Nbsap",
    "OrtRecord",
    "export_record",
    "read_record",
    "read_records",
    "schemas",
]
