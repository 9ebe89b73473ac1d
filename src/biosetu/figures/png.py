"""A picture of few colours as PNG, without a library: what a page or a document needs of a small map."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_COLOURS = 256
CLEAR = "#f3f7f8"  # of transparent pixels, for renderers that blend across their edge: the sheet's own sea


def palette_png(cells: NDArray[np.integer], colours: Sequence[str | None]) -> bytes:
    """Return the PNG of an image of palette indices, shape (height, width).

    Args:
        cells: index of each pixel into `colours`, rows from top to bottom.
        colours: `#rrggbb`, or None for wholly transparent; at most 256.

    Raises:
        ValueError: no pixels, too many colours, or an index beyond them.
    """
    height, width = cells.shape
    if not height or not width or not 0 < len(colours) <= MOST_COLOURS:
        raise ValueError("a picture needs pixels and 1 to 256 colours")
    if cells.min() < 0 or cells.max() >= len(colours):
        raise ValueError("a pixel has no colour")
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = cells
    palette = b"".join(bytes.fromhex((colour or CLEAR)[1:]) for colour in colours)
    alpha = bytes(0 if colour is None else 255 for colour in colours)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"tRNS", alpha), (b"IDAT", zlib.compress(rows.tobytes(), 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in (*parts, (b"IEND", b"")))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
