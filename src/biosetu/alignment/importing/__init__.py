"""National targets in, from where they are: exports and records of the reporting tool, our own template; and out."""

from biosetu.alignment.importing.reading import adopt_ids, grid_of, read_json
from biosetu.alignment.importing.records import from_record, to_mapping, to_record, to_strategy
from biosetu.alignment.importing.sheets import promise_sheets
from biosetu.alignment.importing.tables import knows_header, read_tables, template_rows

__all__ = [
    "adopt_ids",
    "from_record",
    "grid_of",
    "knows_header",
    "promise_sheets",
    "read_json",
    "read_tables",
    "template_rows",
    "to_mapping",
    "to_record",
    "to_strategy",
]
