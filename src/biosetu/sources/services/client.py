"""Asking an official service politely: one request at a time, with pauses, retries, and every answer kept.

An answer is written to the cache as it arrives, so that a stopped pull goes on where it stood; one that cannot be read
as documented is not kept. The cache holds, beside each answer, the address, the day it was fetched and the licence.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from biosetu.engine.tables import replacing
from biosetu.problems import BioSetuError
from biosetu.translation import say

USER_AGENT = "BioSetu (open-source software of CBD support centres)"
RETRIES = 5
LONGEST_WAIT_S = 60.0
# how long a wait that a service names is waited out within one run; a longer one ends it
LONGEST_ASKED_S = 600.0
FAR_OFF_S = 1e9  # some thirty years: whoever asks for more gives no time that a calendar holds
TIMEOUT_S = 60.0
LARGEST_ANSWER = 50_000_000
T = TypeVar("T")
# a name with several values stands in the address once for each
Query = dict[str, str | int | list[str]]
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


def as_it_is(answer: Any) -> Any:
    """Return an answer unread."""
    return answer


class ServiceError(BioSetuError):
    """A service did not answer, or not as documented; what was fetched before is kept, so try again later."""


@dataclass(slots=True)
class Client:
    """Asks one service. `pause_s` [s] lies between requests; answers younger than `fresh` come from the cache.

    `headers` go with every request, `timeout_s` [s] is how long an answer is waited for.
    """

    host: str
    cache: Path
    pause_s: float = 1.0
    licence: str = ""
    fresh: timedelta = timedelta(days=30)
    sleep: Callable[[float], None] = time.sleep
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = TIMEOUT_S
    _asked: float = field(default=0.0, init=False)

    def get(
        self,
        path: str,
        query: Mapping[str, str | int | list[str]] | None = None,
        read: Callable[[Any], T] = as_it_is,
        *,
        fresh: timedelta | None = None,
        about: str = "",
    ) -> T:
        """Return the JSON answer to a GET, as `read` understands it; raises ServiceError.

        `fresh` shortens how long an answer kept is taken; `about` sets answers apart that have one address, such as
        those of two releases.
        """
        return self._answer("GET", path, query or {}, None, lambda answer, _: read(answer), fresh, about)

    def post(self, path: str, body: Mapping[str, Any], read: Callable[[Any, date], T]) -> T:
        """Return the JSON answer to a POST with a JSON body, as `read` understands it; raises ServiceError.

        `read` is given the answer and the day on which the service gave it, which is not today where it was kept.
        """
        return self._answer("POST", path, {}, body, read, None, "")

    def _answer(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str | int | list[str]],
        body: Mapping[str, Any] | None,
        read: Callable[[Any, date], T],
        fresh: timedelta | None,
        about: str,
    ) -> T:
        address = f"{self.host.rstrip('/')}/{path.lstrip('/')}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        wanted = json.dumps([verb, address, body, *filter(None, [about])], sort_keys=True)
        place = self.cache / f"{hashlib.sha256(wanted.encode()).hexdigest()[:32]}.json"
        kept = self._kept(place, self.fresh if fresh is None else min(fresh, self.fresh))
        if kept is not None:
            with suppress(ServiceError):
                return _understood(read, *kept, address)
        answer, now = self._fetch(verb, address, body), datetime.now(UTC)
        understood = _understood(read, answer, now.date(), address)
        facts = {"request": wanted, "fetched": now.isoformat(), "licence": self.licence, "answer": answer}
        with replacing(place) as temporary:
            temporary.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        return understood

    def _kept(self, place: Path, fresh: timedelta) -> tuple[Any, date] | None:
        """Return an answer kept and the day on which it was fetched, or None where it is too old or damaged."""
        try:
            facts = json.loads(place.read_text(encoding="utf-8"))
            fetched = datetime.fromisoformat(facts["fetched"]).astimezone(UTC)
            return (facts["answer"], fetched.date()) if datetime.now(UTC) - fetched < fresh else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _fetch(self, verb: str, address: str, body: Mapping[str, Any] | None) -> Any:
        trouble = ""
        for attempt in range(RETRIES):
            self._wait_turn()
            try:
                response = httpx.request(
                    verb,
                    address,
                    json=body,
                    headers={"user-agent": USER_AGENT, **self.headers},
                    timeout=self.timeout_s,
                    follow_redirects=True,
                )
            except httpx.RequestError as error:
                trouble = say("no answer ({kind})", kind=type(error).__name__)
                self.sleep(_back_off(attempt))
                continue
            if response.status_code not in AGAIN:
                return _read(response, address)
            trouble = say("answer {status}", status=response.status_code)
            self.sleep(_asked_back(address, response.headers.get("retry-after")) or _back_off(attempt))
        raise ServiceError(
            say(
                "{address}: {trouble} after {retries} attempts. What was fetched is kept; try again later.",
                address=address,
                trouble=trouble,
                retries=RETRIES,
            )
        )

    def _wait_turn(self) -> None:
        rest = self._asked + self.pause_s - time.monotonic()
        if self._asked and rest > 0:
            self.sleep(rest)
        self._asked = time.monotonic()


def _understood(read: Callable[[Any, date], T], answer: Any, day: date, address: str) -> T:
    """Return an answer as `read` understands it; what it stumbles over is told as a change of the interface."""
    try:
        return read(answer, day)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        told = f"{type(error).__name__} {error}"
        raise ServiceError(
            say(
                "{address}: the answer is not as documented ({told}). The interface may have changed.",
                address=address,
                told=told,
            )
        ) from error


def _back_off(attempt: int) -> float:
    """Return how long to wait [s] where the service does not say: 1, 2, 4 … seconds; a minute at most."""
    return min(2.0**attempt, LONGEST_WAIT_S)


def _asked_back(address: str, retry_after: str | None) -> float | None:
    """Return how long the service asks to wait [s]; raise ServiceError where that is longer than a run waits."""
    asked = _asked_wait(retry_after) if retry_after else None
    if asked is not None and asked > LONGEST_ASKED_S:
        again = (datetime.now(UTC) + timedelta(seconds=asked)).strftime("%Y-%m-%d %H:%M UTC")
        raise ServiceError(
            say(
                "{address}: the service asks not to be asked before {again}. What was fetched is kept; "
                "run the same again after that.",
                address=address,
                again=again,
            )
        )
    return asked


def _asked_wait(text: str) -> float | None:
    if text.strip().isdecimal():
        return min(float(text), FAR_OFF_S)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _read(response: httpx.Response, address: str) -> Any:
    if response.status_code != httpx.codes.OK:
        raise ServiceError(
            say(
                "{address}: answer {status_code}. Check the code asked for and the host.",
                address=address,
                status_code=response.status_code,
            )
        )
    if len(response.content) > LARGEST_ANSWER:
        raise ServiceError(
            say("{address}: the answer is too large ({count:,} bytes).", address=address, count=len(response.content))
        )
    try:
        return response.json()
    except ValueError as error:
        raise ServiceError(say("{address}: the answer is not JSON. Check the host.", address=address)) from error
