"""What was agreed, as frozen records; each field is a column of the table it is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


class Multilingual:
    """A record whose fields end in a language: `title_en`, `title_ar` …"""

    __slots__ = ()

    def text(self, field: str, language: str) -> str:
        """Return a field in `language`, in English where there is no other."""
        return str(getattr(self, f"{field}_{language}", "") or getattr(self, f"{field}_en"))


class Titled(Multilingual):
    """A record with a title."""

    __slots__ = ()

    def title(self, language: str) -> str:
        """Return the title, in English where there is no other."""
        return self.text("title", language)


class Named(Multilingual):
    """A record with a name."""

    __slots__ = ()

    def name(self, language: str) -> str:
        """Return the name, in English where there is no other."""
        return self.text("name", language)


class Labelled(Multilingual):
    """A record that is shown by a label in words."""

    __slots__ = ()

    def label(self, language: str) -> str:
        """Return the label, in English where there is no other."""
        return self.text("label", language)


@dataclass(frozen=True, slots=True)
class GlobalTarget(Titled):
    """A goal or a target of the framework. `kind` is `goal` or `target`; `code` is `A`…`D` or `1`…`23`.

    Titles are those of the Secretariat's thesaurus, save where `title_ar_status` says `unofficial`; themes and
    summaries are our own words.
    """

    code: str
    identifier: str
    kind: str
    title_en: str
    title_ar: str
    title_ar_status: str
    title_fr: str
    title_es: str
    long_title_en: str
    theme_en: str
    theme_ar: str
    summary_en: str
    summary_ar: str
    url: str
    reference: str

    def theme(self, language: str) -> str:
        """Return the subject in a word or two, for figures."""
        return self.text("theme", language)

    def summary(self, language: str) -> str:
        """Return our own one-sentence summary."""
        return self.text("summary", language)


@dataclass(frozen=True, slots=True)
class Element(Multilingual):
    """A measurable part of a goal or target, in our own words (no official list exists).

    `kind`: outcome, quantity, action, means, condition, scope or beneficiary. A quantity has a `measure` (of what), a
    `value` and its `unit` (percent, usd, fold) where the text gives a number, a `deadline` [year], and a `comparison`
    (at_least, at_most, reduce_by, reduce, increase, reach). Its `scope` is `collective` (the world together) or
    `benchmark` (usable for one Party). All are empty without quantity.
    """

    id: str
    target: str
    text_en: str
    text_ar: str
    kind: str
    value: float | None
    unit: str
    measure_en: str
    measure_ar: str
    deadline: int | None
    scope: str
    comparison: str
    reference: str

    def wording(self, language: str) -> str:
        """Return our own wording."""
        return self.text("text", language)


@dataclass(frozen=True, slots=True)
class Indicator(Titled):
    """An indicator of decision 16/31. `kind`: headline, binary, component or complementary.

    Key on `code`; `identifier` is the CBD's own and not unique. `roles` are `target:role`; `units` the codes of the
    units in which it is reported (those of `biosetu.observations`); `computed_by` a method's name, empty for what is
    recorded only. `method_state` and `custodians_state` say how sure the method and the custodians are: states of the
    table `states`; `custodians` is empty where none is known to us, never guessed.
    """

    code: str
    identifier: str
    kind: str
    title_en: str
    title_ar: str
    title_ar_status: str
    title_fr: str
    title_es: str
    roles: tuple[str, ...]
    units: tuple[str, ...]
    computed_by: str
    method_en: str
    method_ar: str
    method_state: str
    method_reference: str
    custodians: tuple[str, ...]
    custodians_state: str
    url: str
    reference: str

    @property
    def targets(self) -> tuple[str, ...]:
        """The codes of the goals and targets that it serves, each once."""
        return tuple(dict.fromkeys(role.partition(":")[0] for role in self.roles))

    def method(self, language: str) -> str:
        """Return how it is measured, in plain words of our own; empty where no method was found."""
        return self.text("method", language)


@dataclass(frozen=True, slots=True)
class State(Labelled):
    """How sure something said of indicators is. `field`: `method` or `custodian`, in words `subject`.

    `confirmed`: it rests on a document that is held, named in `reference`; `checked` is the day on which all that has
    this state was last looked up.
    """

    field: str
    subject_en: str
    subject_ar: str
    state: str
    label_en: str
    label_ar: str
    confirmed: bool
    checked: date
    reference: str


@dataclass(frozen=True, slots=True)
class Disaggregation(Multilingual):
    """An optional disaggregation of a headline indicator; `code_list` names where its values come from."""

    indicator: str
    position: int
    type: str
    label_en: str
    label_ar: str
    code_list: str
    reference: str


@dataclass(frozen=True, slots=True)
class Party(Named):
    """A Party to the Convention (or the fictional Setuland, XXA).

    `landlocked` is geography (43 Parties), `lldc` the UN group of landlocked developing countries (32). `coast`:
    `sea`, `caspian` (landlocked, on the Caspian) or `none`. `lldc` and `sids` are as in the UN M49 table. `ldc` says
    that it is a least developed country, or was one since the framework was adopted; `ldc_graduation` is the day from
    which it no longer is, by the decision held (`ldc_reference`). `ldc_extension_asked`: it has asked for a later day,
    on which no decision is held. Ask `is_ldc` of a day.
    """

    iso3: str
    iso2: str
    m49: str
    scbd_identifier: str
    name_en: str
    name_ar: str
    name_fr: str
    name_es: str
    name_ru: str
    name_zh: str
    other_names: tuple[str, ...]
    region: str
    subregion: str
    intermediate_region: str
    ldc: bool
    ldc_graduation: date | None
    ldc_extension_asked: bool
    ldc_reference: str
    lldc: bool
    sids: bool
    landlocked: bool
    coast: str
    party_since: date | None
    party_since_status: str
    fictional: bool
    source: str

    def is_ldc(self, on: date) -> bool:
        """Return whether it is a least developed country on a day since the framework was adopted."""
        return self.ldc and (self.ldc_graduation is None or on < self.ldc_graduation)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name held."""
        six = (self.name_en, self.name_ar, self.name_fr, self.name_es, self.name_ru, self.name_zh)
        return tuple(dict.fromkeys(name for name in (*six, *self.other_names) if name))


@dataclass(frozen=True, slots=True)
class Coverage:
    """That a support centre serves a Party from `valid_from` to `valid_to` (open where empty).

    `certainty`: confirmed, presumed (marked wherever it is shown) or unknown; `basis` says why.
    """

    centre: str
    party: str
    certainty: str
    valid_from: date | None
    valid_to: date | None
    basis: str
    source: str

    def holds(self, on: date) -> bool:
        """Say whether the row is valid on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Centre(Named):
    """A technical and scientific cooperation support centre; `alias` is the source's id."""

    id: str
    alias: str
    name_en: str
    name_en_status: str
    name_ar: str
    region: str
    selected: int
    source: str


@dataclass(frozen=True, slots=True)
class Cycle(Titled):
    """A reporting cycle: when the report is due, and by which template and indicators it is written."""

    id: str
    title_en: str
    title_ar: str
    due: date
    schema: str
    template: str
    indicators: str
    reference: str


@dataclass(frozen=True, slots=True)
class Relevance(Multilingual):
    """That something does not concern Parties in a condition, with the reason; the Party may overrule.

    `kind` and `subject`: an `indicator`, a `realm`, a `functional-group`, a `question` or a `choice`
    (`question:value`). `basis`: `decision` (the decision says so) or `proposal` (ours).
    """

    kind: str
    subject: str
    condition: str
    reason_en: str
    reason_ar: str
    basis: str
    reference: str

    def reason(self, language: str) -> str:
        """Return the reason, in English where there is no other."""
        return self.text("reason", language)


@dataclass(frozen=True, slots=True)
class ContextFact:
    """A fact on a Party, used to find similar Parties: a number with its unit, or a text (a list by `;`).

    `fact`: languages, income_group, population [persons], coast, land_area and mountain_area [km2], forest_share
    [percent], mangrove_units. `year` is empty where the source gives none.
    """

    party: str
    fact: str
    value: float | None
    text: str
    unit: str
    year: int | None
    source: str


@dataclass(frozen=True, slots=True)
class BinaryQuestion(Labelled):
    """A question of annex III as the reporting tool asks it; `label` is our own short wording.

    `type`: option (one answer), checkbox (several), string (free text) or header (asks nothing itself; its parts name
    it as `parent`). `options` are the tool's answers, `annex_options` those of annex III; `annex` says whether annex
    III has the question at all, `deviation` how the tool departs from it. `enabled_by` holds conditions
    `question=value|value`: any of them opens the question; empty, it is always open. `groups` and `group_targets` are
    the tool's own keys (its target identifiers have three digits for 12 to 20 and 23).
    """

    key: str
    indicator: str
    number: str
    parent: str
    type: str
    multiple: bool
    mandatory: bool
    label_en: str
    label_ar: str
    options: tuple[str, ...]
    annex: bool
    annex_options: tuple[str, ...]
    deviation: str
    enabled_by: tuple[str, ...]
    groups: tuple[str, ...]
    group_targets: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class Answer(Labelled):
    """An answer of the reporting tool; an `exclusive` one stands alone."""

    value: str
    label_en: str
    label_ar: str
    exclusive: bool
    reference: str


@dataclass(frozen=True, slots=True)
class Consideration(Titled):
    """A consideration of section C of the framework, by letter; one not `confirmed` is marked wherever it is shown."""

    letter: str
    title_en: str
    title_ar: str
    identifier: str
    confirmed: bool
    reference: str


@dataclass(frozen=True, slots=True)
class Code(Named):
    """An entry of a code list; `parent` is a code of the same list, or of the list above in the typology.

    `status`: natural, semi_natural or artificial (typology); extinct or collapsed, threatened, other, legacy (Red List
    categories); else empty. `source_code` is as the publisher writes it (`5_3_1` for `5.3.1`).
    """

    list: str
    code: str
    parent: str
    name_en: str
    name_ar: str
    status: str
    source_code: str
    reference: str
