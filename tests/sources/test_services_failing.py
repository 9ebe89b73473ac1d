"""How each service fails, and that nothing half-fetched is ever taken: one table of misbehaviour for all three."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.sources import test_services as documented
from tests.sources.service_server import Answer, Responder, serving

from biosetu.jobs.official_sources import pull_source
from biosetu.jobs.party import default_store
from biosetu.sources.services import Client, ServiceError, pull


@dataclass(frozen=True)
class Asked:
    """A service as documented, what is pulled of it, and the requests of which the last is made to fail."""

    name: str
    codes: tuple[str, ...]
    responds: Responder
    requests: int
    rows: int


SERVICES = {
    asked.name: asked
    for asked in (
        Asked("un-sdg", ("ER_RSK_LST",), documented.un_sdg, 4, 3),
        Asked("world-bank", ("ER.LND.PTLD.ZS",), documented.world_bank, 2, 2),
        Asked("target-tracker", (), documented.tracker, 3, 4),
    )
}
every_service = pytest.mark.parametrize("asked", SERVICES.values(), ids=SERVICES)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def client(host: str, folder: Path, waits: list[float] | None = None, timeout_s: float = 5.0) -> Client:
    log = waits if waits is not None else []
    return Client(host, folder / "cache", 0.0, "a licence", sleep=log.append, timeout_s=timeout_s)


def failing(asked: Asked, last: Callable[[Answer], Answer], times: int = 10**6) -> Responder:
    """The service as documented, but its last request is answered otherwise, `times` times."""
    seen, left = 0, times

    def respond(verb: str, path: str, query: dict[str, str], body: Any) -> Answer:
        nonlocal seen, left
        seen += 1
        good = asked.responds(verb, path, query, body)
        if seen >= asked.requests and left > 0:
            left -= 1
            return last((good[0], good[1], deepcopy(good[2])))
        return good

    return respond


def pulled(asked: Asked, server: Any, folder: Path, **options: Any) -> Any:
    return pull(asked.name, ("NPL", "JOR"), codes=asked.codes, client=client(server.host, folder, **options))


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "cache").glob("*"))


@every_service
def test_a_service_as_documented_gives_its_figures(tmp_path: Path, asked: Asked) -> None:
    with serving(asked.responds) as server:
        assert pulled(asked, server, tmp_path).num_rows == asked.rows
        assert len(server.asked) == asked.requests == len(kept(tmp_path))


PASSING = {
    "busy, names a wait": (lambda _: (429, {"retry-after": "7"}, {}), [7.0]),
    "fault, then well": (lambda _: (500, {}, {}), [1.0]),
    "gateway away": (lambda _: (503, {"retry-after": "600"}, b""), [600.0]),
}


@every_service
@pytest.mark.parametrize(("last", "waited"), PASSING.values(), ids=PASSING)
def test_a_trouble_that_passes_is_waited_for(tmp_path: Path, asked: Asked, last: Any, waited: list[float]) -> None:
    waits: list[float] = []
    with serving(failing(asked, last, times=1)) as server:
        assert pulled(asked, server, tmp_path, waits=waits).num_rows == asked.rows
        assert len(server.asked) == asked.requests + 1
    assert waits == waited


def slow(answer: Answer) -> Answer:
    time.sleep(0.6)
    return answer


@every_service
def test_an_answer_that_does_not_come_in_time_is_asked_for_again(tmp_path: Path, asked: Asked) -> None:
    waits: list[float] = []
    with serving(failing(asked, slow, times=1)) as server:
        assert pulled(asked, server, tmp_path, waits=waits, timeout_s=0.3).num_rows == asked.rows
    assert waits == [1.0]


def truncated(answer: Answer) -> Answer:
    whole = json.dumps(answer[2]).encode()
    return answer[0], answer[1], whole[: len(whole) // 2]


def without(*names: str) -> Callable[[Answer], Answer]:
    """The answer with fields of these names gone, wherever they stand."""

    def strip(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: strip(inner) for name, inner in value.items() if name not in names}
        return [strip(inner) for inner in value] if isinstance(value, list) else value

    return lambda answer: (answer[0], answer[1], strip(answer[2]))


# a field of the figures themselves, and one of what stands around them
FIELDS = {
    "un-sdg": ("geoAreaCode", "value", "data", "totalPages", "pageNumber", "totalElements"),
    "world-bank": ("countryiso3code", "date", "value", "lastupdated", "pages", "page", "total"),
    "target-tracker": ("labels", "datasets", "data", "derived"),
}
LASTING = {
    "truncated JSON": (truncated, "not JSON"),
    "a page in HTML": (lambda _: (200, {"content-type": "text/html"}, b"<!doctype html><p>Sign in"), "not JSON"),
    "a list for an object": (lambda _: (200, {}, []), "as documented|documented pair|no data"),
    "nothing": (lambda _: (200, {}, None), "as documented|documented pair|no data"),
    "not found": (lambda _: (404, {}, {}), "answer 404"),
    "away for long": (lambda _: (502, {}, {}), "answer 502 after 5 attempts"),
}


def refused(tmp_path: Path, asked: Asked, last: Callable[[Answer], Answer], message: str) -> None:
    """Nothing of the pull is taken, the answer that failed is not kept, and the next pull goes on from there."""
    with serving(failing(asked, last)) as server, pytest.raises(ServiceError, match=message):
        pull_source(asked.name, ("NPL", "JOR"), codes=asked.codes, keep=True, client=client(server.host, tmp_path))
    assert default_store().batches() == ()
    assert [path.suffix for path in kept(tmp_path)] == [".json"] * (asked.requests - 1)


def goes_on(tmp_path: Path, asked: Asked, host: str, before: int, spoken: Any) -> None:
    assert pull(asked.name, ("NPL", "JOR"), codes=asked.codes, client=client(host, tmp_path)).num_rows == asked.rows
    assert len(spoken.asked) - before == 1


@every_service
@pytest.mark.parametrize(("last", "message"), LASTING.values(), ids=LASTING)
def test_what_is_no_answer_is_refused_and_not_kept(tmp_path: Path, asked: Asked, last: Any, message: str) -> None:
    refused(tmp_path, asked, last, message)


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, fields in FIELDS.items() for field in fields])
def test_a_field_that_is_gone_is_told_as_a_change_of_the_interface(tmp_path: Path, name: str, field: str) -> None:
    refused(tmp_path, SERVICES[name], without(field), "interface may have changed")


@every_service
def test_a_pull_that_failed_goes_on_with_the_answer_that_is_missing(tmp_path: Path, asked: Asked) -> None:
    broken = {"down": True}

    def respond(verb: str, path: str, query: dict[str, str], body: Any) -> Answer:
        good = asked.responds(verb, path, query, body)
        return truncated(good) if broken["down"] and len(server.asked) >= asked.requests else good

    with serving(respond) as server:
        with pytest.raises(ServiceError):
            pulled(asked, server, tmp_path)
        broken["down"], before = False, len(server.asked)
        goes_on(tmp_path, asked, server.host, before, server)


KILLED = """
import sys
from pathlib import Path
from biosetu.sources.services import Client, pull
name, host, cache, codes = sys.argv[1:]
pull(name, ("NPL", "JOR"), codes=tuple(filter(None, codes.split(","))), client=Client(host, Path(cache), 0.0, "l"))
"""


@every_service
def test_a_killed_pull_leaves_whole_answers_and_goes_on(tmp_path: Path, asked: Asked) -> None:
    held = {"up": False}

    def respond(verb: str, path: str, query: dict[str, str], body: Any) -> Answer:
        if not held["up"] and len(server.asked) >= asked.requests:
            time.sleep(1.5)
        return asked.responds(verb, path, query, body)

    with serving(respond) as server:
        command = [
            sys.executable,
            "-c",
            KILLED,
            asked.name,
            server.host,
            str(tmp_path / "cache"),
            ",".join(asked.codes),
        ]
        process = subprocess.Popen(command, env=os.environ)
        waited = time.monotonic() + 60
        while len(server.asked) < asked.requests and time.monotonic() < waited:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        held["up"], before = True, len(server.asked)
        assert before == asked.requests
        assert all(json.loads(path.read_text())["answer"] is not None for path in kept(tmp_path))
        assert len(kept(tmp_path)) == asked.requests - 1
        goes_on(tmp_path, asked, server.host, before, server)


def empty(answer: Answer) -> Answer:
    content = answer[2]
    return (200, {}, [content[0], []]) if isinstance(content, list) else (200, {}, content | {"data": []})


def earlier(answer: Answer) -> Answer:
    """The page before under the number of this one."""
    content = answer[2]
    if isinstance(content, list):
        _, _, before = documented.world_bank("GET", "", {"page": "1"}, None)
        return 200, {}, [content[0], before[1][:1]]
    _, _, before = documented.un_sdg("GET", "Data", {"page": "2"}, None)
    return 200, {}, content | {"data": before["data"][1:]}


def misnumbered(answer: Answer) -> Answer:
    content = answer[2]
    return (200, {}, [content[0] | {"page": 1}, content[1]]) if isinstance(content, list) else (
        200, {}, content | {"pageNumber": 1}
    )  # fmt: skip


PAGED = [SERVICES["un-sdg"], SERVICES["world-bank"]]
PAGES = {
    "empty": (empty, r"\d of \d entries came"),
    "another's number": (misnumbered, "page 1 came"),
}


@pytest.mark.parametrize("asked", PAGED, ids=lambda asked: asked.name)
@pytest.mark.parametrize(("last", "message"), PAGES.values(), ids=PAGES)
def test_a_page_that_is_not_the_one_asked_for_stops_the_pull(tmp_path, asked, last, message) -> None:
    with serving(failing(asked, last)) as server, pytest.raises(ServiceError, match=message):
        pulled(asked, server, tmp_path)
    assert default_store().batches() == ()


def test_a_page_that_comes_twice_under_two_numbers_stops_the_pull(tmp_path: Path) -> None:
    for asked in PAGED:
        with serving(failing(asked, earlier)) as server, pytest.raises(ServiceError, match=r"came twice|entries came"):
            pulled(asked, server, tmp_path / asked.name)


def test_pages_of_two_releases_are_all_asked_for_anew(tmp_path: Path) -> None:
    asked = SERVICES["world-bank"]
    day = {"updated": "2026-01-28"}

    def respond(verb: str, path: str, query: dict[str, str], body: Any) -> Answer:
        status, headers, (facts, rows) = documented.world_bank(verb, path, query, body)
        if query["page"] == "2" and day["updated"] == "2026-01-28":
            return 404, {}, {}
        return status, headers, [facts | {"lastupdated": day["updated"]}, rows]

    with serving(respond) as server:
        with pytest.raises(ServiceError, match="404"):
            pulled(asked, server, tmp_path)
        day["updated"] = "2026-07-01"
        table = pulled(asked, server, tmp_path)
        assert [query["page"] for _, _, query, _, _ in server.asked] == ["1", "2", "2", "1", "2"]
    assert set(table.column("vintage").to_pylist()) == {"2026-07-01"}


def test_a_new_release_is_not_joined_to_pages_kept_of_the_one_before(tmp_path: Path) -> None:
    asked = SERVICES["un-sdg"]
    release = {"name": "2026.Q1"}

    def respond(verb: str, path: str, query: dict[str, str], body: Any) -> Answer:
        if path.endswith("Series/List"):
            return 200, {}, [{"code": "ER_RSK_LST", "release": release["name"]}]
        if query["page"] == "3" and release["name"] == "2026.Q1":
            return 404, {}, {}
        return documented.un_sdg(verb, path, query, body)

    with serving(respond) as server:
        with pytest.raises(ServiceError, match="404"):
            pulled(asked, server, tmp_path)
        release["name"] = "2026.Q2"
        for path in kept(tmp_path):
            if "Series/List" in path.read_text():
                path.unlink()
        table = pulled(asked, server, tmp_path)
        pages = [query["page"] for _, _, query, _, _ in server.asked if "page" in query]
    assert pages == ["1", "2", "3", "1", "2", "3"]
    assert set(table.column("vintage").to_pylist()) == {"2026.Q2"}


def test_an_answer_kept_in_another_form_is_asked_for_anew(tmp_path: Path) -> None:
    asked = SERVICES["world-bank"]
    with serving(asked.responds) as server:
        pulled(asked, server, tmp_path)
        for path in kept(tmp_path):
            path.write_text(json.dumps(json.loads(path.read_text()) | {"answer": {"message": "maintenance"}}))
        assert pulled(asked, server, tmp_path).num_rows == asked.rows
        assert len(server.asked) == 2 * asked.requests
