"""What the pages of the workbench show of a study: fragments of reports, classes with suggestions, outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from markupsafe import Markup

from biosetu.centre.ecosystems.models import Measurement, Study, StudyClass, StudyVersion, WorkState
from biosetu.centre.ecosystems.verbs import about, assessed
from biosetu.centre.wording import gettext, language, ngettext
from biosetu.ecosystems.assessment import Assessed, assess
from biosetu.ecosystems.pictures import Picture, read_pictures
from biosetu.ecosystems.thresholds import guidelines_by_version
from biosetu.ecosystems.typology import FunctionalGroup, Suggestion, functional_groups, suggest_groups, understood
from biosetu.figures import criteria_strip
from biosetu.jobs.ecosystems_study import read_study, with_classes
from biosetu.reports import Document, fragments
from biosetu.reports.assessments import assessment_document, readings_said, type_map
from biosetu.reports.content import Section, cited
from biosetu.reports.sections.ecosystems import measured_blocks
from biosetu.translation import Voice

SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class on the page: what people said, how large it is, which groups its name suggests."""

    row: StudyClass
    area_km2: float | None
    group: FunctionalGroup | None
    suggestions: tuple[tuple[Suggestion, FunctionalGroup], ...]

    @property
    def unread(self) -> bool:
        """Whether no word of what the class is called can be read, so that nothing can be suggested."""
        return bool(self.row.name or self.row.national_type) and not understood(_called(self.row))


def tables(measurement: Measurement, classes: Sequence[StudyClass]) -> dict[str, pa.Table]:
    """Return the tables of a measurement with the names people gave, and the maps named as their source."""
    said = {row.code: about(row) for row in classes}
    source = "; ".join(f"{each['name']} ({each['year']}), sha256 {each['sha256'][:12]}…" for each in measurement.maps)
    found = {name: with_classes(table, said) for name, table in read_study(measurement.folder).items()}
    return {name: table.replace_schema_metadata({"biosetu.inputs": source}) for name, table in found.items()}


def measured(found: Mapping[str, pa.Table], voice: Voice) -> Markup:
    """Return maps, extent and change, and what became what, as a fragment of the page."""
    blocks = measured_blocks(found["measures"], found.get("transitions"), found["pictures"], voice)
    part = Section("measured", voice.gettext("Extent and change"), tuple(blocks))
    citations = list(dict.fromkeys(cited(part)))
    return fragments.section(part, voice) + fragments.sources(citations, voice)


def class_rows(classes: Sequence[StudyClass], measures: pa.Table) -> list[ClassRow]:
    """Return the classes, largest at the last date first."""
    newest = max((date for date in measures["date"].to_pylist() if date is not None), default=None)
    rows = measures.select(["class", "date", "area_km2"]).to_pylist()
    areas = {row["class"]: row["area_km2"] for row in rows if row["date"] == newest}
    found = [
        ClassRow(row, areas.get(row.code), functional_groups().get(row.functional_group), _suggestions(row))
        for row in classes
    ]
    return sorted(found, key=lambda each: (-(each.area_km2 or 0.0), each.row.code))


def _suggestions(row: StudyClass) -> tuple[tuple[Suggestion, FunctionalGroup], ...]:
    return tuple((each, functional_groups()[each.code]) for each in suggest_groups(_called(row), SUGGESTED))


def _called(row: StudyClass) -> str:
    return f"{row.national_type} {row.name}".strip() or row.code


def by_type(outcomes: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return one line a type: its outcome under each version of the guidelines, B2 by reading, whether they differ."""
    versions = list(outcomes)
    lines = []
    for index, first in enumerate(outcomes[versions[0]]):
        under = {version: outcomes[version][index] for version in versions}
        categories = {(each["category"], each["criteria"]) for each in under.values()}
        readings = _readings(under[versions[0]]["cells_by_reading"])
        lines.append({"ecosystem": first["ecosystem"], "name": first["name"], "under": under,
                      "readings": readings, "differs": len(categories) > 1})  # fmt: skip
    return lines


def _readings(kept: str) -> str:
    """Return what a table keeps of B2 by reading of the 1 % rule, `all VU; small NT`, in the language of the page."""
    categories = dict(part.split(" ") for part in kept.split("; ") if part)
    return readings_said(categories, Voice(language()))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a study: its page, its title, and how far it is."""

    page: str
    title: str
    state: str


def steps(study: Study, whole: Measurement | None, classes: Sequence[StudyClass]) -> tuple[Step, ...]:
    """Return the steps of a study in their order."""
    confirmed = sum(bool(row.functional_group) for row in classes)
    chosen = len(assessed(classes))
    mapped = gettext("{confirmed} of {count} confirmed").format(confirmed=confirmed, count=len(classes))
    types = ngettext("{count} ecosystem type", "{count} ecosystem types", chosen).format(count=chosen)
    return (
        Step(
            "study", gettext("Maps, extent and change"), gettext("measured") if whole else gettext("not measured yet")
        ),
        Step("study_classes", gettext("Classes and functional groups"), mapped if whole else ""),
        Step("study_degradation", gettext("Degradation over time"), _worked_out(study) if whole else ""),
        Step("study_criteria", gettext("Red List criteria and versions"), types if whole else ""),
    )


def _worked_out(study: Study) -> str:
    count = study.degradations.filter(state=WorkState.DONE).count()
    return ngettext("{count} variable", "{count} variables", count).format(count=count) if count else ""


def pictures_of(measurement: Measurement) -> list[Picture]:
    """Return the small pictures of the maps."""
    return read_pictures(read_study(measurement.folder)["pictures"])


def type_picture(measurement: Measurement, row: StudyClass, voice: Voice) -> Markup:
    """Return the map of one type, a drawing alone; empty where it is nowhere."""
    drawn = type_map(pictures_of(measurement), row.code, about(row)["name"], voice)
    return drawn.svg if drawn else Markup("")


def under_each(cells: Mapping[str, str], voice: Voice) -> tuple[tuple[Assessed, Markup, str], ...]:
    """Return one type under each version of the guidelines, newest first: outcome, strip of criteria, B2 by reading.

    Raises:
        DataError: cells that cannot be read.
    """
    found = []
    for version in sorted(guidelines_by_version(), reverse=True):
        (outcome,) = assess([dict(cells)], version)
        drawing = criteria_strip(
            [(each.criterion, each.category) for each in outcome.findings],
            voice,
            key=f"strip-{version.replace('.', '-')}",
            title=voice.gettext("By criterion"),
            text="; ".join(f"{each.criterion} {each.category}" for each in outcome.findings),
        )
        by_reading = {name: each.category for name, each in outcome.cells_by_reading.items()}
        found.append((outcome, drawing, readings_said(by_reading, voice)))
    return tuple(found)


def version_document(version: StudyVersion, voice: Voice) -> Document:
    """Return a saved version as a document: maps and criteria of each type."""
    found = assess(version.rows, version.guidelines)
    title = f"{version.study.title}, {voice.gettext('version {number}').format(number=version.number)}"
    return assessment_document(found, voice, version.at.date(), title, pictures_of(version.measurement))


def version_fragment(version: StudyVersion, voice: Voice) -> Markup:
    """Return the sections of a saved version for a page."""
    document = version_document(version, voice)
    citations = document.citations()
    parts = [fragments.section(part, voice, citations=citations) for part in document.sections]
    return Markup("\n").join([*parts, fragments.sources(citations, voice)])
