"""The centre's tests run on SQLite, or on the PostgreSQL that BIOSETU_TEST_DATABASE_URL names."""

import atexit
import os
import shutil
import tempfile
from contextlib import contextmanager

import pytest

_home = tempfile.mkdtemp(prefix="biosetu-centre-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["BIOSETU_HOME"] = _home
os.environ["BIOSETU_PASSWORD_FAST"] = "yes"
os.environ["DATABASE_URL"] = os.environ.get("BIOSETU_TEST_DATABASE_URL", "")
os.environ["DJANGO_SETTINGS_MODULE"] = "biosetu.centre.settings"

import django  # noqa: E402 - the environment is read when the settings are imported

django.setup()


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Files of one test are seen by that test alone."""
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(autouse=True)
def in_english():
    """A page in Arabic leaves its language behind in the thread; no test may meet another's."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def transactional_rollback():
    """What is made inside is gone afterwards: for the examples of a property test."""
    from django.db import transaction

    @contextmanager
    def inside():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    return inside


@pytest.fixture
def guards_removed(transactional_db):
    """Emptying the tables after a test with real transactions must not meet the triggers that keep what was done.

    They are not put back: such tests run after all others (pytest-django's order).
    """
    from django.db import connection

    from biosetu.centre.audit.guards import remove, remove_for_requests

    with connection.schema_editor() as editor:
        remove(None, editor)
        remove_for_requests(None, editor)


@pytest.fixture
def said():
    """What the consoles of the windows complain about."""
    return []


@pytest.fixture
def open_window(chromium, live_server, guards_removed, said):
    """Open a window for one more person; what its console complains about is collected."""
    opened = []

    def window(**options):
        context = chromium.new_context(base_url=live_server.url, **options)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield window
    for context in opened:
        context.close()
