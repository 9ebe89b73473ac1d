"""The national report as a working document: what is known filled in, what is missing marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from biosetu.alignment.national import Action, Promises
from biosetu.framework import cycles, indicators, targets
from biosetu.observations.own import DeclaredProgress, OwnStatements, progress_levels
from biosetu.reports.cbd.collecting.asked import choice_label
from biosetu.reports.cbd.completeness import ITEMS, Completeness
from biosetu.reports.cbd.draft import (
    OPTIONAL,
    THIRD,
    Draft,
    ReportField,
    ReportTarget,
    filled,
    report_fields,
    report_targets,
    split_answer,
)
from biosetu.reports.content import Block, Bullets, Citation, Column, Document, Item, Paragraph, Section, Table
from biosetu.reports.evidence import Evidence
from biosetu.reports.sections.alignment import STATUS
from biosetu.reports.series import rows_of, said, sources_of
from biosetu.translation import N_, Voice

MISSING = N_("Missing")
CARRIED = N_("Carried over from the last report; to be reviewed")
ITEM_NAMES = {
    "target": N_("target"),
    "actions": N_("main actions"),
    "level": N_("level of progress"),
    "progress": N_("progress"),
    "challenges": N_("challenges"),
    "effectiveness": N_("effectiveness"),
    "headline": N_("headline data"),
    "binary": N_("binary answers"),
}
TITLES = {
    "I": N_("Section I. How the report was prepared"),
    "II": N_("Section II. The national strategy and action plan"),
    "IV": N_("Section IV. Progress towards the goals"),
    "V": N_("Section V. Conclusions"),
}


def working_document(
    evidence: Evidence, promises: Promises, draft: Draft, complete: Sequence[Completeness], voice: Voice
) -> Document:
    """Return a Party's report as a document: the meter, then Sections I to V, each field filled or marked missing.

    What the system knows stands under a field as material, with its source; the text of the report is the Party's own.
    """
    _ = voice.gettext
    cycle = cycles()[draft.cycle]
    titled = {target.key: target for target in report_targets(promises, voice.language)}
    complete = [replace(entry, target=titled[entry.target.key]) for entry in complete]
    sections = [
        _meter(complete, voice, (0,)),
        _plain("I", draft, voice, (1,)),
        _plain("II", draft, voice, (2,)),
        *(_target(evidence, promises, draft, entry, voice, (3, place)) for place, entry in enumerate(complete)),
        _goals(draft, voice, (4,)),
        _plain("V", draft, voice, (5,)),
    ]
    name = evidence.party.name(voice.language)
    return Document(
        key="national-report",
        title=_("{report}: working document").format(report=cycle.title(voice.language)),
        subtitle=name,
        language=voice.language,
        on=evidence.on,
        sections=tuple(sections),
        watermark=_("Fictional") if evidence.party.fictional else "",
        meta={"party": evidence.party.iso3, "cycle": cycle.id, "due": cycle.due.isoformat()},
    )


def _meter(complete: Sequence[Completeness], voice: Voice, place: tuple[int, ...]) -> Section:
    _ = voice.gettext
    rows = tuple(
        (
            entry.target.id,
            entry.target.title,
            f"{len(entry.present)}/{len(ITEMS)}",
            voice.join([_(ITEM_NAMES[item]) for item in entry.missing]) or "–",
        )
        for entry in complete
    )
    columns = (
        Column("target", _("No.")),
        Column("title", _("Target")),
        Column("present", _("Items")),
        Column("missing", _("Missing")),
    )
    done = sum(len(entry.present) for entry in complete)
    text = _("{done} of {all} items are there.").format(
        done=voice.number(done), all=voice.number(len(ITEMS) * len(complete))
    )
    source = (Citation("SCBD online reporting tool, progress view (2026-04-30)"),)
    return Section(
        "meter",
        _("What is missing"),
        (Paragraph(text), Table(_("Eight items a target"), columns, rows, source)),
        place=place,
    )


def _plain(section: str, draft: Draft, voice: Voice, place: tuple[int, ...]) -> Section:
    fields = (field for field in report_fields() if field.section == section)
    blocks = [block for field in fields for block in _field(draft, f"{section}.{field.field}", field, voice)]
    return Section(f"section-{section}", voice.gettext(TITLES[section]), tuple(blocks), place=place)


def _field(draft: Draft, key: str, field: ReportField, voice: Voice) -> Iterator[Block]:
    _ = voice.gettext
    yield Paragraph(field.label(voice.language), "heading")
    text = draft.text(key)
    if text and field.kind == "level":
        level = progress_levels().get(text)
        text = level.label(voice.language) if level else text
    elif text and field.choices:
        text = voice.join([choice_label(value, voice.language) for value in split_answer(field.field, text)])
    if text:
        yield Paragraph(text)
        if not filled(draft, key):
            yield Paragraph(_(CARRIED), "caution")
    elif field.kind != OPTIONAL:
        yield Paragraph(_(MISSING), "caution")


def _target(
    evidence: Evidence, promises: Promises, draft: Draft, entry: Completeness, voice: Voice, place: tuple[int, ...]
) -> Section:
    _ = voice.gettext
    target = entry.target
    blocks: list[Block] = [_linked(target, voice)]
    for field in report_fields():
        if field.per == "target":
            blocks += _field(draft, f"{target.key}.{field.field}", field, voice)
            blocks += _material(evidence, promises, target, field, voice)
    blocks += _data(evidence, entry, voice)
    kicker = _("Section III")
    return Section(
        target.key.replace(THIRD, "III-", 1), f"{target.id}. {target.title}", tuple(blocks), kicker=kicker, place=place
    )


def _linked(target: ReportTarget, voice: Voice) -> Paragraph:
    _ = voice.gettext
    if target.type == "global":
        return Paragraph(_("Reported on directly: no national target is linked with this global target."), "note")
    return Paragraph(
        _("Aligned with: {targets}.").format(targets=voice.join(list(target.global_targets)) or "–"), "note"
    )


def held_here(evidence: Evidence, promises: Promises, entry: Completeness, voice: Voice) -> tuple[Block, ...]:
    """Return what is held here on a target as material for its fields: actions, declared progress, indicator data."""
    fields = [field for field in report_fields() if field.per == "target"]
    blocks = [block for field in fields for block in _material(evidence, promises, entry.target, field, voice)]
    return (_linked(entry.target, voice), *blocks, *_data(evidence, entry, voice))


def _material(
    evidence: Evidence, promises: Promises, target: ReportTarget, field: ReportField, voice: Voice
) -> Iterator[Block]:
    if field.field == "mainActionsSummary":
        national = target.type == "national"
        found = [action for action in promises.actions if national and action.target == target.id]
        if found:
            yield Paragraph(voice.gettext("Held here as material:"), "note")
            yield Bullets(tuple(_action(action, voice) for action in found))
    elif field.field == "levelOfProgress":
        for item in _declared(evidence.own, target):
            level = progress_levels()[item.level].label(voice.language)
            text = voice.gettext("The Party's own assessment ({year}): {level}.").format(year=item.year, level=level)
            yield Paragraph(text, "note", (Citation(item.source),))


def _action(action: Action, voice: Voice) -> Item:
    text = action.text.get(voice.language) or action.text.get("en") or next(iter(action.text.values()), "")
    due = voice.ltr(str(action.due)) if action.due else ""
    detail = voice.comma.join(part for part in (action.office, action.milestone, due) if part)
    return Item(
        text,
        detail,
        tag=voice.gettext(STATUS[str(action.status)]) if action.status else "",
        sources=(Citation(action.source),),
    )


def _declared(own: OwnStatements, target: ReportTarget) -> list[DeclaredProgress]:
    return [item for item in own.progress if item.target in target.global_targets]


def _data(evidence: Evidence, entry: Completeness, voice: Voice) -> Iterator[Block]:
    _ = voice.gettext
    wanted = set(entry.target.global_targets)
    shown = [
        item
        for item in evidence.summaries
        if (known := indicators().get(item.indicator)) and known.kind == "headline" and wanted & set(known.targets)
    ]
    if shown:
        yield Paragraph(_("Indicator data held here:"))
        yield Bullets(
            tuple(
                Item(
                    f"{item.indicator} {indicators()[item.indicator].title(voice.language)}",
                    said(evidence, item, voice),
                    sources=sources_of(rows_of(evidence, item)),
                )
                for item in shown
            )
        )
    if entry.headline_missing:
        text = _("Headline indicators on which the Party has not settled its word: {codes}.")
        yield Paragraph(text.format(codes=voice.join(list(entry.headline_missing))), "caution")
    if entry.questions_missing:
        text = _("Binary questions without an answer: {codes}.")
        yield Paragraph(text.format(codes=voice.join(list(entry.questions_missing))), "caution")


def _goals(draft: Draft, voice: Voice, place: tuple[int, ...]) -> Section:
    fields = [field for field in report_fields() if field.per == "goal"]
    blocks: list[Block] = []
    for code, goal in targets().items():
        if goal.kind == "goal":
            blocks.append(Paragraph(f"{code}. {goal.title(voice.language)}", "heading"))
            for field in fields:
                blocks += _field(draft, f"IV.{code}.{field.field}", field, voice)
    return Section("section-IV", voice.gettext(TITLES["IV"]), tuple(blocks), place=place)


def days_left(cycle: str, on: date) -> int:
    """Return the days until a cycle's report is due; negative where it is overdue."""
    return (cycles()[cycle].due - on).days


def default_cycle(on: date) -> str:
    """Return the cycle that is due next, the last one where all have passed."""
    ahead = [name for name, cycle in cycles().items() if cycle.due >= on]
    return ahead[0] if ahead else list(cycles())[-1]
