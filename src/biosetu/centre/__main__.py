"""`python -m biosetu.centre COMMAND`: Django's own commands, with our settings."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one of Django's commands."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "biosetu.centre.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["python -m biosetu.centre", *sys.argv[1:]])


if __name__ == "__main__":
    main()
