import importlib.util
import io
import sys
import tarfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "frontend.py"


@pytest.fixture
def frontend():
    spec = importlib.util.spec_from_file_location("frontend_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def tarball(members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def package(frontend, folder, content):
    import base64
    import hashlib

    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    return frontend.Package("thing", "1.0.0", integrity, "MIT", folder, ("css/a.css", "LICENSE"))


def test_every_package_is_pinned_by_sha512(frontend):
    assert [p.name for p in frontend.PACKAGES if not p.integrity.startswith("sha512-")] == []


def test_cached_tarball_is_unpacked_without_network(frontend, tmp_path, monkeypatch):
    content = tarball({"css/a.css": b"a{}", "LICENSE": b"MIT", "other.js": b"no"})
    wanted = package(frontend, tmp_path / "vendor", content)
    monkeypatch.setattr(frontend, "CACHE", tmp_path / "cache")
    frontend.write(tmp_path / "cache" / wanted.tarball, content)
    assert not frontend.is_in_place(wanted)
    frontend.unpack(wanted, frontend.fetched(wanted))
    assert frontend.is_in_place(wanted)
    assert sorted(path.name for path in (tmp_path / "vendor").iterdir()) == ["LICENSE", "VERSION", "a.css"]


def test_changed_tarball_is_refused(frontend, tmp_path, monkeypatch):
    content = tarball({"css/a.css": b"a{}", "LICENSE": b"MIT"})
    wanted = package(frontend, tmp_path / "vendor", content)
    monkeypatch.setattr(frontend, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(frontend.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(content + b"x"))
    with pytest.raises(ValueError, match="pinned hash"):
        frontend.fetched(wanted)
    assert not (tmp_path / "vendor").exists()


def test_another_version_in_place_is_replaced(frontend, tmp_path):
    content = tarball({"css/a.css": b"a{}", "LICENSE": b"MIT"})
    wanted = package(frontend, tmp_path / "vendor", content)
    frontend.unpack(wanted, content)
    frontend.write(tmp_path / "vendor" / "VERSION", b"thing 0.9.0 MIT\n")
    assert not frontend.is_in_place(wanted)
