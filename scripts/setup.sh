#!/bin/sh
# Makes .venv from uv.lock with nothing but Python 3.11 or newer on the machine.
# usage: scripts/setup.sh run|test
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1
    fi
}

apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    say "Installing $* with apt …"
    as_root env DEBIAN_FRONTEND=noninteractive sh -c '
        apt-get install -y -qq "$@" >/dev/null 2>&1 ||
        { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq "$@" >/dev/null; }' apt "$@"
}

find_python() {
    for name in python3 python3.11 python3.12 python3.13 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

found=$(find_python) || { say "BioSetu needs Python 3.11 to 3.14. Install it (Debian: apt-get install python3) and try again."; exit 2; }
python=$("$found" -c 'import sys; print(sys.executable)')

if [ ! -x .tools/bin/uv ]; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        apt_install "python$version-venv" || apt_install python3-venv ||
            { say "Python's venv module is missing. Install it (Debian: apt-get install python$version-venv) and try again."; exit 2; }
    fi
    say "Preparing tools …"
    rm -rf .tools
    "$python" -m venv .tools
    .tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'
fi

# an environment that stands keeps its interpreter; named anew, uv would build it again
[ -x .venv/bin/python ] || export UV_PYTHON="$python"
export UV_PYTHON_DOWNLOADS=never
case $purpose in
    run) .tools/bin/uv sync --quiet --frozen --inexact --no-default-groups --extra centre ;;
    test) .tools/bin/uv sync --quiet --frozen --inexact --all-extras --group dev --group docs ;;
    *) say "usage: scripts/setup.sh run|test"; exit 2 ;;
esac

.venv/bin/python scripts/frontend.py

if [ "$purpose" = test ]; then
    command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || apt_install chromium fonts-noto-core ||
        say "Chromium is not installed and cannot be: browser tests will be skipped."
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || apt_install postgresql ||
        say "PostgreSQL is not installed and cannot be: the tests that need it will be skipped."
fi
