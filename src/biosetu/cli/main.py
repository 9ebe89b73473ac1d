"""The door `biosetu`: its command groups, its common options, its exit codes (DESIGN §3)."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import FrameType

import click

from biosetu.cli.lazy import LazyGroup
from biosetu.problems import BioSetuError, Cancelled, UsageError
from biosetu.translation import LANGUAGES, N_, Gettext, say, translations

DONE, DATA_PROBLEMS, USAGE, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 130

STOPPED = N_("Stopped. What was finished is kept; run the same command again to go on.")
EXITS: tuple[tuple[type[BaseException], int, str], ...] = (
    (click.Abort, INTERRUPTED, STOPPED),
    (KeyboardInterrupt, INTERRUPTED, STOPPED),
    (Cancelled, INTERRUPTED, STOPPED),
    (click.ClickException, USAGE, ""),
    (UsageError, USAGE, ""),
    (BioSetuError, DATA_PROBLEMS, ""),
)

# what goes wrong with a place that the user named (BIOSETU_HOME, --out, a file), not with us
PLACE_FAULTS = {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.ENAMETOOLONG,
}
EMPTY_MEANS_NONE = frozenset({"--drop-basis"})
SOFTWARE = Path(__file__).resolve().parents[1]

# command -> (where it lives, what it does); loaded when called
COMMANDS: dict[str, tuple[str, str]] = {
    "synthesis": ("biosetu.cli.synthesis:synthesis", "All Parties of a support centre side by side."),
    "dossier": ("biosetu.cli.dossier:dossier", "One Party: evidence, gaps, next steps; HTML, JSON, Word, PDF."),
    "data": ("biosetu.cli.data:data", "Official sources: what they are, under which licence; fetch."),
    "gaps": ("biosetu.cli.gaps:gaps", "The gaps of one Party, ranked, each with its evidence."),
    "observations": ("biosetu.cli.observations:observations", "Figures in and out, with where they came from."),
    "validate": ("biosetu.cli.validate:validate", "The sheet of all figures on a Party, to accept, replace, dispute."),
    "species": ("biosetu.cli.species:species", "Species: range, Red List criteria, Red List Index."),
    "framework": ("biosetu.cli.framework:framework", "What was agreed: targets, indicators, Parties, code lists."),
    "align": ("biosetu.cli.align:align", "National targets: bring them in, see what they cover."),
    "ecosystems": ("biosetu.cli.ecosystems:ecosystems", "Ecosystems: extent, change, the Red List of Ecosystems."),
    "match": ("biosetu.cli.match:match", "Who can help whom: shortlists with reasons, and one assignment."),
    "areas": ("biosetu.cli.areas:areas", "Protected and conserved areas: coverage, connectivity, representation."),
    "bring": (
        "biosetu.cli.bring:bring",
        "Requests, providers, library entries from a sheet, shown first.",
    ),
    "peers": ("biosetu.cli.peers:peers", "Parties in similar conditions that measured a target, or moved."),
    "plan": ("biosetu.cli.plan:plan", "Where to act next: planning units, and plans with proof of their quality."),
    "accounts": ("biosetu.cli.accounts:accounts", "Who can sign in to the centre, and as what."),
    "serve": ("biosetu.cli.serve:serve", "The support centre in a browser; nothing else to start."),
    "report": ("biosetu.cli.report:report", "Files for the CBD reporting tool: write and check them."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="biosetu")
def biosetu() -> None:
    """BioSetu: from what was agreed to measured results in countries."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code; errors become plain sentences on stderr."""
    words = sys.argv[1:] if arguments is None else arguments
    with _noting_interrupts() as interrupts:
        try:
            _refuse_empty(words)
            result = biosetu.main(args=arguments, prog_name="biosetu", standalone_mode=False)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE
        except (Exception, KeyboardInterrupt) as error:
            stopped = KeyboardInterrupt() if interrupts else error
            return _explain(stopped, translations(_language(words)).gettext)
    return result if isinstance(result, int) else DONE


@contextmanager
def _noting_interrupts() -> Iterator[list[int]]:
    """Keep each Ctrl-C of the main thread; the compiler may swallow one, and what fails next comes of it."""
    noted: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        noted.append(number)
        signal.default_int_handler(number, frame)

    ours = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if not ours or before is not signal.default_int_handler:
        yield noted
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


def _refuse_empty(words: Sequence[str]) -> None:
    """Raise `UsageError` for an empty value: most often a variable of a script that was not set."""
    for before, word in pairwise(["", *words]):
        name, equals, value = word.partition("=") if word.startswith("--") else (before, "=", word)
        if equals and not value.strip() and name not in EMPTY_MEANS_NONE:
            option = name if name.startswith("-") else "an argument"
            raise click.UsageError(f"{option} is empty. Write a value, or leave it out.")


def _language(words: Sequence[str]) -> str:
    """Return the language asked for, also where the command went wrong before it was read."""
    for before, word in pairwise(["", *words]):
        name, equals, value = (before, "=", word) if before == "--lang" else word.partition("=")
        if name == "--lang" and equals and value in LANGUAGES:
            return value
    return "en"


def _explain(error: BaseException, gettext: Gettext) -> int:
    for kind, code, prefix in EXITS:
        if isinstance(error, kind):
            if isinstance(error, click.ClickException):
                error.show()
            elif isinstance(error, BioSetuError) and not prefix:
                click.echo(error.in_words(gettext), err=True)
            else:
                click.echo(gettext(prefix), err=True)
            return code
    if isinstance(error, OSError) and _is_a_place_of_the_user(error):
        why = error.strerror or ""
        told = say("{place}: this place cannot be used ({why}). Name another one.", place=error.filename, why=why)
        click.echo(told.in_words(gettext), err=True)
        return USAGE
    traceback.print_exception(error)
    click.echo(gettext(N_("This is our own fault, not your data's. Please report the lines above.")), err=True)
    return OUR_FAULT


def _is_a_place_of_the_user(error: OSError) -> bool:
    """Return whether a file or folder outside the software could not be read or written."""
    if error.errno not in PLACE_FAULTS or not isinstance(error.filename, str):
        return False
    return not Path(error.filename).absolute().is_relative_to(SOFTWARE)


def main() -> None:
    """Run the command line."""
    sys.exit(run())
