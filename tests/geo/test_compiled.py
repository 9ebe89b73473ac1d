import os
import subprocess
import sys

from numba.core.caching import IndexDataCacheFile

from biosetu.geo.compiled import compiled

LOOK = "import numba, biosetu.geo.compiled; print(numba.config.CACHE_DIR)"


def folder(**variables):
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"} | variables
    done = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True, env=kept)
    return done.stdout.strip()


def test_compiled_functions_lie_in_the_home(tmp_path):
    assert folder(BIOSETU_HOME=str(tmp_path)) == str(tmp_path / "numba")


def test_another_place_is_taken_from_the_environment(tmp_path):
    assert folder(BIOSETU_HOME=str(tmp_path), NUMBA_CACHE_DIR=str(tmp_path / "other")) == str(tmp_path / "other")


def twice(value):
    return value + value


def test_two_processes_that_compile_two_signatures_at_once_leave_code_that_runs(monkeypatch):
    whole, broken, fresh = compiled(twice), compiled(twice), compiled(twice)
    whole._cache.flush()
    save, late = IndexDataCacheFile._save_data, []
    with monkeypatch.context() as both:
        both.setattr(IndexDataCacheFile, "_load_index", lambda _: {})
        both.setattr(IndexDataCacheFile, "_save_data", lambda *args: late.append(args))
        assert (whole(3), broken(0.75)) == (6, 1.5)
    for args in reversed(late):
        save(*args)
    assert (fresh(0.75), fresh(3)) == (1.5, 6)
    assert fresh.stats.cache_hits[fresh.signatures[0]] == 1
