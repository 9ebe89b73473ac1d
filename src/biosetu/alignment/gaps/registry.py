"""The kinds of gaps: name → where they are found. A room that knows a kind adds its line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module

from biosetu.alignment.gaps.ranking import rank
from biosetu.alignment.gaps.records import Facts, Gap
from biosetu.translation import N_, translations

Finder = Callable[[Facts], Iterable[Gap]]
KINDS: Mapping[str, str] = {
    "declared": "biosetu.alignment.gaps.declared:find",
    "progress": "biosetu.alignment.gaps.progress:find",
    "measurement": "biosetu.alignment.gaps.measurement:find",
    "alignment": "biosetu.alignment.gaps.alignment:find",
    "implementation": "biosetu.alignment.gaps.implementation:find",
    "means": "biosetu.alignment.gaps.means:find",
    "support": "biosetu.cooperation.support:find",
}
LABELS: Mapping[str, str] = {
    "declared": N_("stated by the Party"),
    "progress": N_("progress"),
    "alignment": N_("not promised"),
    "implementation": N_("not carried out"),
    "means": N_("means still needed"),
    "measurement": N_("not measured"),
    "support": N_("no help asked for"),
}


def label(kind: str, language: str = "en") -> str:
    """Return a kind of gaps in words."""
    return translations(language).gettext(LABELS[kind]) if kind in LABELS else kind


def finder(kind: str) -> Finder:
    """Return the function that finds gaps of a kind: facts in, gaps out, pure."""
    module, _, name = KINDS[kind].partition(":")
    found: Finder = getattr(import_module(module), name)
    return found


def find_gaps(facts: Facts) -> tuple[Gap, ...]:
    """Return all gaps of all kinds, ranked."""
    return rank(gap for kind in KINDS for gap in finder(kind)(facts))
