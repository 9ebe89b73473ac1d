"""Strategies of 200 pages, Word and PDF, English and Arabic: all that was planted is found on its page as it stands."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.alignment.strategies import Planted, paragraphs, plant, write_pdf, write_word
from tests.browsers import IN_BROWSER, launched

from biosetu.alignment.quantities import find_quantities
from biosetu.jobs.promise_files import read_strategy


def squeezed(text: str) -> str:
    """Return a text as compared: without spaces and vowel signs, which PDF writers place as they like."""
    plain = unicodedata.normalize("NFKD", text)
    return re.sub(r"\s+", "", "".join(mark for mark in plain if not unicodedata.combining(mark)))


def assert_all_found(planted: tuple[Planted, ...], path: Path, fewest_ended: int) -> None:
    """Every statement is found once, on its page, with its own words first; `fewest_ended` also end where it ends."""
    found, scanned = read_strategy(path)
    assert scanned == ()
    assert [(p.kind, p.number, p.page) for p in found] == [(p.kind, p.number, p.page) for p in planted]
    pairs = [(squeezed(one.text), squeezed(got.text)) for one, got in zip(planted, found, strict=True)]
    assert [got[: len(want)] for want, got in pairs] == [want for want, _ in pairs]
    assert sum(want == got for want, got in pairs) >= fewest_ended
    for one, got in zip(planted, found, strict=True):
        mine = [(q.value, q.unit, q.year) for q in find_quantities(one.text)]
        assert [(q.value, q.unit, q.year) for q in got.quantities][: len(mine)] == mine


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("suffix", "write", "ended"), [(".docx", write_word, 40), (".pdf", write_pdf, 34)])
def test_forty_statements_in_200_pages_are_found_on_their_pages(
    tmp_path: Path, language: str, suffix: str, write: Callable[..., Path], ended: int
) -> None:
    planted = plant(language)
    assert (len(planted), len({one.page for one in planted})) == (40, 38)
    path = write(tmp_path / f"strategy{suffix}", language, paragraphs(language, planted))
    assert_all_found(planted, path, ended)


class TestPrintedByABrowser:
    pytestmark = IN_BROWSER

    @pytest.mark.parametrize("language", ["en", "ar"])
    def test_forty_statements_are_found_whatever_order_the_glyphs_are_in(self, tmp_path: Path, language: str) -> None:
        planted = plant(language, pages=60)
        pages = paragraphs(language, planted, pages=60)
        body = "".join(
            f"<section>{''.join(f'<p>{html.escape(line)}</p>' for line in page)}</section>" for page in pages
        )
        style = "section{break-after:page} section:last-child{break-after:auto} body{font:11pt 'Noto Naskh Arabic'}"
        way = "rtl" if language == "ar" else "ltr"
        with launched() as browser:
            window = browser.new_page()
            window.set_content(f"<html lang={language} dir={way}><style>{style}</style><body>{body}")
            window.pdf(path=tmp_path / "strategy.pdf", format="A4")
        assert_all_found(planted, tmp_path / "strategy.pdf", 20)


def test_pages_that_are_pictures_are_named_and_nothing_is_guessed_from_them(tmp_path: Path) -> None:
    planted = plant("en", pages=40, many=20)
    scanned = sorted({planted[0].page, planted[9].page, 40})
    path = write_pdf(tmp_path / "s.pdf", "en", paragraphs("en", planted, pages=40), scanned)
    found, named = read_strategy(path)
    assert named == tuple(scanned)
    assert {p.page for p in found} == {p.page for p in planted} - set(scanned)
