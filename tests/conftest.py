"""What holds for every test: no deadlines (machines differ), and on CI the same random cases every time."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from tests.browsers import launched

settings.register_profile("anywhere", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "anywhere")

# compiled functions outlive the homes of single tests
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / ".home" / "numba"))


@pytest.fixture(scope="session")
def chromium():
    """One for all tests of a process: Playwright runs once in it."""
    with launched() as browser:
        yield browser
