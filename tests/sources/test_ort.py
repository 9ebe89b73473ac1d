from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path

import pytest

from biosetu.alignment import PromiseFolder
from biosetu.jobs.alignment import pull_promises
from biosetu.sources.services import ort
from biosetu.sources.services.client import Client, ServiceError

_spec = importlib.util.spec_from_file_location("ort_service_server", Path(__file__).with_name("service_server.py"))
_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_server)


def document(number: int) -> dict:
    body = {
        "header": {"identifier": f"UID-{number}", "schema": "nationalTarget7", "languages": ["en"]},
        "government": {"identifier": "np"},
        "title": {"en": f"Restore land number {number}"},
    }
    return {"identifier": f"UID-{number}", "createdBy": {"email": "rita@example.org"}, "body": body}


def tool(total: int, broken: list[str] | tuple[str, ...] = ()):
    def respond(verb: str, path: str, query: dict, body: object):
        if path in broken:
            return 404, {}, {}
        if path == "/api/v2013/index":
            start, rows = int(query["start"]), int(query["rows"])
            docs = [{"identifier_s": f"UID-{n}"} for n in range(start, min(start + rows, total))]
            return 200, {}, {"response": {"numFound": total, "start": start, "docs": docs}}
        return 200, {}, document(int(path.rsplit("-", 1)[1]))

    return respond


def client(spoken, cache: Path) -> Client:
    return Client(spoken.host, cache, 0.0, "", timedelta(days=1), sleep=lambda seconds: None, headers=ort.REALM)


def test_targets_of_a_party_come_page_by_page_and_are_imported(tmp_path: Path) -> None:
    store = PromiseFolder(tmp_path / "store")
    with _server.serving(tool(103)) as spoken:
        outcome = pull_promises("NPL", store, asking=client(spoken, tmp_path / "cache"))
        pages = [query for _, path, query, _, _ in spoken.asked if path.endswith("index")]
    assert outcome.count("new") == 103
    assert [query["start"] for query in pages] == ["0", "100"]
    assert "government_s:np" in pages[0]["q"]
    assert "rita" not in (store.folder / "alignment" / "NPL.json").read_text(encoding="utf-8")


def test_stopped_pull_goes_on_without_asking_again(tmp_path: Path) -> None:
    broken = ["/api/v2013/documents/UID-2"]
    with _server.serving(tool(3, broken)) as spoken:
        asking = client(spoken, tmp_path / "cache")
        with pytest.raises(ServiceError):
            ort.pull_records("NP", asking)
        broken.clear()
        before = len(spoken.asked)
        assert len(ort.pull_records("NP", asking)) == 3
        assert [path for _, path, _, _, _ in spoken.asked[before:]] == ["/api/v2013/documents/UID-2"]


def test_second_pull_changes_nothing(tmp_path: Path) -> None:
    store = PromiseFolder(tmp_path / "store")
    with _server.serving(tool(2)) as spoken:
        asking = client(spoken, tmp_path / "cache")
        pull_promises("NPL", store, asking=asking)
        before = len(spoken.asked)
        assert pull_promises("NPL", store, asking=asking).count("same") == 2
        assert len(spoken.asked) == before


def test_index_that_answers_otherwise_is_an_error(tmp_path: Path) -> None:
    with (
        _server.serving(lambda *_: (200, {}, {"other": 1})) as spoken,
        pytest.raises(ServiceError, match="as documented"),
    ):
        ort.pull_records("NP", client(spoken, tmp_path / "cache"))
