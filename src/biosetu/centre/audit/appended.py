"""Rows that are written once and then stand: by their models and queries; the database guards them too (`guards`)."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from biosetu.centre.audit.models import AppendOnlyError


class AppendedRows(models.QuerySet[Any]):
    """Rows that are added and read. What erases a person goes by the base manager; the database guards the rest."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("What was done is not changed.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("What was done is not changed.")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("What was done is not deleted.")


class Appended(models.Model):
    """What is written once and then stands."""

    objects = AppendedRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; a row that is there is not changed."""
        if not self._state.adding:
            raise AppendOnlyError("What was done is not changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnlyError("What was done is not deleted.")
