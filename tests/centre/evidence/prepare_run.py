"""Makes a fresh database with one queued run of many rows (started as a process by test_killed.py)."""

# ruff: noqa: E402 - Django is set up before its models are imported

import os
import sys
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "biosetu.centre.settings"
import django

django.setup()

from django.core.management import call_command
from tests.centre.people import contributor, national, table_file

from biosetu.centre.evidence.intake import propose, take_in

call_command("migrate", verbosity=0)
rows = [national(series=f"s{n}", year=2000 + n % 20) for n in range(int(sys.argv[1]))]
who = contributor()
with tempfile.TemporaryDirectory() as folder:
    upload = take_in(path=table_file(Path(folder), *rows), name="figures.csv", owner=who)
propose(upload=upload, actor=who)
