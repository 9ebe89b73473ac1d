"""How the user's book is built: `make docs`."""

from biosetu import __version__

project = "BioSetu"
author = "The BioSetu authors"
release = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
exclude_patterns = ["_build"]
