"""Every page that takes a file, found by walking the addresses: what is hostile is refused in words and leaves nothing.

The readers run in this process, so that what they would use is seen here; that each limits itself first is asserted.
"""

from __future__ import annotations

import ast
import re
import resource
import runpy
import sys
import warnings
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.centre.hostile_files import FOREIGN, NAMES, hostile
from tests.centre.sound_files import DOORS

import biosetu
from biosetu.centre import apart, receiving
from biosetu.centre.assessor import reader as records
from biosetu.centre.planning import reader as layers
from biosetu.centre.receiving import TAKES, uploads
from biosetu.engine import cells
from biosetu.home import home
from biosetu.jobs import ecosystems_study, planning_intake

pytestmark = [pytest.mark.db, pytest.mark.django_db]
SOURCE = Path(biosetu.__file__).parent
KILOBYTES_MORE = 700_000
LEFT_OUT = {"session", "contenttype", "entry", "personalvalue"}
# of files that are kept and never read: those that are refused all the same
REFUSED_UNREAD = ("empty", "noise", "nul", "bomb", "header-lie", "macros", "links")
# what looks hostile and is sound: any text is a strategy without targets, half a table shows its rows first, of a
# raster only the part under the units is read
SOUND_TOO = {
    *(("promises_import", ".txt", kind) for kind in ("truncated", "formulas", "long-line", "deep", "html")),
    *(("promises_import", suffix, "truncated") for suffix in (".csv", ".tsv")),
    ("plan_layer", ".tif", "huge"),
}


def addresses(resolver=None):
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(one)
        elif isinstance(one, URLPattern):
            yield one.name, one.callback


TAKING = {name: getattr(view, TAKES) for name, view in addresses() if hasattr(view, TAKES)}


@pytest.fixture
def limited(monkeypatch):
    """Let readers run here; return the bounds that they set themselves."""
    asked = []

    def run(module, folder, arguments, bounds, tick=None, environment=None):
        before = len(asked)
        monkeypatch.setattr(sys, "argv", [module, *arguments])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                runpy.run_module(module, run_name="__main__")
            except SystemExit as end:
                return end.code or 0
            except MemoryError:
                return apart.OUT_OF_MEMORY
        assert len(asked) == before + 1, f"{module} did not limit itself"
        return 0

    for module in [module for name, module in sys.modules.items() if name.startswith("biosetu.centre")]:
        for name, fake in (("run_apart", run), ("limit_this_process", asked.append)):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, fake)
    return asked


def stored():
    """Return how many records of each kind there are, and which files."""
    counts = Counter()
    for model in apps.get_models():
        if model._meta.model_name not in LEFT_OUT:
            counts[model._meta.label] = model._default_manager.count()
    kept = (
        {"arriving": 0}
        if not (home() / "arriving").exists()
        else {"arriving": len(list((home() / "arriving").iterdir()))}
    )
    files = [path for path in (home() / "files").rglob("*") if path.is_file()] if (home() / "files").exists() else []
    return counts + Counter(kept), sorted(files)


def post(client, door, name, content):
    return client.post(door.address, {**door.data, "file": SimpleUploadedFile(name, content)})


def refusal(answer):
    """Return why an answer is no refusal in words; empty where it is one."""
    page = answer.content.decode()
    if not 400 <= answer.status_code < 500:
        return f"{answer.status_code} {page[:80]}"
    return "" if 'role="alert"' in page and "Traceback" not in page else f"{answer.status_code} without a sentence"


def test_every_page_that_takes_a_file_has_sound_files():
    assert set(TAKING) == set(DOORS)


def test_every_upload_of_the_table_is_taken_somewhere_and_the_types_are_those_of_its_reader():
    assert set(TAKING.values()) == set(uploads())
    tables = dict.fromkeys(("observations", "validation", "sheet"), cells.SUFFIXES)
    known = tables | {
        "occurrences": records.SUFFIXES,
        "map": ecosystems_study.SUFFIXES,
        "problem": planning_intake.SUFFIXES,
        "layer": (*planning_intake.LAYERS, *layers.RASTERS),
    }
    assert {name: set(uploads()[name].suffixes) for name in known} == {name: set(one) for name, one in known.items()}
    assert uploads()["problem"].bytes == planning_intake.Bounds().file_bytes
    assert {suffix for one in uploads().values() for suffix in one.suffixes} <= set(receiving.BEGINS)


def test_nothing_else_opens_what_was_sent():
    """Files are taken in one module, and chosen in one piece of a page."""
    reading = set()
    for path in (SOURCE / "centre").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            of_request = isinstance(node, ast.Attribute) and node.attr == "FILES"
            if of_request or (isinstance(node, ast.Name) and node.id in ("UploadedFile", "FileInput")):
                reading.add(path.name)
    assert reading == {"receiving.py"}
    pages = [path.name for path in SOURCE.rglob("*.html") if 'type="file"' in path.read_text(encoding="utf-8")]
    assert pages == ["sending.html"]


def outcome(client, door, suffix, content):
    """Return why a hostile file was not refused, now or once it is read; empty where it was."""
    try:
        answer = post(client, door, f"sent{suffix}", content)
        if answer.status_code == 302 and door.later is not None:
            states = door.later()
            return "" if set(states) == {"failed"} else f"taken: {states}"
        return refusal(answer)
    except Exception as error:  # noqa: BLE001 - every fault is told at once
        return repr(error)[:200]


# a reader of tables in C, asked to say which row is broken, cannot decode it, and says so beside
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", DOORS)
def test_what_is_hostile_is_refused_in_words_and_leaves_nothing(name, client, limited, tmp_path):
    door = DOORS[name](client, tmp_path)
    before, memory = stored(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wrong = []
    for suffix, sound in door.files.items():
        for kind, make in hostile(suffix).items():
            if door.opaque and kind not in REFUSED_UNREAD:
                continue
            said = outcome(client, door, suffix, make(sound))
            if (name, suffix, kind) in SOUND_TOO:
                before = stored()
            elif said or not door.is_clean(before, stored()):
                wrong.append((suffix, kind, said or "something is left"))
                before = stored()
    assert not wrong, "\n".join(map(str, wrong))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < KILOBYTES_MORE


@pytest.mark.parametrize("name", DOORS)
def test_types_that_are_not_taken_too_large_ones_and_none_are_refused(name, client, limited, tmp_path, monkeypatch):
    door = DOORS[name](client, tmp_path)
    before = stored()
    answers = [post(client, door, file, content) for file, content in FOREIGN.items()]
    answers.append(client.post(door.address, door.data))
    suffix, sound = next(iter(door.files.items()))
    monkeypatch.setattr(receiving.Upload, "bytes", property(lambda _: 10))
    answers.append(post(client, door, f"sent{suffix}", sound))
    answers.append(client.post(door.address, {**door.data, "file": SimpleUploadedFile("a.csv", b"x" * 5_000_100)}))
    assert [said for answer in answers if (said := refusal(answer))] == []
    assert [answer.status_code for answer in answers[-2:]] == [422, 413]
    assert stored() == before


@pytest.mark.parametrize("name", DOORS)
def test_a_name_leads_nowhere(name, client, limited, tmp_path):
    door = DOORS[name](client, tmp_path)
    suffix, sound = next(iter(door.files.items()))
    for pattern in NAMES:
        answer = post(client, door, pattern.format(suffix), sound)
        page = answer.content.decode()
        assert answer.status_code in (200, 302, 422), page
        assert "\u202e" not in page
        assert "<b>evil" not in page
        assert "X-Evil" not in answer.headers
        if door.later is not None:
            door.later()
    assert [path for path in tmp_path.parent.rglob("*evil*") if "test_a_name" not in path.name] == []
    kept = [path for path in tmp_path.rglob("*") if "evil" in path.name]
    assert [path for path in kept if path.parent != tmp_path] == []


def test_a_body_over_the_limit_is_refused_before_it_is_read(client, monkeypatch):
    unread = {"CONTENT_LENGTH": str(10**10), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    for name in ("account_login", "report_check", "home"):
        answer = client.generic("POST", reverse(name), b"", **unread)
        assert (answer.status_code, "the file is too large" in answer.content.decode()) == (413, True)


def test_problems_of_a_file_are_told_all_at_once_by_file_row_column_and_value(client, limited, tmp_path):
    door = DOORS["upload"](client, tmp_path)
    page = post(client, door, "figures.csv", b"party,yaer\nNPL,2020\n").content.decode()
    alert = page.split('role="alert"')[1]
    assert "figures.csv" in alert
    assert "yaer" in alert
    heads = re.findall(r'<th scope="col">(.*?)</th>', alert)
    assert heads[0] == "File"
    assert heads[-2:] == ["What is wrong", "What to do"]
