"""Reading an uploaded problem or layer in a process of its own, with little memory, little time and nothing to steal.

`read_apart` starts `python -I -m biosetu.centre.planning.reader`; that process limits itself before it opens the
file, gets a bare environment, and leaves clean tables, the picture of the units and a description in a folder.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from biosetu.centre.apart import Bounds as Limits
from biosetu.centre.apart import limit_this_process, run_apart
from biosetu.engine.rasters import refuse_other_than_geotiff
from biosetu.jobs.planning_folder import open_problem
from biosetu.jobs.planning_intake import LAYERS, Bounds, check_vector, take_problem
from biosetu.jobs.planning_layers import add_features, lock_protected
from biosetu.jobs.planning_rasters import RasterOptions, Values
from biosetu.jobs.planning_workbench import describe, picture
from biosetu.problems import DataError, Problem, UsageError
from biosetu.translation import N_

RESULT = "result.json"
RASTERS = (".tif", ".tiff")
PROBLEM, FEATURES, PROTECTED = "problem", "features", "protected"
MEMORY_BYTES = 6_000_000_000
SECONDS = 120
OPEN_FILES = 128
WRITTEN_BYTES = 600_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What to do with the file: a whole problem, features to add (column, share), or what is protected (share).

    values, name, unit: how a raster of features is read (`planning_rasters`).
    """

    what: str
    column: str = ""
    share: float = 0.3
    values: str = ""
    name: str = ""
    unit: str = ""
    memory_bytes: int = MEMORY_BYTES
    seconds: int = SECONDS

    @property
    def bounds(self) -> Limits:
        """Return the bounds of the process."""
        return Limits(0, 0, self.memory_bytes, self.seconds, OPEN_FILES, WRITTEN_BYTES)


def read_apart(path: Path, folder: Path, asked: Asked) -> dict[str, Any]:
    """Do with a file what is asked, in a limited process, into a problem folder; return the folder's description.

    Raises DataError with everything that is wrong; the folder is then not to be used.
    """
    arguments = [str(path), str(folder), json.dumps(asdict(asked))]
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".reading-") as own:
        code = run_apart("biosetu.centre.planning.reader", Path(own), arguments, asked.bounds)
    if code != 0 or not (folder / RESULT).exists():
        message, remedy = (
            N_("the file takes too much time or memory to read"),
            N_("Use the command `biosetu plan` on it"),
        )
        raise DataError(Problem(message, remedy, "limits", path.name))
    said = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    (folder / RESULT).unlink()
    if said["problems"]:
        raise DataError([Problem.from_dict(item) for item in said["problems"]])
    held: dict[str, Any] = said["held"]
    return held


def read_here(path: Path, folder: Path, asked: Asked) -> dict[str, Any]:
    """Do with a file what is asked in this process; return the folder's description."""
    if asked.what == PROBLEM:
        opened = take_problem(path, folder, Bounds())
    else:
        _add(path, folder, asked)
        opened = open_problem(folder, confined=True, begun=True)
    picture(opened, folder)
    return asdict(describe(opened))


def _add(path: Path, folder: Path, asked: Asked) -> None:
    suffix = path.suffix.lower()
    if suffix in RASTERS and asked.what == FEATURES:
        refuse_other_than_geotiff(path)
        add_features(folder, path, None, asked.share, _raster_options(path, asked), confined=True)
        return
    if suffix not in LAYERS:
        remedy = N_("Save it anew as GeoPackage or GeoJSON, features also as GeoTIFF")
        raise DataError(Problem(N_("this type of file is not read"), remedy, "format", path.name))
    check_vector(path)
    if asked.what == FEATURES:
        if not asked.column:
            message, remedy = N_("no column is named"), N_("Name the column of the features")
            raise DataError(Problem(message, remedy, "column", path.name, column="column"))
        add_features(folder, path, asked.column, asked.share, confined=True)
    else:
        lock_protected(folder, path, asked.share, confined=True)


def _raster_options(path: Path, asked: Asked) -> RasterOptions:
    if asked.values not in set(Values):
        message, remedy = N_("it is not said what the values of the raster are"), N_("Choose one of the list")
        raise DataError(Problem(message, remedy, "values", path.name, column="values", value=asked.values))
    values = Values(asked.values)
    if values is Values.CLASSES:
        return RasterOptions(values)
    if not asked.name:
        message, remedy = N_("the feature has no name"), N_("Name what the raster holds, as carbon")
        raise DataError(Problem(message, remedy, "name", path.name, column="name"))
    return RasterOptions(values, name=asked.name, unit=asked.unit)


def main(path: Path, folder: Path, asked: Asked) -> None:
    """Do it within the bounds and leave what was found, or what is wrong, in `folder`."""
    limit_this_process(asked.bounds)
    said: dict[str, Any] = {"problems": [], "held": None}
    kept = ("message", "remedy", "code", "file", "row", "column", "value")
    try:
        said["held"] = read_here(path, folder, asked)
    except DataError as error:
        said["problems"] = [problem.as_dict(*kept) for problem in error.problems[:100]]
    except UsageError as error:
        said["problems"] = [Problem(str(error), "", "usage").as_dict(*kept)]
    (folder / RESULT).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Asked(**json.loads(sys.argv[3])))
