"""A Party with two national targets, an action, and the people who may and may not do something about them."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from biosetu.centre.promises import reader, verbs
from biosetu.centre.promises.store import DatabasePromises
from biosetu.centre.receiving import Received
from biosetu.jobs.promise_files import read_promises

TABLE = (
    "id,title_en,title_ar,global_targets,end\n"
    "NT-1,Restore 20 per cent of degraded wetlands and plan cities with green spaces by 2030,استعادة الأراضي,2: high,\n"
    "NT-2,Keep invasive alien species out of the islands,,6,2030-12-31\n"
)
ACTIONS = "id,target,action_en,office,due,status\nA-1,NT-2,Inspect the ports,Port Authority,2020-01-01,running\n"


@pytest.fixture
def read_in_this_process(monkeypatch):
    """Reading in a process of its own takes seconds; one test does it, the others read here."""

    def here(path, bounds, reader):
        return read_file_here(path, bounds)

    read_file_here = reader.read_here
    monkeypatch.setattr(reader, "read_apart", here)


@pytest.fixture
def loaded(tmp_path):
    """Return the store with what NPL promised."""
    store = DatabasePromises()
    from biosetu.jobs.alignment import store_imported

    for name, text in (("targets.csv", TABLE), ("actions.csv", ACTIONS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        store_imported(read_promises(tmp_path / name, "NPL"), store)
    return store


def upload(text, name="targets.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return SimpleUploadedFile(name, content)


def draft_of(text, actor, name="targets.csv"):
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"file{Path(name).suffix}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return verbs.take_in(party="NPL", sent=Received(path, name), actor=actor)
