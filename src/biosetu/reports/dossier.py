"""The dossier of one Party, as a document."""

from __future__ import annotations

from biosetu.reports import sections
from biosetu.reports.content import Document, unified
from biosetu.reports.evidence import Evidence
from biosetu.translation import Voice


def dossier(evidence: Evidence, voice: Voice) -> Document:
    """Return what is known of a Party, what it has promised, where the gaps are, and what it can do next."""
    _ = voice.gettext
    party = evidence.party
    date = voice.date(evidence.on)
    fictional = _("Fictional Party") if party.fictional else ""
    invented = (_("This Party does not exist; all its figures are invented."),) if party.fictional else ()
    return Document(
        key="dossier",
        title=party.name(voice.language),
        subtitle=_("Biodiversity dossier for the Kunming-Montreal Global Biodiversity Framework, {date}").format(
            date=date
        ),
        language=voice.language,
        on=evidence.on,
        sections=unified(sections.write(evidence, voice)),
        watermark=fictional,
        colophon=(
            *invented,
            _("Written by BioSetu on {date} from the sources named above.").format(date=date),
            _(
                "The names of Parties are those used by the United Nations. Nothing here expresses an opinion on the"
                " legal status of any country or territory."
            ),
        ),
        meta={"party": party.iso3},
    )
