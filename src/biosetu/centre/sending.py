"""Tables that are sent: as CSV, of which no cell is ever a formula."""

from __future__ import annotations

import pyarrow as pa
from django.http import HttpResponse

from biosetu.engine.tables import csv_bytes


def sent_csv(table: pa.Table, name: str) -> HttpResponse:
    """Return a table as a file to be saved, named `name`.csv."""
    response = HttpResponse(csv_bytes(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
