"""Check the import contracts of DESIGN §2 (import-linter), from any folder."""

import sys

from importlinter.cli import lint_imports

sys.exit(lint_imports())
