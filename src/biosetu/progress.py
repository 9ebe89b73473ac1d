"""How long work tells where it stands, and how it is told to stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called by long work after each finished part.

    A caller that wants the work to stop raises `biosetu.problems.Cancelled` from the call.
    """

    def __call__(self, done: int, total: int, label: str = "") -> None:
        """Say that `done` of `total` parts are finished; `label` names the part in hand."""


def silent(done: int, total: int, label: str = "") -> None:
    """Report to nobody."""
