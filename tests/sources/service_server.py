"""A local server that speaks the documented formats of the official services, and can misbehave on request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], Any]
Responder = Callable[[str, str, dict[str, str], Any], Answer]


class Spoken:
    """What was asked of the server: (verb, path, query, body, user agent)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], Any, str]] = []
        self.host = ""


@contextmanager
def serving(respond: Responder) -> Iterator[Spoken]:
    spoken = Spoken()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            query = {name: "&".join(values) for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            spoken.asked.append((self.command, parts.path, query, body, self.headers["user-agent"]))
            status, headers, answer = respond(self.command, parts.path, query, body)
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    spoken.host = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield spoken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
