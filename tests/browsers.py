"""Chromium for tests: where it is, and one running for them all. CI must have it: there nothing is skipped for it."""

import os
import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
MISSING = CHROMIUM is None and not os.environ.get("CI")
IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(MISSING, reason="Chromium is not installed (Debian: apt-get install chromium)"),
]


@contextmanager
def launched():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()
