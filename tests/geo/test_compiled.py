import os
import subprocess
import sys

LOOK = "import numba, biosetu.geo.compiled; print(numba.config.CACHE_DIR)"


def folder(**variables):
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"} | variables
    done = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True, env=kept)
    return done.stdout.strip()


def test_compiled_functions_lie_in_the_home(tmp_path):
    assert folder(BIOSETU_HOME=str(tmp_path)) == str(tmp_path / "numba")


def test_another_place_is_taken_from_the_environment(tmp_path):
    assert folder(BIOSETU_HOME=str(tmp_path), NUMBA_CACHE_DIR=str(tmp_path / "other")) == str(tmp_path / "other")
