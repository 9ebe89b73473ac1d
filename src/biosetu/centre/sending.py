"""Files that are sent to be saved; tables as CSV, of which no cell is ever a formula."""

from __future__ import annotations

import pyarrow as pa
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from biosetu.engine.file_names import file_name
from biosetu.engine.tables import csv_bytes

CSV = "text/csv; charset=utf-8"


def attached(content: bytes | str, name: str, kind: str) -> HttpResponse:
    """Return a file to be saved as `name`, of a media type."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=file_name(name)))
    return response


def sent_csv(table: pa.Table, name: str) -> HttpResponse:
    """Return a table as a file to be saved, named `name`.csv."""
    return attached(csv_bytes(table), f"{name}.csv", CSV)
