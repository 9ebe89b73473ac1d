"""How the user's book is built: `make docs`."""

from pathlib import Path

from biosetu import __version__
from biosetu.cooperation import MAIN_WAY, transitions
from biosetu.figures import Move, state_chart
from biosetu.figures.standalone import standalone
from biosetu.translation import Voice

project = "BioSetu"
author = "The BioSetu authors"
release = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
exclude_patterns = ["_build", "_drawn"]
html_static_path = ["_drawn"]


def _draw() -> None:
    """Draw the life of a request from the table that the centre itself goes by."""
    folder = Path(__file__).parent / "_drawn"
    folder.mkdir(exist_ok=True)
    moves = [Move(row.state, row.verb, row.next) for row in transitions()]
    chart = state_chart(moves, MAIN_WAY, Voice("en"), key="states", title="The life of a request")
    (folder / "request-states.svg").write_bytes(standalone(chart))


def setup(app):  # noqa: ANN001, ANN201, ARG001 - Sphinx calls it
    """Have the drawings made before anything is read."""
    _draw()
