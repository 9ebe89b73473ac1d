"""A port for the operator's own sentence-embedding model. Nothing is downloaded; without one, none is used."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from biosetu.problems import UsageError
from biosetu.translation import say


class Embedder(Protocol):
    """A model that turns texts into vectors. `languages`: the ISO 639-1 codes that it was trained to read."""

    languages: frozenset[str]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return one vector a text, as rows."""


def load_embedder(factory: str, path: str) -> Embedder:
    """Call the operator's factory (`module:function`) with the path of the model; raise `UsageError` where it fails."""
    module, _, name = factory.partition(":")
    try:
        embedder: Embedder = getattr(import_module(module), name)(path)
    except (ImportError, AttributeError, OSError, TypeError, ValueError) as error:
        raise UsageError(
            say(
                "The embedding model '{factory}' could not be loaded from '{path}': {error}",
                factory=factory,
                path=path,
                error=error,
            )
        ) from error
    if not getattr(embedder, "languages", None):
        raise UsageError("The embedding model must say which languages it reads.")
    return embedder


def similarity(
    embedder: Embedder, language: str, texts: Sequence[str], others: Sequence[str]
) -> NDArray[np.float64] | None:
    """Return the cosine of each text with each other one [0, 1]; None for a language that the model can't read."""
    if language not in embedder.languages:
        return None
    left, right = (_unit(np.asarray(embedder.encode(list(side)), dtype=np.float64)) for side in (texts, others))
    return np.asarray(np.clip(left @ right.T, 0.0, 1.0), dtype=np.float64)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))
