"""What every list and every refusal of the API looks like."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import Field

MOST_ROWS = 1000
MOST_OFFSET = 1_000_000
PARTY = r"^[A-Z]{3}$"


class Problem(Schema):
    """Why there is no answer."""

    detail: str


class Refusal(Schema):
    """Which parameters cannot be understood."""

    detail: list[dict[str, Any]]


class Wanted(Schema):
    """Which part of a list."""

    limit: int = Field(100, ge=1, le=MOST_ROWS)
    offset: int = Field(0, ge=0, le=MOST_OFFSET)


OTHERWISE = {422: Refusal, 429: Problem}
