"""Every marked text of these rooms has its Arabic, with the same names in braces."""

import ast
import string
from pathlib import Path

import pytest

import biosetu
from biosetu.translation import translations

ROOT = Path(biosetu.__file__).parent
FILES = sorted(
    path
    for folder in ("observations", "alignment/gaps", "sources")
    for path in (ROOT / folder).rglob("*.py")
) + [
    ROOT / name
    for name in (
        "statistics/telling.py", "engine/cells.py", "jobs/party.py", "cli/gaps.py", "reports/validation_workbook.py",
        "reports/differences.py"
    )
]  # fmt: skip


def marked(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "N_" and isinstance(call.args[0], ast.Constant)
    ]


@pytest.mark.parametrize("path", [path for path in FILES if marked(path)], ids=lambda path: path.stem)
def test_every_marked_text_has_arabic_with_the_same_names(path: Path) -> None:
    say = translations("ar").gettext
    for message in marked(path):
        arabic = say(message)
        assert arabic != message, message
        assert _names(arabic) == _names(message), message


def _names(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}
