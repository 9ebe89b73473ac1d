"""`biosetu species index`: the door to `jobs.species_index`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from biosetu.cli.options import MOST_DRAWS, TABLE, Named, Number, language_option, out_option, quiet_option
from biosetu.cli.output import emit, tell

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def _span(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    first, _, last = value.partition("-")
    years = len(first) == len(last) == 4 and (first + last).isdecimal()
    if not (years and int(first) <= int(last)):
        raise click.BadParameter("write FIRST-LAST, such as 1993-2024")
    return int(first), int(last)


def _pairs(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        column, sign, value = (part.strip() for part in text.partition("="))
        if not (column and sign and value):
            raise click.BadParameter("write COLUMN=VALUE, such as use=food")
        pairs.append((column, value))
    return pairs


@click.command("index")
@click.argument("history", type=FILE)
@click.option("--by", multiple=True, metavar="COLUMN", help="Column of groups; repeat for more cuts.")
@click.option("--weights", metavar="COLUMN", help="Column of HISTORY with each taxon's share of range in the country.")
@click.option("--shares", type=FILE, metavar="FILE", help="party, taxon, share: an index for each Party.")
@click.option(
    "--genuine", type=FILE, metavar="FILE", help="taxon, year, from, to (driver): genuine changes, to back-cast by."
)
@click.option(
    "--only",
    multiple=True,
    callback=_pairs,
    metavar="COLUMN=VALUE",
    help="Count only taxa with this value; repeat for more.",
)
@click.option(
    "--driver",
    "drivers",
    multiple=True,
    metavar="CODE",
    help="Count only changes driven by this threat (IUCN code); repeat for more.",
)
@click.option("--national", is_flag=True, help="HISTORY holds repeated national Red Lists (unweighted, RE counts 5).")
@click.option("--annual", callback=_span, metavar="FIRST-LAST", help="A value for each year, as published.")
@click.option("--aggregate", is_flag=True, help="Also the mean over groups.")
@click.option("--sampled", is_flag=True, help="The taxa are a sample: limits by bootstrap.")
@click.option("--level", type=Number(0, 1, min_open=True, max_open=True), default=0.9, show_default=True)
@click.option("--draws", type=click.IntRange(1, MOST_DRAWS), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--plot", type=Named(".svg"), metavar="FILE.svg", help="Also draw the index.")
@click.option(
    "--observations",
    type=TABLE,
    metavar="FILE",
    help="Also write Observations; needs --party, --vintage, --holder, --licence.",
)
@click.option(
    "--indicator",
    metavar="CODE",
    default="A.3",
    show_default=True,
    help="Indicator of the Observations: A.3, or one over certain taxa or of one driver, such as 6.CY.1.",
)
@click.option("--party", help="ISO 3166-1 alpha-3 code of the Party.")
@click.option("--vintage", default="", help="Release of the categories.")
@click.option("--holder", default="", help="Whose figures they are.")
@click.option("--licence", default="", help="Licence of the categories.")
@click.option("--keep", metavar="PARTY", help="Keep the index and its categories for the dossier of this Party.")
@out_option
@quiet_option
@language_option
def index(history: Path, out: Path | None, quiet: bool, language: str, **asked: Any) -> None:
    """The Red List Index of the taxa in HISTORY: a table of taxon, year, category and group columns.

    An export of the IUCN Red List is read as it is. Categories that are not known are refused by row.
    """
    from biosetu.jobs.species_index import (
        IndexRequest,
        Origin,
        compute_index,
        for_indicator,
        index_observations,
        one_line,
        party_result,
        write_chart,
    )
    from biosetu.species.red_list_index import Kind, Options
    from biosetu.translation import Voice

    _check(asked)
    shared = asked["weights"] or asked["shares"]
    kind = Kind.NATIONAL if asked["national"] else Kind.SHARED if shared else Kind.GLOBAL
    origin = Origin(*(asked[name] or "" for name in ("party", "vintage", "holder", "licence")))
    same = ("annual", "aggregate", "sampled", "level", "draws", "seed")
    options = Options(kind, **{name: asked[name] for name in same})
    given = {name: asked[name] for name in ("by", "weights", "shares", "genuine", "only", "drivers")}
    request = IndexRequest(history, **given, options=options)
    if asked["observations"] or asked["indicator"] != "A.3":
        request = for_indicator(request, asked["indicator"])
    result = compute_index(request)
    tell(result.warnings, quiet)
    own = result if asked["keep"] is None else party_result(request, result, asked["keep"])
    drawn = one_line(own.table) if asked["plot"] else None
    if asked["observations"]:
        made = index_observations(request, result.table, origin, asked["indicator"])
        emit(made, asked["observations"])
    if asked["keep"] is not None:
        from biosetu.jobs.species_party import keep_all

        kept = [("index", own.table), ("categories", own.categories)]
        keep_all(asked["keep"], kept, asked["holder"] or history.name, asked["licence"])
    if drawn is not None:
        write_chart(drawn, asked["plot"], Voice(language), Voice(language).gettext("Red List Index"))
    emit(result.table, out)


def _check(asked: Mapping[str, Any]) -> None:
    """Refuse options that want others, or would do nothing; raise `UsageError` for an unknown Party too."""
    from biosetu.framework import find_party

    if asked["weights"] and asked["shares"]:
        raise click.UsageError("--weights and --shares both say the share of each taxon: give one")
    given = [name for name in ("party", "vintage", "holder", "licence") if asked[name]]
    if asked["observations"] and len(given) < 4:
        raise click.UsageError("--observations needs --party, --vintage, --holder and --licence")
    idle = [f"--{name}" for name in given if not (asked["keep"] is not None and name in ("holder", "licence"))]
    if idle and not asked["observations"]:
        raise click.UsageError(
            f"{', '.join(idle)}: used with --observations only; --holder, --licence also with --keep"
        )
    for party in (asked["keep"], asked["party"]):
        if party is not None:
            find_party(party)
