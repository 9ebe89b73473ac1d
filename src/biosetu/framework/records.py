"""What was agreed, as frozen records read from the tables in `data/`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GlobalTarget:
    """A goal or a target of the framework. `kind` is `goal` or `target`; `code` is `A`…`D` or `1`…`23`."""

    code: str
    identifier: str
    kind: str
    title_en: str
    title_ar: str
    summary_en: str
    summary_ar: str
    url: str

    def title(self, language: str) -> str:
        """Return the official short title, in English where there is no other."""
        return self.title_ar if language == "ar" and self.title_ar else self.title_en

    def summary(self, language: str) -> str:
        """Return our own one-sentence summary."""
        return self.summary_ar if language == "ar" and self.summary_ar else self.summary_en


@dataclass(frozen=True, slots=True)
class Element:
    """A measurable part of a goal or target, in our own words (no official list exists).

    `scope` of a quantity: `collective` (the world together) or `benchmark` (usable for one Party);
    empty without quantity.
    """

    id: str
    target: str
    text_en: str
    text_ar: str
    kind: str
    value: float | None
    unit: str
    deadline: int | None
    scope: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of decision 16/31. `kind`: headline, binary, component or complementary. Key on `code`.

    `targets` are the codes of the goals and targets it serves; `computed_by` is a method's name,
    or empty for what is recorded only.
    """

    code: str
    identifier: str
    kind: str
    title_en: str
    title_ar: str
    targets: tuple[str, ...]
    units: tuple[str, ...]
    computed_by: str
    url: str

    def title(self, language: str) -> str:
        """Return the official title, in English where there is no other."""
        return self.title_ar if language == "ar" and self.title_ar else self.title_en


@dataclass(frozen=True, slots=True)
class Party:
    """A Party to the Convention (or the fictional Setuland, XXA)."""

    iso3: str
    iso2: str
    m49: str
    name_en: str
    name_ar: str
    region: str
    subregion: str
    ldc: bool
    lldc: bool
    sids: bool
    landlocked: bool
    fictional: bool = False

    def name(self, language: str) -> str:
        """Return the name, in English where there is no other."""
        return self.name_ar if language == "ar" and self.name_ar else self.name_en


@dataclass(frozen=True, slots=True)
class Coverage:
    """That a support centre serves a Party. `certainty`: confirmed, presumed or unknown; `basis` says why."""

    centre: str
    party: str
    certainty: str
    basis: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A technical and scientific cooperation support centre."""

    id: str
    alias: str
    name_en: str
    name_ar: str
    region: str
