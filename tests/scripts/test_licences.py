"""The licence check refuses what must not be shipped."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("licences", ROOT / "scripts" / "licences.py")
licences = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(licences)


@pytest.mark.parametrize(
    ("declared", "refused"),
    [
        ("MIT", False),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MPL-2.0", False),
        ("GPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v2 (GPLv2)", True),
        ("GNU Affero General Public License v3", True),
        ("AGPL-3.0", True),
        ("", True),
    ],
)
def test_fault_refuses_gpl_agpl_and_silence(monkeypatch, declared, refused):
    monkeypatch.setattr(licences, "declared", lambda name: declared)
    assert (licences.fault("some-package") is not None) is refused


def test_fault_refuses_banned_names_whatever_they_declare(monkeypatch):
    monkeypatch.setattr(licences, "declared", lambda name: "MIT")
    assert licences.fault("igraph") is not None


def test_shipped_walks_extras_but_not_development_groups():
    names = licences.shipped(ROOT / "uv.lock")
    assert {"pyarrow", "django", "dask"} <= names
    assert not {"pytest", "mypy", "ruff"} & names


def test_nothing_in_the_lock_is_refused():
    faults = {name: licences.fault(name) for name in licences.shipped(ROOT / "uv.lock")}
    assert {name: reason for name, reason in faults.items() if reason} == {}
