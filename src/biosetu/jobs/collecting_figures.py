"""The figures of indicators that offices are asked for: what is held of them, what came back, what becomes national.

Figures are read, compared and kept as the sheet of figures does it (`jobs.validation`), new ones as any table of
observations (`observations.parse_cells`). None is the Party's own before the focal point clears it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from biosetu.framework import indicators
from biosetu.jobs.party import held
from biosetu.jobs.validation import SAME, choice_of, meaning, see_answers, take_answers
from biosetu.observations import ObservationStore, Source, Status, parse_cells, problems_of, unit_code, units
from biosetu.observations.answers import ACCEPT, FILLED, METHOD, REPLACE, answerable, earlier_answers, reference
from biosetu.observations.cells import FIRST_ROW
from biosetu.observations.releases import of_one_release
from biosetu.observations.schema import SCHEMA, SETTLED
from biosetu.problems import DataError, Problem
from biosetu.reports.cbd.collecting import Actor, Asked, Collection, Returned
from biosetu.reports.cbd.collecting.asked import TEXT
from biosetu.reports.cbd.collecting.figures import (
    ADD,
    FIGURE,
    FIGURES,
    MARK,
    Figure,
    figure_key,
    figure_section,
    indicator_of,
    is_figure,
    is_of_figures,
)
from biosetu.reports.cbd.one_series import one_series
from biosetu.reports.series import part_of
from biosetu.translation import LANGUAGES, N_, Voice

REMARK = N_("What should be known of these figures, or why there are none")
# what a new figure is typed as -> the column of its observation
TYPED = {
    "year": "year", "part_kind": "disaggregation_type", "part": "disaggregation", "unit": "unit", "own_value": "value",
    "own_source": "inputs", "reason": "footnote",
}  # fmt: skip
SHOWN = {column: cell for cell, column in TYPED.items()}
Row = Mapping[str, Any]


def indicators_asked(table: pa.Table) -> tuple[str, ...]:
    """Return the indicators whose figures can be asked of an office: those of the framework, then the Party's own."""
    national = sorted({code for code in table.column("indicator").to_pylist() if code.startswith("national:")})
    return (*(code for code, known in indicators().items() if known.kind != "binary"), *national)


def figure_fields(
    collection: Collection, table: pa.Table, language: str = "en", also: Iterable[str] = ()
) -> tuple[Asked, ...]:
    """Return the fields of figures: a remark on each indicator, and each figure of those that somebody is asked for.

    `table` are the observations held on the Party. An indicator counts as asked where a part names it, or something
    came in; `also` are sections (`F.A.2`) whose figures are wanted too.
    """
    known, wanted = _said(collection), frozenset(also)
    rows = answerable(of_one_release(table))
    given = earlier_answers(table)
    found: list[Asked] = []
    for code in indicators_asked(table):
        key = f"{FIGURES}{code}"
        answered = any(figure_section(one) == key for one in collection.draft.entries if is_figure(one))
        label = Voice(language).gettext(REMARK)
        found.append(Asked(key, "", label, TEXT, mandatory=not answered, language=language))
        if key in known or key in wanted or any(part.holds(key) for part in collection.parts):
            mine = sorted((row for row in rows if row["indicator"] == code), key=_order)
            found += _figures(code, mine, given, known.get(key, {}), language)
    return tuple(found)


def _order(row: Row) -> tuple[Any, ...]:
    return row["disaggregation_type"], row["disaggregation"], row["unit"], row["series"], -row["year"]


def _said(collection: Collection) -> dict[str, dict[str, Figure]]:
    """Return the figures that came in, by the section of their indicator and by key."""
    found: dict[str, dict[str, Figure]] = {}
    texts = [(offer.key, offer.text) for offer in collection.offers]
    texts += [(key, entry.text) for key, entry in collection.draft.entries.items()]
    for key, text in texts:
        if is_of_figures(key):
            mine = found.setdefault(figure_section(key), {})
            if is_figure(key) and text:
                mine[key] = Figure.of(text)
    return found


def _figures(
    code: str, rows: Sequence[Row], given: Mapping[str, Row], said: Mapping[str, Figure], language: str
) -> Iterator[Asked]:
    voice = Voice(language)
    seen = set()
    series = defaultdict[str, set[str]](set)
    for row in rows:
        series[row["disaggregation"]].add(row["series"])
    for row in rows:
        key = figure_key(code, reference(row))
        seen.add(key)
        shows = part_of(row["disaggregation"], voice) or _series(row, language)
        several = len(series[row["disaggregation"]]) > 1 and row["series"]
        label = _label(f"{shows} · {voice.ltr(row['series'])}" if several else shows, str(row["year"]), voice)
        yield Asked(
            key, meaning(row, language), label, FIGURE, mandatory=False, figure=_held(row, given), language=language
        )
    for key, figure in said.items():
        if key not in seen:
            yield _new(key, figure, language)


def _series(row: Row, language: str) -> str:
    """Return what a figure of the whole shows, where that is more than its indicator's title."""
    known, shows = indicators().get(row["indicator"]), meaning(row, language)
    return "" if known is not None and shows == known.title(language) else shows


def _label(part: str, year: str, voice: Voice) -> str:
    return f"{part} · {voice.ltr(year)}" if part else voice.ltr(year)


def _new(key: str, figure: Figure, language: str) -> Asked:
    voice = Voice(language)
    known = indicators().get(indicator_of(key))
    about = known.title(language) if known else indicator_of(key)
    return Asked(
        key, about, _label(part_of(figure.part, voice), figure.year, voice), FIGURE, mandatory=False,
        language=language,
    )  # fmt: skip


def _held(row: Row, given: Mapping[str, Row]) -> Figure:
    """Return a figure as it is held: as published, or as the Party answered it."""
    told = given.get(reference(row))
    figure = Figure(
        year=str(row["year"]), part_kind=row["disaggregation_type"], part=row["disaggregation"], unit=row["unit"],
        value=_typed(row), own_source=f"{row['holder']}. {row['inputs']}",
    )  # fmt: skip
    if told is None or told["method"] != METHOD:
        return figure
    return replace(
        figure, answer=choice_of(told), own_value=_typed(told), own_source=told["inputs"], reason=told["footnote"]
    )


def _typed(row: Row) -> str:
    return "" if row["value"] is None else repr(float(row["value"]))


def read_figures(
    collection: Collection, fields: Sequence[Asked], given: Iterable[Returned], actor: Actor, store: ObservationStore
) -> tuple[list[Returned], tuple[Asked, ...]]:
    """Return what came back with every figure read as the report keeps it, and the fields of figures that are new.

    Raises `DataError` with every figure that is wrong, by row and column; rows without an answer are left out.
    """
    known = {field.key: field for field in fields}
    found, figures, problems = _sorted(collection, known, given)
    party = collection.draft.party
    new = [(one, figure) for one, figure in figures if _is_new(one, known)]
    old = [(one, figure) for one, figure in figures if not _is_new(one, known)]
    fresh, extra = _read_new(party, held(party, store), known, new, actor, problems)
    read = [*_read_answers(collection, known, [*old, *fresh], actor, store, problems), *extra]
    problems += _twice(read)
    if problems:
        raise DataError(sorted(problems, key=lambda problem: problem.row or 0))
    added = [_new(one.key, Figure.of(one.text), "en") for one in extra if one.key not in known]
    return [*found, *sorted(read, key=lambda one: one.row or 0)], tuple(added)


Typed = list[tuple[Returned, Figure]]


def _sorted(
    collection: Collection, known: Mapping[str, Asked], given: Iterable[Returned]
) -> tuple[list[Returned], Typed, list[Problem]]:
    """Return what needs no reading (texts, and figures that are taken back), the figures, and those of no field."""
    plain: list[Returned] = []
    figures: Typed = []
    problems: list[Problem] = []
    for one in given:
        if not is_figure(one.key):
            plain.append(one)
        elif not one.text:
            plain += [one] if one.key in collection.draft.entries else []
        elif _is_known(one.key, known):
            figures.append((one, Figure.of(one.text)))
        else:
            message, remedy = N_("not a field of this part"), N_("Send back the part as it was sent out")
            problems.append(_problem(one, message, remedy, "not-asked", one.key))
    return plain, figures, problems


def _is_known(key: str, known: Mapping[str, Asked]) -> bool:
    return key in known or (key == figure_key(indicator_of(key)) and figure_section(key) in known)


def _is_new(one: Returned, known: Mapping[str, Asked]) -> bool:
    field = known.get(one.key)
    return field is None or field.figure is None


def _problem(one: Returned, message: str, remedy: str, code: str, column: str, value: str = "") -> Problem:
    return Problem(message, remedy, code, row=one.row, column=column, value=value)


def _read_answers(
    collection: Collection,
    known: Mapping[str, Asked],
    old: Sequence[tuple[Returned, Figure]],
    actor: Actor,
    store: ObservationStore,
    problems: list[Problem],
) -> list[Returned]:
    """Read answers to figures that are held, as the sheet of figures reads them."""
    cells = _cells([(one.key, figure) for one, figure in old], [one.row or 0 for one, _ in old])
    seen = see_answers(
        collection.draft.party, cells, office=actor.office, on=actor.at.date(), store=store, prefer_new=True
    )
    problems += seen.problems
    lines = {line["row"]: line for line in seen.lines.to_pylist()}
    found = []
    for one, figure in old:
        line, asked = lines.get(one.row or 0), known[one.key].figure
        if line is not None and asked is not None:
            own = figure.own_value if line["own_value"] is None else repr(line["own_value"])
            words = {"own_source": figure.own_source, "reason": figure.reason}
            said = replace(asked, answer=line["answer"], own_value=own, **words)
            if said != asked:
                found.append(replace(one, text=_as_before(collection, one.key, said).text))
    return found


def _cells(figures: Sequence[tuple[str, Figure]], numbers: Sequence[int]) -> pa.Table:
    columns = {"reference": [key.rpartition(MARK)[2] for key, _ in figures]}
    columns |= {name: [getattr(figure, name) for _, figure in figures] for name in ("value", *FILLED)}
    table = pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
    return table.replace_schema_metadata({"biosetu.rows": ",".join(map(str, numbers))})


def _as_before(collection: Collection, key: str, figure: Figure) -> Figure:
    """Return what was said before where accepting a figure comes to the same: a file sent twice changes nothing."""
    before = Figure.of(collection.draft.text(key))
    return before if figure.answer == ACCEPT and before.answer and before.says[:2] == figure.says[:2] else figure


def _read_new(
    party: str,
    table: pa.Table,
    known: Mapping[str, Asked],
    new: Sequence[tuple[Returned, Figure]],
    actor: Actor,
    problems: list[Problem],
) -> tuple[list[tuple[Returned, Figure]], list[Returned]]:
    """Read figures typed as new ones: those that are held in truth, as answers to them, and those that are new."""
    observed, wrong = _observed(party, table, new, actor.office)
    problems += wrong
    bad = {problem.row for problem in wrong}
    rows = {figure_key(row["indicator"], reference(row)): row for row in table.to_pylist()}
    held_already: list[tuple[Returned, Figure]] = []
    fresh: list[Returned] = []
    for (one, figure), row in zip(new, observed.to_pylist(), strict=True):
        same = [] if one.row in bad else _same_thing(known, row, rows)
        if len(same) > 1:
            message = N_("this figure is held more than once")
            problems.append(_problem(one, message, N_("Answer in its row above"), "held", "year", figure.year))
        elif same:
            key, asked = same[0]
            held_already.append((replace(one, key=key), _answer_to(asked, figure, row)))
        elif one.row not in bad:
            key = figure_key(row["indicator"], reference(row))
            fresh.append(replace(one, key=key, text=_figure_of(row).text))
    return held_already, fresh


def _figure_of(row: Row) -> Figure:
    return Figure(
        year=str(row["year"]), part_kind=row["disaggregation_type"], part=row["disaggregation"], unit=row["unit"],
        answer=ADD, own_value=_typed(row), own_source=row["inputs"], reason=row["footnote"],
    )  # fmt: skip


def _answer_to(asked: Figure, figure: Figure, row: Row) -> Figure:
    """Return what a figure typed as new says to the one that is held: the same value accepts it."""
    if _typed(row) == asked.value:
        return replace(asked, answer=ACCEPT, own_value="", own_source="", reason=figure.reason)
    return replace(asked, answer=REPLACE, own_value=_typed(row), own_source=figure.own_source, reason=figure.reason)


def _same_thing(known: Mapping[str, Asked], row: Row, rows: Mapping[str, Row]) -> list[tuple[str, Figure]]:
    """Return what is held of the same year, part and unit: the Party's own figures where it has any."""
    wanted = (str(row["year"]), row["disaggregation_type"], row["disaggregation"], row["unit"])
    found = [(key, field.figure) for key, field in known.items() if indicator_of(key) == row["indicator"]]
    same = [
        (key, figure)
        for key, figure in found
        if figure is not None and (figure.year, figure.part_kind, figure.part, figure.unit) == wanted
    ]
    own = [(key, figure) for key, figure in same if rows[key]["source"] == Source.NATIONAL]
    return own or same


def _observed(
    party: str, table: pa.Table, new: Sequence[tuple[Returned, Figure]], office: str
) -> tuple[pa.Table, list[Problem]]:
    """Return new figures as observations, row by row as given, and what is wrong with them where it was typed."""
    rows = table.to_pylist()
    codes = [indicator_of(one.key) for one, _ in new]
    typed = [
        _spelled(f, [row for row in rows if row["indicator"] == code]) for code, (_, f) in zip(codes, new, strict=True)
    ]
    columns = {column: [str(getattr(figure, cell)) for figure in typed] for cell, column in TYPED.items()}
    columns["indicator"] = codes
    cells = pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
    cells = cells.append_column("party", pa.array([party] * len(new), pa.string()))
    cells = cells.append_column("source", pa.array([Source.NATIONAL.value] * len(new), pa.string()))
    found, problems = parse_cells(cells, defaults={"status": Status.PROPOSED.value, "holder": office})
    named = {(problem.row, problem.column) for problem in problems}
    found = pa.Table.from_pylist([_in_series(row, rows) for row in found.to_pylist()], schema=SCHEMA)
    problems += [problem for problem in problems_of(found) if (problem.row, problem.column) not in named]
    problems += [
        Problem(N_("no source of your value"), N_("Name the document and the page"), "needed", row=row, column="inputs")
        for row, figure in enumerate(typed, start=FIRST_ROW)
        if not figure.own_source
    ]
    return found, [_where_typed(problem, new) for problem in problems]


def _where_typed(problem: Problem, new: Sequence[tuple[Returned, Figure]]) -> Problem:
    row = new[problem.row - FIRST_ROW][0].row if problem.row is not None else None
    return replace(problem, row=row, column=SHOWN.get(problem.column, problem.column))


def _spelled(figure: Figure, rows: Sequence[Row]) -> Figure:
    """Return a figure with unit and part as what is held spells them; the kind of a part that is held is known."""
    voices = [Voice(language) for language in LANGUAGES]
    parts = {
        word.casefold(): (row["disaggregation_type"], row["disaggregation"])
        for row in rows
        if row["disaggregation"]
        for word in (row["disaggregation"], *(part_of(row["disaggregation"], voice) for voice in voices))
    }
    kind, part = parts.get(figure.part.casefold(), (figure.part_kind, figure.part))
    labels = {word.casefold(): code for code, one in units().items() for word in (one.label_en, one.label_ar)}
    unit = labels.get(figure.unit.casefold(), unit_code(figure.unit))
    if figure.part_kind and figure.part_kind.casefold() != kind.casefold():
        kind = figure.part_kind
    return replace(figure, part_kind=kind, part=part, unit=unit)


def _in_series(row: dict[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """Return a new figure in the series that is held of its part in its unit, so that both go out together.

    The Party's own series goes before a published one; of several the one that goes out (`one_series`).
    """
    names = ("indicator", "disaggregation_type", "disaggregation", "unit")
    same = [one for one in rows if all(one[name] == row[name] for name in names) and one["value"] is not None]
    kept = sorted(one_series(same), key=lambda one: (one["source"] == Source.NATIONAL, one["year"]))
    last = kept[-1] if kept else None
    if last is None or last["source"] not in (Source.NATIONAL, Source.AVAILABLE_DATASET):
        return row
    own = last["source"] == Source.NATIONAL and last["method"] != METHOD
    return row | {"series": last["series"]} | ({name: last[name] for name in ("method", "vintage")} if own else {})


def _twice(read: Sequence[Returned]) -> Iterator[Problem]:
    seen: set[str] = set()
    for one in read:
        if one.key in seen:
            yield _problem(one, N_("this figure is answered twice"), N_("Keep one of the rows"), "duplicate", "year")
        seen.add(one.key)


def settle_figures(
    collection: Collection, keys: Iterable[str], actor: Actor, store: ObservationStore
) -> dict[str, str]:
    """Make the figures under these keys the Party's own, in the name of the focal point; return what changed, by key.

    What is held already in the same words is left as it is, so that clearing twice changes nothing. Raises `DataError`
    where a figure is no longer the one that was answered; then nothing is written.
    """
    held_now = [(key, collection.draft.entries.get(key)) for key in keys if is_figure(key)]
    said = {key: (entry.office, Figure.of(entry.text)) for key, entry in held_now if entry is not None}
    changed = _settle_answers(collection.draft.party, said, actor, store)
    return changed | _settle_new(collection.draft.party, said, actor, store)


def _settle_answers(
    party: str, said: Mapping[str, tuple[str, Figure]], actor: Actor, store: ObservationStore
) -> dict[str, str]:
    changed: dict[str, str] = {}
    for office in dict.fromkeys(office for office, _ in said.values()):
        mine = [(key, figure) for key, (of, figure) in said.items() if of == office and figure.answer not in ("", ADD)]
        cells = _cells(mine, range(len(mine)))
        try:
            taken = take_answers(
                party, cells, office=actor.office, holder=office, on=actor.at.date(), store=store, prefer_new=True,
                file=f"figures of {office}",
            )  # fmt: skip
        except DataError as error:
            raise DataError([replace(p, column=mine[p.row or 0][0], row=None) for p in error.problems]) from error
        lines = [line for line in taken.lines.to_pylist() if line["state"] != SAME]
        changed |= {mine[line["row"]][0]: _change(mine[line["row"]][1]) for line in lines}
    return changed


def _change(figure: Figure) -> str:
    return f"{figure.year}: {figure.value or '–'} → {figure.says[0] or figure.answer} {figure.unit} ({figure.answer})"


def _settle_new(
    party: str, said: Mapping[str, tuple[str, Figure]], actor: Actor, store: ObservationStore
) -> dict[str, str]:
    new = [(key, office, figure) for key, (office, figure) in said.items() if figure.answer == ADD]
    if not new:
        return {}
    table = held(party, store)
    typed = [(Returned(key, "", "", row=number), figure) for number, (key, _, figure) in enumerate(new)]
    observed, problems = _observed(party, table, typed, actor.office)
    if problems:
        raise DataError([replace(p, column=new[p.row or 0][0], row=None) for p in problems])
    signed = {"status": Status.VALIDATED.value, "validated_by": actor.office, "validated_on": actor.at.date()}
    known = {reference(row): row for row in table.to_pylist()}
    rows = [row | signed | {"holder": office} for row, (_, office, _) in zip(observed.to_pylist(), new, strict=True)]
    signed_rows = zip((key for key, _, _ in new), rows, strict=True)
    fresh = {key: row for key, row in signed_rows if not _stands(known.get(reference(row)), row)}
    if fresh:
        store.append(pa.Table.from_pylist(list(fresh.values()), schema=SCHEMA), note="figures of offices, cleared")
    return {key: _change(said[key][1]) for key in fresh}


def _stands(before: Row | None, row: Row) -> bool:
    """Return whether a figure is held as the Party's own already, in the same words."""
    names = ("value", "unit", "inputs", "footnote", "holder")
    return before is not None and before["status"] in SETTLED and all(before[name] == row[name] for name in names)
