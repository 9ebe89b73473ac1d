"""Small maps written for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio import Affine

WriteMap = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def write_map(tmp_path: Path) -> WriteMap:
    def write(name: str, codes: Any, transform: Affine, crs: str | None = "EPSG:4326", **profile: Any) -> Path:
        array = np.asarray(codes)
        layers = array if array.ndim == 3 else array[None]
        path = tmp_path / name
        options = {"driver": "GTiff", "count": len(layers), "height": layers.shape[1], "width": layers.shape[2]}
        with rasterio.open(
            path, "w", **{**options, "dtype": array.dtype, "crs": crs, "transform": transform, **profile}
        ) as data:
            data.write(layers)
        return path

    return write
