"""kill -9 in the middle of a run: nothing half-written is seen, the next worker finishes, once."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

PREPARE = Path(__file__).with_name("prepare_run.py")
ROWS = 2000


def python(environment, *arguments):
    return subprocess.Popen([sys.executable, *arguments], env=environment, stderr=subprocess.DEVNULL)


@pytest.fixture
def environment(tmp_path):
    root = str(Path(__file__).parents[3])
    return {**os.environ, "BIOSETU_HOME": str(tmp_path), "DATABASE_URL": "", "PYTHONPATH": root}


def ask(home, question):
    with sqlite3.connect(home / "centre.sqlite3", timeout=20) as connection:
        return connection.execute(question).fetchone()


def wait_for(home, question, wanted, process=None):
    deadline = time.monotonic() + 60
    while (found := ask(home, question)) is None or not wanted(found[0]):
        assert time.monotonic() < deadline, f"still {found}"
        time.sleep(0.01)
    return found[0]


def test_kill_9_during_a_run_leaves_nothing_half_and_the_next_worker_finishes(tmp_path, environment):
    assert python(environment, str(PREPARE), str(ROWS)).wait(300) == 0
    first = python(environment, "-m", "biosetu.centre", "work", "--alone")
    wait_for(tmp_path, "SELECT done FROM evidence_run", lambda done: 0 < done < ROWS)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    state, done = ask(tmp_path, "SELECT state, done FROM evidence_run")
    assert state == "running"
    assert ask(tmp_path, "SELECT count(*) FROM evidence_proposal") == (done,)
    assert ask(tmp_path, "SELECT count(*) FROM evidence_figure") == (0,)
    second = python(environment, "-m", "biosetu.centre", "work", "--alone")
    wait_for(tmp_path, "SELECT state FROM evidence_run", lambda state: state == "in_review")
    second.terminate()
    second.wait(20)
    assert ask(tmp_path, "SELECT count(*), count(DISTINCT number) FROM evidence_proposal") == (ROWS, ROWS)
