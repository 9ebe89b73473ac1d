"""Reading what an office sent, and checking files, in a process of their own with bounded memory and time.

Nothing that was uploaded is read in the process that answers pages (see `evidence.reader`).
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from biosetu.centre.apart import OUT_OF_MEMORY, Bounds, limit_this_process, run_apart
from biosetu.centre.evidence.reader import refuse_active_content, too_much
from biosetu.jobs.report_checking import check_report
from biosetu.problems import DataError, Problem
from biosetu.reports.cbd import change_table
from biosetu.reports.cbd.collecting import PartReturn, Returned, read_part_file

RESULT, CORRECTED = "result.json", "corrected.xlsx"
PART, CHECK = "part", "check"


def read_part(path: Path, bounds: Bounds) -> PartReturn:
    """Read a part that came back; raise `DataError` for what is none."""
    with tempfile.TemporaryDirectory(prefix="biosetu-part-") as name:
        said = _apart(path, Path(name), PART, bounds, {})
    given = tuple(Returned(**one) for one in said["given"])
    return PartReturn(said["party"], said["cycle"], said["part"], given)


def check_file(path: Path, bounds: Bounds, *, code: str, attachment: bool, out: Path, party: str) -> dict[str, Any]:
    """Check a file for the reporting tool; the corrected copy goes to `out` where there is one.

    Returns layout, rows, blocking, findings (in English and Arabic) and changes as plain values.
    """
    with tempfile.TemporaryDirectory(prefix="biosetu-check-") as name:
        folder = Path(name)
        more = {"code": code, "attachment": attachment, "party": party}
        said = _apart(path, folder, CHECK, bounds, more)
        if (folder / CORRECTED).exists():
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes((folder / CORRECTED).read_bytes())
    return said


def _apart(path: Path, folder: Path, what: str, bounds: Bounds, more: dict[str, Any]) -> dict[str, Any]:
    asked = json.dumps({"what": what, "bounds": asdict(bounds), **more})
    code = run_apart("biosetu.centre.reporting.reader", folder, [str(path), str(folder), asked], bounds)
    if code != 0 or not (folder / RESULT).exists():
        raise DataError(too_much(path))
    said: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if said["problems"]:
        raise DataError([Problem.from_dict(one) for one in said["problems"]])
    return said


def _part_here(path: Path) -> dict[str, Any]:
    found = read_part_file(path)
    return {**asdict(found), "given": [asdict(one) for one in found.given]}


def _check_here(path: Path, folder: Path, code: str, attachment: bool, party: str) -> dict[str, Any]:
    fixed = folder / CORRECTED if path.suffix.lower() != ".json" else None
    checked = check_report(path, code, attachment, fixed, party=party)
    if fixed is not None and not checked.changes:
        fixed.unlink(missing_ok=True)
    report = checked.report
    return {
        "layout": report.layout,
        "rows": report.rows,
        "blocking": report.blocking,
        "findings": {name: report.table(name).to_pylist() for name in ("en", "ar")},
        "changes": change_table(checked.changes).to_pylist(),
    }


def main(path: Path, folder: Path, asked: dict[str, Any]) -> None:
    """Read within the bounds and leave what was found, or what is wrong, in `folder`."""
    limit_this_process(Bounds(**asked["bounds"]))
    said: dict[str, Any] = {"problems": []}
    try:
        refuse_active_content(path)
        if asked["what"] == PART:
            said |= _part_here(path)
        else:
            said |= _check_here(path, folder, asked["code"], asked["attachment"], asked["party"])
    except DataError as error:
        if isinstance(error.__cause__, MemoryError):
            raise SystemExit(OUT_OF_MEMORY) from error
        said["problems"] = [problem.as_dict() for problem in error.problems]
    (folder / RESULT).write_text(json.dumps(said, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))
