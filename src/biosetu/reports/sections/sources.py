"""What was not found, where it was looked for, and how to read the figures."""

from __future__ import annotations

from biosetu.framework import indicators, not_relevant
from biosetu.reports.content import Block, Bullets, Item, Paragraph, Section
from biosetu.reports.evidence import Evidence
from biosetu.reports.series import home_of, rows_of, said, sources_of, title_of, told
from biosetu.translation import Voice


def section(evidence: Evidence, voice: Voice) -> list[Section]:
    """Return what was recorded before the framework, what is absent, and how to read the rest."""
    return [part for part in (_before(evidence, voice), _absent(evidence, voice), _reading(voice)) if part]


def _before(evidence: Evidence, voice: Voice) -> Section | None:
    _ = voice.gettext
    older = [item for item in told(evidence.summaries) if not home_of(item)]
    if not older:
        return None
    items = (
        Item(title_of(item, voice), said(evidence, item, voice), sources=sources_of(rows_of(evidence, item)))
        for item in older
    )
    return Section("before", _("Recorded outside the framework"), (Bullets(tuple(items)),), place=(900,))


def _absent(evidence: Evidence, voice: Voice) -> Section | None:
    _ = voice.gettext
    held = {item.indicator for item in evidence.summaries}
    missing = [
        item
        for item in indicators().values()
        if item.kind == "headline" and item.code not in held and not not_relevant(evidence.party, item.code)
    ]
    if not missing:
        return None
    names = [f"{item.title(voice.language)} ({voice.ltr(item.code)})" for item in missing]
    lead = _("No figure on these headline indicators is in the sources loaded here. The Party may well hold its own.")
    blocks: tuple[Block, ...] = (Paragraph(lead), Bullets(tuple(Item(name) for name in names)))
    return Section("absent", _("Not in the sources loaded here"), (*blocks, *_loaded(evidence, voice)), place=(910,))


def _loaded(evidence: Evidence, voice: Voice) -> tuple[Block, ...]:
    _ = voice.gettext
    if not sources_of(evidence.observations):
        return (Paragraph(_("No source with figures on this Party is loaded here."), "note"),)
    return (Paragraph(_("The sources loaded here, and their releases, are listed at the end."), "note"),)


def _reading(voice: Voice) -> Section:
    _ = voice.gettext
    items = (
        Item(
            _("Latest, baseline, change."),
            _(
                "The latest value comes from the newest release. Baseline, change and trend come from within one"
                " release; releases are never joined. Unless the Party says otherwise the baseline is the mean of the"
                " years held from 2011 to 2020, the reference period of the framework."
            ),
        ),
        Item(
            _("Rounding and trends."),
            _(
                "A change is stated only where it is at least five times the rounding of the source. A trend is stated"
                " only where the years of a series allow it."
            ),
        ),
        Item(
            _("The Party's own line and the global benchmark."),
            _(
                "Progress is judged only against a quantity that the Party has set itself. The global benchmark is"
                " drawn for orientation; it is a quantity for the world together."
            ),
        ),
        Item(
            _("Whose figures."),
            _(
                "Figures of global sources have not been validated by the Party. They become national figures only when"
                " the Party's own office accepts or replaces them."
            ),
        ),
    )
    return Section("reading", _("How to read this"), (Bullets(items),), place=(920,))
