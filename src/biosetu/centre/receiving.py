"""The one way in for files that people send: declared by the view, limited by the table, gone when the view is done.

A view that takes a file says so (`receives`), opens it inside `received`, and hands the path to a reader that runs in
a limited process (`centre.apart`). What is wrong is told with the same words and the same table on every page.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, wraps
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from biosetu.home import home
from biosetu.problems import DataError, Problem
from biosetu.translation import N_, say

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
TAKES = "takes"
UNPROCESSABLE, TOO_LARGE = 422, 413
LONGEST_NAME = 150
LOOKED_AT = 4096
MEGABYTE = 1_000_000
FORM_BYTES = 5 * MEGABYTE  # of a form without a file; what its fields may hold is limited by Django's own settings
ZIP, TIFF = (b"PK\x03\x04",), (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
TEXT: tuple[bytes, ...] = ()
# how the content of each type begins; text begins with no zero byte
BEGINS: Mapping[str, tuple[bytes, ...]] = MappingProxyType(
    {
        **dict.fromkeys((".xlsx", ".docx", ".pptx", ".odt", ".zip"), ZIP),
        **dict.fromkeys((".tif", ".tiff"), TIFF),
        **dict.fromkeys((".csv", ".tsv", ".txt", ".json", ".geojson"), TEXT),
        ".pdf": (b"%PDF-",),
        ".png": (b"\x89PNG\r\n\x1a\n",),
        ".jpg": (b"\xff\xd8\xff",),
        ".gpkg": (b"SQLite format 3\0",),
        ".fgb": (b"fgb",),
        ".parquet": (b"PAR1",),
    }
)


@dataclass(frozen=True, slots=True)
class Upload:
    """What may be sent for one purpose: types by suffix, largest size [bytes], how many files, the command instead."""

    name: str
    suffixes: tuple[str, ...]
    largest: str
    files: int
    elsewhere: str

    @property
    def bytes(self) -> int:
        """Return the largest size of a file: of the setting that is named, else as many MB."""
        return int(self.largest) * MEGABYTE if self.largest.isdecimal() else int(getattr(settings, self.largest))

    @property
    def megabytes(self) -> str:
        """Return the largest size as a page says it."""
        return f"{self.bytes / MEGABYTE:g}"


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it came: where it lies for now, and the name that it was sent under."""

    path: Path
    name: str


@lru_cache(maxsize=1)
def uploads() -> Mapping[str, Upload]:
    """Return every purpose for which files are taken, by name."""
    text = (files("biosetu.centre") / "data" / "uploads.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return MappingProxyType(
        {
            row["upload"]: Upload(
                row["upload"], tuple(row["suffixes"].split()), row["largest"], int(row["files"]), row["elsewhere"]
            )
            for row in rows
        }
    )


def receives(name: str) -> Callable[[View[P]], View[P]]:
    """Declare that a view takes files for a purpose; what it finds wrong and does not show itself gets the one page."""
    if name not in uploads():
        raise KeyError(name)

    def declared(view: View[P]) -> View[P]:
        @wraps(view)
        def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except DataError as error:
                return refused(request, error.problems)

        setattr(shown, TAKES, name)
        return cast("View[P]", shown)

    return declared


def refused(request: HttpRequest, problems: Iterable[Problem], status: int = UNPROCESSABLE) -> HttpResponse:
    """Return the page that says of a file what is wrong with it, with the way back to where it was sent from."""
    back = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = ""
    return render(request, "pages/refused.html", {"problems": tuple(problems), "back": back}, status=status)


@contextmanager
def received(request: HttpRequest) -> Iterator[Received]:
    """Yield the file that was sent, for as long as it is read; raise `DataError` for none, or one not to be read."""
    with received_all(request) as sent:
        yield sent[0]


@contextmanager
def pasted(request: HttpRequest, field: str, name: str) -> Iterator[Received]:
    """Yield a text pasted into a field as the file it stands for; raise `DataError` for an empty one.

    How long it may be is limited by Django's own settings for fields of a form.
    """
    text = str(request.POST.get(field, "")).replace("\r\n", "\n")
    if not text.strip():
        raise DataError(Problem(N_("nothing was pasted"), N_("Paste a text or a table"), "empty", column=field))
    with tempfile.TemporaryDirectory(dir=_place(), prefix="file-") as folder:
        path = Path(folder) / f"00{Path(name).suffix}"
        path.write_text(text, encoding="utf-8", errors="replace")
        found = Received(path, name)
        _look([found])
        yield found


@contextmanager
def received_all(request: HttpRequest) -> Iterator[tuple[Received, ...]]:
    """Yield the files that were sent, one at least; problems told inside name them as they were sent."""
    match = request.resolver_match
    upload = uploads()[getattr(match.func if match else None, TAKES)]
    sent = [file for file in request.FILES.getlist("file") if isinstance(file, UploadedFile)]
    _check(sent, upload)
    with tempfile.TemporaryDirectory(dir=_place(), prefix="file-") as folder:
        found = tuple(_kept(file, Path(folder) / f"{place:02}") for place, file in enumerate(sent))
        names = {one.path.name: one.name for one in found}
        try:
            _look(found)
            yield found
        except DataError as error:
            told = [replace(problem, file=names.get(problem.file, problem.file)) for problem in error.problems]
            raise DataError(told) from error


def _place() -> Path:
    place = home() / "arriving"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def name_of(file: UploadedFile[Any]) -> str:
    """Return the name that a file was sent under, not too long, its suffix kept (Django leaves out what is no name)."""
    return (file.name or "file")[-LONGEST_NAME:]


def _check(sent: list[UploadedFile[Any]], upload: Upload) -> None:
    if not sent:
        raise DataError(Problem(N_("no file came"), N_("Choose a file"), "no-file"))
    if len(sent) > upload.files:
        raise DataError(Problem(N_("too many files"), N_("Send fewer"), "too-many", value=str(len(sent))))
    problems = [problem for file in sent for problem in _wrong(file, upload)]
    if problems:
        raise DataError(problems)


def _wrong(file: UploadedFile[Any], upload: Upload) -> Iterator[Problem]:
    name = name_of(file)
    if Path(name).suffix.lower() not in upload.suffixes:
        yield Problem(
            N_("this type of file is not taken here"),
            say("Use {formats}", formats=", ".join(upload.suffixes)),
            "format",
            name,
        )
    elif not file.size:
        yield Problem(N_("the file is empty"), N_("Choose another one"), "empty", name)
    elif file.size > upload.bytes:
        yield too_large(upload, name)


def too_large(upload: Upload, name: str = "") -> Problem:
    """Return what is said of a file over the limit."""
    smaller = N_("Send a smaller one, or use the command on your own machine")
    remedy = smaller if upload.elsewhere else N_("Send a smaller one")
    return Problem(N_("the file is too large"), remedy, "too-large", name, value=f"> {upload.megabytes} MB")


def _kept(file: UploadedFile[Any], stem: Path) -> Received:
    name = name_of(file)
    path = stem.with_suffix(Path(name).suffix.lower())
    with path.open("wb") as stream:
        for chunk in file.chunks():
            stream.write(chunk)
    return Received(path, name)


def _look(found: Iterable[Received]) -> None:
    problems = [problem for one in found for problem in _other_than_named(one)]
    if problems:
        raise DataError(problems)


def _other_than_named(one: Received) -> Iterator[Problem]:
    with one.path.open("rb") as stream:
        start = stream.read(LOOKED_AT)
    begins = BEGINS[one.path.suffix]
    if begins and not start.startswith(begins):
        yield Problem(N_("the file is not what its name says"), N_("Save it anew"), "content", one.name)
    elif not begins and b"\0" in start:
        yield Problem(N_("not UTF-8 text"), N_("Save it as “CSV UTF-8”"), "encoding", one.name)


class LimitedBodies:
    """Refuse a request whose body is larger than its page can use before any of it is read (a middleware)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Stand before `get_response`."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hand the request on."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Return the page of what is too large, or nothing."""
        upload = uploads().get(getattr(view, TAKES, ""))
        most = FORM_BYTES + (upload.files * upload.bytes if upload else 0)
        if int(request.META.get("CONTENT_LENGTH") or 0) <= most:
            return None
        problem = too_large(upload) if upload else Problem(N_("the file is too large"), "", "too-large")
        return refused(request, [problem], TOO_LARGE)
