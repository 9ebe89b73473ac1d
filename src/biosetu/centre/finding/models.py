"""What can be found: every name and code of the framework, as the index of the database reads them."""

from __future__ import annotations

from django.db import models


class Findable(models.Model):
    """One name or code: whose it is (the position in `framework.index.entries`), folded, and its words padded."""

    position = models.IntegerField()
    folded = models.TextField()
    padded = models.TextField()
    is_code = models.BooleanField(db_index=True)

    def __str__(self) -> str:
        return self.folded


class Filling(models.Model):
    """Which content the index was filled with; no row where the database has no index of trigrams."""

    digest = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.digest
