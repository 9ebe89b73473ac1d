"""Run a command beside a throw-away PostgreSQL, its address in BIOSETU_TEST_DATABASE_URL.

usage: python scripts/postgres_for_tests.py [COMMAND …]     without command: print the address, wait for Ctrl-C

As root the server runs as user `postgres`, which its makers demand. Where PostgreSQL is not installed the command is
not run; that is said, and the exit code is 0.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOT_THERE = "PostgreSQL is not installed (Debian: apt-get install postgresql): the tests on it are skipped."
# a test database that is lost with its machine needs no durability
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}


def binaries() -> Path | None:
    """Return the folder of the newest installed PostgreSQL."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if packaged:
        return packaged[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def server_user() -> str | None:
    """Return whom the server must run as: `postgres` under root, otherwise ourselves (None)."""
    return "postgres" if os.geteuid() == 0 else None


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(user: str | None, *command: str) -> None:
    """Run one of PostgreSQL's programs as its user; its words are shown when it fails."""
    done = subprocess.run(
        command, check=False, user=user, capture_output=True, text=True, cwd="/", env=server_environment(user)
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stdout}{done.stderr}")


def server_environment(user: str | None) -> dict[str, str]:
    """Return the environment of the server: no locale surprises, a home of its own."""
    home = pwd.getpwnam(user).pw_dir if user else os.environ.get("HOME", "/")
    return {"PATH": os.environ.get("PATH", ""), "HOME": home, "LC_ALL": "C.UTF-8"}


def start(folder: Path, port: int) -> str:
    """Make a cluster in `folder`, start it, return the address of its database."""
    programs, user = binaries(), server_user()
    if programs is None:
        raise RuntimeError(NOT_THERE)
    data = folder / "data"
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    options = " ".join(f"-c {name}={value}" for name, value in FAST.items())
    options += f" -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -p {port}"
    run(user, str(programs / "initdb"), "-D", str(data), "-U", "biosetu", "-A", "trust", "-E", "UTF8", "--no-sync")
    run(user, str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    run(user, str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "biosetu", "biosetu")
    return f"postgresql://biosetu@127.0.0.1:{port}/biosetu"


def stop(folder: Path) -> None:
    """Stop the server, at once."""
    programs = binaries()
    if programs and (folder / "data" / "postmaster.pid").exists():
        run(server_user(), str(programs / "pg_ctl"), "-D", str(folder / "data"), "-m", "immediate", "stop")


def wait() -> int:
    """Wait for Ctrl-C."""
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return 0


def main(command: list[str]) -> int:
    """Run the command, return its exit code."""
    if binaries() is None:
        print(NOT_THERE, file=sys.stderr)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="biosetu-postgres-"))
    folder.chmod(0o755)
    try:
        address = start(folder, free_port())
        if not command:
            print(address, flush=True)
            return wait()
        environment = {**os.environ, "BIOSETU_TEST_DATABASE_URL": address}
        return subprocess.run(command, check=False, env=environment).returncode
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
