"""What is asked after the work: half a year and a year later, two questions to each side (data/follow_ups.csv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from biosetu.cooperation.services import months_after

PROMPT, REMINDER, ESCALATION = "prompt", "reminder", "escalation"


@dataclass(frozen=True, slots=True)
class Asking:
    """Two questions to one side (`requester` or `provider`) so many months after closing; when it is reminded of them
    and when the centre is told that no answer came [days after the question].
    """

    months: int
    side: str
    first: str
    second: str
    reminder_days: int
    escalation_days: int

    def due(self, closed: date) -> date:
        """Return the day on which it is asked."""
        return months_after(closed, self.months)

    def kinds(self, asked: date, today: date) -> tuple[str, ...]:
        """Return which messages have come due by today, the earliest first."""
        begun = {
            PROMPT: asked,
            REMINDER: asked + timedelta(days=self.reminder_days),
            ESCALATION: asked + timedelta(days=self.escalation_days),
        }
        return tuple(kind for kind, day in begun.items() if day <= today)


@cache
def follow_ups() -> tuple[Asking, ...]:
    """Return the table in its order."""
    text = (files("biosetu.cooperation") / "data" / "follow_ups.csv").read_text(encoding="utf-8")
    return tuple(
        Asking(
            months=int(row["months"]),
            side=row["side"],
            first=row["first"],
            second=row["second"],
            reminder_days=int(row["reminder_days"]),
            escalation_days=int(row["escalation_days"]),
        )
        for row in csv.DictReader(text.splitlines())
    )
