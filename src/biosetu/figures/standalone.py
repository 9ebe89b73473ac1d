"""A figure as a file of its own: its styles inside, its colours resolved, for PDF, Word and pictures."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from markupsafe import Markup

FONTS = '"Noto Sans", "Noto Sans Arabic", "Noto Naskh Arabic", "Liberation Sans", "DejaVu Sans", sans-serif'


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
    return f"{head}><style>{style()}</style>{rest}".encode()
