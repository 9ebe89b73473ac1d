"""Observations: the record that passes between the rooms."""

from biosetu.observations.cells import as_typed, parse_cells, unescape
from biosetu.observations.comparison import row_states
from biosetu.observations.folder import ObservationFolder, table_hash
from biosetu.observations.renamed import as_named_now, named_before, named_now, renamed
from biosetu.observations.schema import (
    KEY,
    SCHEMA,
    SCHEMA_VERSION,
    SETTLED,
    Source,
    Status,
    computed_beside,
    computed_here,
)
from biosetu.observations.store import (
    EVERYTHING,
    Batch,
    BatchConflictError,
    NewerStoreError,
    ObservationStore,
    Selection,
    keys_of,
    newest_per_key,
    sorted_by_key,
    without,
)
from biosetu.observations.units import indicator_units, unit_code, units, value_range
from biosetu.observations.validation import is_indicator, problems_of, validate

__all__ = [
    "EVERYTHING",
    "KEY",
    "SCHEMA",
    "SCHEMA_VERSION",
    "SETTLED",
    "Batch",
    "BatchConflictError",
    "NewerStoreError",
    "ObservationFolder",
    "ObservationStore",
    "Selection",
    "Source",
    "Status",
    "as_named_now",
    "as_typed",
    "computed_beside",
    "computed_here",
    "indicator_units",
    "is_indicator",
    "keys_of",
    "named_before",
    "named_now",
    "newest_per_key",
    "parse_cells",
    "problems_of",
    "renamed",
    "row_states",
    "sorted_by_key",
    "table_hash",
    "unescape",
    "unit_code",
    "units",
    "validate",
    "value_range",
    "without",
]
