"""Sentences that guards and refusals say: English as text, and able to be said in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

Gettext = Callable[[str], str]
Value = str | int | tuple[str, ...]
Piece = tuple[str, Mapping[str, Value]]


class Said(str):
    """A text in English that kept its message and values. A tuple among the values is a list of marked words."""

    __slots__ = ("pieces",)
    pieces: tuple[Piece, ...]

    def in_words(self, gettext: Gettext) -> str:
        """Return the text in the language of `gettext`."""
        return _text(self.pieces, gettext)


def say(message: str, **values: Value) -> Said:
    """Return one sentence; `message` is marked where it is written, with `{names}` for the values."""
    return _made(((message, values),))


def together(sentences: Iterable[Said]) -> Said:
    """Return several sentences as one text, empty ones left out."""
    return _made(tuple(piece for sentence in sentences for piece in sentence.pieces))


def in_words(text: str, gettext: Gettext) -> str:
    """Return a text in the language of `gettext`, whether or not it kept its message."""
    return text.in_words(gettext) if isinstance(text, Said) else gettext(text) if text else ""


def _made(pieces: tuple[Piece, ...]) -> Said:
    made = Said(_text(pieces, str))
    made.pieces = pieces
    return made


def _text(pieces: Iterable[Piece], gettext: Gettext) -> str:
    return " ".join(gettext(message).format(**_shown(values, gettext)) for message, values in pieces if message)


def _shown(values: Mapping[str, Value], gettext: Gettext) -> dict[str, str | int]:
    return {
        name: ", ".join(map(gettext, value)) if isinstance(value, tuple) else value for name, value in values.items()
    }
