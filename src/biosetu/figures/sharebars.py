"""Shares as bars against what is wanted of each: one row a feature, a mark where the target stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from biosetu.figures.canvas import Canvas, width_of, wrap
from biosetu.translation import Voice

WIDTH, BAR, ROW, TOP, LEGEND = 440.0, 12.0, 42.0, 6.0, 26.0
VALUE_ROOM = 58.0
LABEL_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Share:
    """One row: what it is, its share and what is wanted of it [%]; None where it has no share."""

    label: str
    percent: float | None
    wanted: float


def share_bars(shares: Sequence[Share], voice: Voice, *, key: str, title: str, wanted: str, text: str = "") -> Markup:
    """Return the bars, all on one scale from nothing to the largest share or target; an empty string without rows.

    wanted: what the mark is called.
    """
    if not shares:
        return Markup("")
    most = max(max(share.percent or 0.0, share.wanted) for share in shares)
    canvas = Canvas(WIDTH, TOP + ROW * len(shares) + LEGEND, voice)
    scale = (WIDTH - VALUE_ROOM) / max(most, 1e-9)
    for place, share in enumerate(shares):
        _bar(canvas, TOP + ROW * place, share, scale, voice)
    y = TOP + ROW * len(shares) + 4
    canvas.line(6, y - 2, 6, y + 12, "bar-target")
    canvas.text(16, y + 9, wanted, "t-soft t-small")
    return canvas.finish(key, title, text)


def _bar(canvas: Canvas, y: float, share: Share, scale: float, voice: Voice) -> None:
    canvas.text(0, y + 12, wrap(share.label, LABEL_CHARACTERS, 1)[0])
    top = y + 18
    canvas.rect(0, top, WIDTH - VALUE_ROOM, BAR, "bar-ground", 2)
    length = (share.percent or 0.0) * scale
    if length > 0:
        canvas.rect(0, top, length, BAR, "bar-share" if (share.percent or 0) >= share.wanted else "bar-short", 2)
    canvas.line(share.wanted * scale, top - 4, share.wanted * scale, top + BAR + 4, "bar-target")
    label = "–" if share.percent is None else f"{voice.number(share.percent, 1)} %"
    canvas.text(WIDTH - width_of(label) - 2, top + BAR - 1, label, "t-strong")
