"""Memory that ended while a library read a file, told from a file that is broken."""

from __future__ import annotations


def out_of_memory(error: BaseException) -> bool:
    """Return whether an error came of memory that ended, which libraries and the interpreter tell in many ways."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, MemoryError | SystemError | ImportError) or "memory" in str(found).casefold():
            return True
        found = found.__cause__ or found.__context__
    return False
