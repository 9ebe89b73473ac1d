"""Suggested alignment: which global targets a national target's words point to, and by which words."""

from biosetu.alignment.suggestion.embedding import Embedder, load_embedder
from biosetu.alignment.suggestion.suggester import SUGGESTIONS, Method, Suggester, Suggestion
from biosetu.alignment.suggestion.thesaurus import Thesaurus, Usage, thesaurus

__all__ = [
    "SUGGESTIONS",
    "Embedder",
    "Method",
    "Suggester",
    "Suggestion",
    "Thesaurus",
    "Usage",
    "load_embedder",
    "thesaurus",
]
