import zlib

import pytest

from biosetu.engine.memory import out_of_memory


def raised_while(first: Exception, second: Exception) -> Exception:
    second.__context__ = first
    return second


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (MemoryError(), True),
        (SystemError("error return without exception set"), True),
        (zlib.error("Error -4 while decompressing data: out of memory"), True),
        (raised_while(MemoryError(), ValueError("no sheet")), True),
        (zlib.error("Error -3 while decompressing data: invalid block type"), False),
        (raised_while(KeyError("sheet"), ValueError("no sheet")), False),
    ],
)
def test_memory_that_ended_is_told_from_a_broken_file(error: Exception, ended: bool) -> None:
    assert out_of_memory(error) is ended
