import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from biosetu.centre.serving import ensure_free
from biosetu.problems import UsageError


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_taken_port_is_said_before_anything_starts():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match="is taken"):
            ensure_free("127.0.0.1", other.getsockname()[1])


@pytest.fixture
def served(tmp_path):
    port = free_port()
    environment = {**os.environ, "BIOSETU_HOME": str(tmp_path), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "biosetu", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yield process, port
    if process.poll() is None:
        process.kill()
    process.stdout.close()
    process.wait()


def test_serve_prints_the_address_answers_and_stops_both_processes(served):
    process, port = served
    assert process.stdout.readline() == f"BioSetu is at http://localhost:{port}/  (Ctrl-C stops it)\n"
    assert httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).json()["status"] == "ok"
    started = children(process.pid)
    assert len(started) == 2
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    deadline = time.monotonic() + 5
    while any(alive(pid) for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in started if alive(pid)] == []
