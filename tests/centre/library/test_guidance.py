"""The guidance that comes along: every global target has its own, each entry is whole and says where it is from."""

import csv
import json
import os
import re
from importlib.resources import files
from pathlib import Path

import pytest
from django.urls import reverse

from biosetu.centre.library.models import Item
from biosetu.cooperation.forms import check, due, filled, parts
from biosetu.framework import indicators, targets
from biosetu.translation import translations

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


@pytest.mark.parametrize("field", ["purpose", "audience", "length"])
def test_our_own_words_have_arabic_of_the_same_numbers(field):
    arabic = translations("ar")
    for text in {row[field] for row in ROWS} - {""}:
        told = arabic.gettext(text)
        assert any("\u0600" <= letter <= "\u06ff" for letter in told), text
        assert re.findall(r"[A-D]?\.?[0-9][0-9.]*[0-9]|\b[A-D]\.[0-9]", told) == re.findall(
            r"[A-D]?\.?[0-9][0-9.]*[0-9]|\b[A-D]\.[0-9]", text
        )


@pytest.mark.db
@pytest.mark.django_db
def test_the_page_of_an_entry_tells_what_it_is_for_in_arabic(client):
    row = next(row for row in ROWS if row["indicators"] == "D.1")
    values = {key: value for key, value in row.items() if value and key != "title"}
    made = Item.objects.create(kind="guidance", title=row["title"], values=values, standing="listed")
    address = reverse("item", args=[made.pk])
    english, page = (client.get(prefix + address).content.decode() for prefix in ("", "/ar"))
    assert "لحساب المؤشر الرئيسي D.1" in page
    assert row["title"] in page
    assert row["purpose"] in english
