"""A figure as a file of its own: its styles inside, its colours resolved, for PDF, Word and pictures."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

from biosetu.figures.canvas import RIGHT_TO_LEFT_ISOLATE

# what no Arabic font is sure to have; a renderer that looks for one font for a whole text would lose its letters
BEYOND = r"[^\x00-\x7f\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff\u200e\u200f\u2066-\u2069\u00a0\u202f]+"
FONTS = '"Noto Sans", "Noto Sans Arabic", "Noto Naskh Arabic", "Liberation Sans", "DejaVu Sans", sans-serif'


ARABIC = '"Noto Sans Arabic", "Noto Naskh Arabic"'


@cache
def style() -> str:
    """Return the rules of the figures' sheet that concern drawings, every custom property replaced by its value."""
    text = (files("biosetu.figures") / "figures.css").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    values = dict(re.findall(r"(--bs-[\w-]+):\s*([^;]+);", text))
    text = re.sub(r"var\((--bs-[\w-]+)\)", lambda match: values[match.group(1)], text)
    rules = [rule for rule in re.findall(r"[^{}]+\{[^{}]*\}", text) if rule.strip().startswith(".bs-svg ")]
    return " ".join(re.sub(r"\s+", " ", rule).strip() for rule in rules) + f" .bs-svg {{ font-family: {FONTS}; }}"


def standalone(figure: Markup) -> bytes:
    """Return an SVG file that looks the same without any page around it."""
    head, rest = str(figure).split(">", 1)
    if RIGHT_TO_LEFT_ISOLATE not in rest:
        return f"{head}><style>{style()}</style>{rest}".encode()
    arabic = f" .bs-svg {{ font-family: {ARABIC}, {FONTS}; }} .bs-svg .beyond {{ font-family: {FONTS}; }}"
    return f"{head}><style>{style()}{arabic}</style>{_apart(rest)}".encode()


def _apart(svg: str) -> str:
    """Return a drawing in Arabic whose dashes and signs stand in spans of their own, so that each finds its font."""

    def written(match: re.Match[str]) -> str:
        return match[1] + re.sub(BEYOND, lambda signs: f'<tspan class="beyond">{signs[0]}</tspan>', match[2]) + match[3]

    return re.sub(r"(<text\b[^>]*>)([^<]*)(</text>)", written, svg)
