"""The files of occurrences at an address: a file, a folder, a ZIP or any fsspec address; GBIF's layouts are known.

Of a Darwin Core Archive only the interpreted records count (`occurrence.txt`), of a monthly snapshot only what lies in
`occurrence.parquet`; citations and rights beside them are no occurrences.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import fsspec

from biosetu.problems import BioSetuError, DataError, Problem, UsageError
from biosetu.translation import N_, say

TEXT_ENDS = (".csv", ".tsv", ".txt")
PARQUET_ENDS = (".parquet", ".geoparquet")
SNAPSHOT = "occurrence.parquet"
ARCHIVE = ("occurrence.txt", "meta.xml")
ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class Found:
    """The files, the file system they are on, and the address that leads there: of a ZIP, the way into it."""

    address: str
    paths: Sequence[str]
    system: Any

    @property
    def parquet(self) -> bool:
        """Whether the files are Parquet; raise `DataError` where they are of no known kind, or of two."""
        suffixes = {suffix(path) for path in self.paths}
        if suffixes <= {*PARQUET_ENDS, ""} and self._begins_as_parquet():
            return True
        if not suffixes <= set(TEXT_ENDS):
            raise _not_occurrences(self.address)
        return False

    @property
    def identity(self) -> str:
        """Names, sizes and times of change: another text where the files have changed."""
        return repr([(path, info.get("size"), _changed(info)) for path, info in self._infos()])

    def _infos(self) -> list[tuple[str, Any]]:
        return [(path, self.system.info(path)) for path in self.paths]

    def _begins_as_parquet(self) -> bool:
        with self.system.open(self.paths[0], "rb") as stream:
            return bool(stream.read(4) == b"PAR1")


def find_files(address: str) -> Found:
    """Find the files of an address.

    Raises:
        UsageError: nothing there, or a storage that is not reached or not open. DataError: a ZIP that is damaged,
            locked, or without occurrences.
    """
    with _reaching(address):
        return _files(address)


@contextmanager
def _reaching(address: str) -> Iterator[None]:
    """Tell what keeps us from an address elsewhere: its storage raises what its own library has for it."""
    try:
        yield
    except BioSetuError:
        raise
    except ImportError as error:
        raise UsageError(
            say(
                "{address}: addresses of this kind need `pip install biosetu[cluster]` ({error})",
                address=address,
                error=error,
            )
        ) from error
    except PermissionError as error:
        raise UsageError(say("{address}: it may not be read with the credentials at hand", address=address)) from error
    except Exception as error:
        if "://" not in address:
            raise
        raise UsageError(say("{address}: its storage cannot be read: {error}", address=address, error=error)) from error


def _files(address: str) -> Found:
    system, path = fsspec.core.url_to_fs(address)
    if system.isfile(path) and suffix(path) == ".zip":
        return _in_zip(address, system, path)
    if system.isfile(path):
        return Found(address, [path], system)
    paths = _occurrences(system.find(path)) if system.isdir(path) else []
    if not paths:
        with suppress(FileNotFoundError):
            system.info(path)
        raise UsageError(
            say("{address}: there is no such file, or no .csv, .tsv or .parquet file in it", address=address)
        )
    return Found(address, paths, system)


def suffix(path: str) -> str:
    """Return the end of a file's name, in lower case."""
    return posixpath.splitext(path)[1].lower()


def damaged(file: str, message: str) -> DataError:
    """Return the error of a file that came to harm on its way."""
    return DataError(Problem(message, N_("Fetch it again."), "format", file=file))


def _in_zip(address: str, system: Any, path: str) -> Found:
    try:
        with system.open(path, "rb") as stream, zipfile.ZipFile(stream) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise damaged(address, N_("the ZIP is damaged")) from error
    if any(info.flag_bits & ENCRYPTED for info in members):
        raise DataError(Problem(N_("the ZIP is locked"), N_("Unpack it first."), "format", file=address))
    paths = _occurrences([info.filename for info in members])
    if not paths:
        raise _not_occurrences(address)
    inside = f"zip://::{address}"
    return Found(inside, paths, fsspec.core.url_to_fs(inside)[0])


def _not_occurrences(address: str) -> DataError:
    remedy = N_("Bring .csv, .tsv or .parquet files of one kind, or a ZIP of them.")
    return DataError(Problem(N_("not an occurrence file"), remedy, "format", file=address))


def _occurrences(names: Sequence[str]) -> list[str]:
    bases = {name: posixpath.basename(name) for name in names}
    snapshot = [name for name in names if SNAPSHOT in posixpath.dirname(name) and not _hidden(bases[name])]
    if snapshot:
        return sorted(snapshot)
    if set(ARCHIVE) <= set(bases.values()):
        return sorted(name for name, base in bases.items() if base == ARCHIVE[0])
    ends = (*TEXT_ENDS, *PARQUET_ENDS)
    return sorted(name for name, base in bases.items() if suffix(name) in ends and not _hidden(base))


def _hidden(base: str) -> bool:
    return base.startswith((".", "_"))


def _changed(info: Any) -> str:
    return str(info.get("mtime") or info.get("LastModified") or info.get("ETag") or info.get("CRC") or "")
