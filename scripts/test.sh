#!/bin/sh
# Everything on SQLite; then what is marked `db` once more on PostgreSQL, where PostgreSQL is there.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
workers=${BIOSETU_TEST_WORKERS:-$(nproc 2>/dev/null || echo 2)}

unset DATABASE_URL BIOSETU_TEST_DATABASE_URL || true
"$python" -m pytest -q -n "$workers" --dist loadfile -m "not soak" tests
"$python" scripts/postgres_for_tests.py "$python" -m pytest -q -m "db and not soak" tests
