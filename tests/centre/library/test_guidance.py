"""The guidance that comes along: every global target has its own, each entry is whole and says where it is from."""

import csv
import json
import os
import re
from importlib.resources import files
from pathlib import Path

import pytest

from biosetu.cooperation.forms import check, due, filled, parts
from biosetu.framework import indicators, targets

ROWS = list(
    csv.DictReader((files("biosetu.centre.library") / "data" / "guidance.csv").read_text(encoding="utf-8").splitlines())
)
SOURCES = ("indicators.json", "framework.json", "gbf-A-1.txt", "gbf-B-1.txt", "ecosystems-areas.md", "species.md")


def test_entries_are_whole_and_fit_the_form_that_brings_them():
    assert [check("guidance", {key: value for key, value in row.items() if value}) for row in ROWS] == [()] * len(ROWS)
    assert [set(due("guidance", "listed")) - filled(row) for row in ROWS] == [set()] * len(ROWS)
    assert len({row["title"] for row in ROWS}) == len(ROWS)


def test_every_target_has_an_entry_of_its_own_and_three_in_all():
    codes = [code for code, row in targets().items() if row.kind == "target"]
    own = {code for row in ROWS if len(parts(row["targets"])) == 1 for code in parts(row["targets"])}
    assert own == set(codes)
    many = {code: sum(code in parts(row["targets"]) for row in ROWS) for code in codes}
    assert min(many.values()) >= 3


def test_every_headline_indicator_has_its_metadata_and_codes_are_known():
    named = {code for row in ROWS for code in parts(row["indicators"])}
    assert named <= set(indicators())
    assert {code for code, row in indicators().items() if row.kind == "headline"} <= named


def test_links_are_those_of_the_references():
    shared = os.environ.get("BIOSETU_SHARED")
    if not shared:
        pytest.skip("BIOSETU_SHARED is not set: the references are not at hand")
    folder = Path(shared) / "reference"
    known = " ".join((folder / name).read_text(encoding="utf-8") for name in SOURCES)
    known += json.dumps(json.loads((folder / "indicators.json").read_text(encoding="utf-8")), ensure_ascii=False)
    bare = {re.sub(r"^https?://(www\.)?", "", row["links"]).rstrip("/") for row in ROWS}
    assert {link for link in bare if link not in known} == set()
