"""The one-file dossier in a real browser: nothing loaded, nothing refused by its own policy, no serious axe fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.browsers import IN_BROWSER

from biosetu.reports import html

pytestmark = IN_BROWSER
SERIOUS = ("serious", "critical")


@pytest.mark.parametrize(("code", "language"), [("LKA", "en"), ("JOR", "ar"), ("XXA", "en")])
def test_dossier_loads_nothing_and_has_no_serious_fault(
    chromium, document, tmp_path: Path, code: str, language: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "dossier.html"
    path.write_text(html.render(document(code, language)), encoding="utf-8")
    page = chromium.new_context(bypass_csp=False).new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert said == []
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "960px"
    page = chromium.new_context(bypass_csp=True).new_page()
    page.goto(path.as_uri())
    faults = [v for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in faults] == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_dossier_fits_a_phone(chromium, document, tmp_path: Path, language: str) -> None:
    path = tmp_path / "dossier.html"
    path.write_text(html.render(document("BGD", language)), encoding="utf-8")
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
