"""Every request has an id: in the response, in each log line, on the error page."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
OPENING = "token"
QUIET = ("/static/", "/health")
_current: ContextVar[str] = ContextVar("request_id", default="-")
logger = logging.getLogger("biosetu.request")

View = Callable[[HttpRequest], HttpResponse]


def request_id() -> str:
    """Return the id of the request in hand, `-` outside of one."""
    return _current.get()


def request_ids(get_response: View) -> View:
    """Give each request an id (the caller's, where it is well formed) and log what became of it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        token = _current.set(given if GIVEN.fullmatch(given) else uuid.uuid4().hex)
        started = time.perf_counter()
        try:
            response = get_response(request)
            response[HEADER] = request_id()
            _log(request, response, time.perf_counter() - started)
            return response
        finally:
            _current.reset(token)

    return middleware


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    if not request.path.startswith(QUIET):
        logger.info("%s %s %s %.0f ms", request.method, _told(request), response.status_code, seconds * 1000)


def _told(request: HttpRequest) -> str:
    """Return the path without what opens a page to whoever knows it (the `token` of a shared link)."""
    secret = request.resolver_match.kwargs.get(OPENING, "") if request.resolver_match else ""
    return request.path.replace(secret, "…") if secret else request.path


class RequestIdFilter(logging.Filter):
    """Puts the request id on each log record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id()
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
