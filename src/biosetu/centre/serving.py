"""`biosetu serve`: checks, migrates, then keeps one web server and one queue worker running until Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

import httpx

from biosetu.problems import BioSetuError, UsageError
from biosetu.translation import say

SETTINGS_MODULE = "biosetu.centre.settings"
THREADS = 8
STARTUP_SECONDS = 90
STOP_SECONDS = 10
LOOK_SECONDS = 0.25
RESTART_SECONDS = 2


class ServeError(BioSetuError):
    """The centre could not be started."""


def prepare(*, demo: bool) -> None:
    """Load the settings, run the system checks, bring the database up to date, load the demonstration if asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)
    if demo:
        os.environ["BIOSETU_DEMO"] = "yes"
    import django
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError
    from django.db import OperationalError

    from biosetu.centre.databases import NOT_ANSWERING

    try:
        django.setup()
        call_command("check", databases=["default"], stdout=io.StringIO())
        call_command("migrate", verbosity=0, interactive=False)
        call_command("adopt")
        if demo:
            call_command("demonstrate")
    except OperationalError as error:
        raise UsageError(NOT_ANSWERING) from error
    except (SystemCheckError, ValueError) as error:
        raise ServeError(str(error)) from error


def ensure_free(host: str, port: int) -> None:
    """Raise `UsageError` where something else already answers at this address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                say(
                    "Port {port} is taken ({why}). Choose another: --port {next}",
                    port=port,
                    why=error.strerror,
                    next=port + 1,
                )
            ) from error


def web_command(host: str, port: int) -> list[str]:
    """Return the web server's command line: one process, several threads, nothing inherited from the folder."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--workers", "1", "--threads", str(THREADS), "--bind", address, "--no-control-socket"]
    options += [
        "--config",
        "python:biosetu.centre.web_server",
        "--graceful-timeout",
        "5",
        "--log-level",
        "warning",
        "--worker-tmp-dir",
        _memory_folder(),
    ]
    return [sys.executable, "-m", "gunicorn", *options, "biosetu.centre.wsgi:application"]


def _memory_folder() -> str:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"  # noqa: S108 - gunicorn's heartbeat file


def worker_command() -> list[str]:
    """Return the queue worker's command line."""
    return [sys.executable, "-m", "biosetu.centre", "work", "--alone"]


@dataclass
class Supervisor:
    """Keeps named processes running, each in its own session: Ctrl-C reaches only us, and we stop them in turn."""

    commands: Mapping[str, Sequence[str]]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one of the commands."""
        self.running[name] = subprocess.Popen(self.commands[name], start_new_session=True)  # noqa: S603

    def stop(self) -> None:
        """Ask all to stop, wait, and end what does not."""
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def look(self) -> None:
        """Start again what ended by itself."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                time.sleep(RESTART_SECONDS)
                self.start(name)


def wait_until_up(address: str, still_running: Callable[[], bool]) -> None:
    """Return once the health page answers; raise `ServeError` when it does not in time."""
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and still_running():
        try:
            if httpx.get(f"{address}/health", timeout=2, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise ServeError("The web server did not answer. Its own lines above say why.")


def _stop_on_signal(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def serve(*, host: str, port: int, demo: bool, announce: Callable[[str], None]) -> None:
    """Run the centre until interrupted; `announce` is called with the address once pages are served."""
    ensure_free(host, port)
    prepare(demo=demo)
    signal.signal(signal.SIGTERM, _stop_on_signal)
    supervisor = Supervisor({"web": web_command(host, port), "worker": worker_command()})
    try:
        for name in supervisor.commands:
            supervisor.start(name)
        local = "127.0.0.1" if host in ("0.0.0.0", "localhost") else host  # noqa: S104 - compared, not bound
        wait_until_up(f"http://{local}:{port}", lambda: supervisor.running["web"].poll() is None)
        announce(f"http://{'localhost' if local == '127.0.0.1' else local}:{port}/")
        while True:
            time.sleep(LOOK_SECONDS)
            supervisor.look()
    except KeyboardInterrupt:
        return
    finally:
        supervisor.stop()
