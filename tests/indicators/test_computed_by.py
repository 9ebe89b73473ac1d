"""Every indicator that the framework says is computed here: its command is run on small files and must yield it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely

from biosetu.cli.main import run
from biosetu.framework import indicators
from biosetu.indicators import method
from biosetu.observations import validate

COMPUTED = {code: item.computed_by for code, item in indicators().items() if item.computed_by}
WHOSE = ["--party", "NPL", "--vintage", "2025", "--holder", "a test", "--licence", "CC0-1.0"]
OFFICIAL = ["--only", "NPL", "--official", "--release", "2025-11", "--holder", "a test"]

HISTORY = """taxon,year,category,chosen
a,2000,LC,yes
a,2010,VU,yes
b,2000,EN,yes
b,2010,EN,yes
c,2000,LC,no
c,2010,CR,no
"""
# a fares worse by hunting, fishing, invasive species and pollution, c by building
GENUINE = """taxon,year,from,to,driver
a,2010,LC,VU,5.1.1;5.4.1;8.1.2;9.3
c,2010,LC,CR,1.1
"""
OF_TAXA = ("B.CT.1", "9.CT.1", "A.CY.19", "B.CY.1", "5.CY.2", "10.CY.3")
# worked by hand from the weights (LC 0, VU 2, EN 3, CR 4 of 5): all three; a and b alone; c critical from the first
ALL, CHOSEN, DRIVEN = (1 - 3 / 15, 1 - 9 / 15), (1 - 3 / 10, 1 - 5 / 10), (1 - 7 / 15, 1 - 9 / 15)
MEASURES = """class,name,functional_group,date,area_km2
1,Forest,T1.1,2020,60
2,Field,T7.1,2020,40
"""
LISTED = """ecosystem,year,category,functional_group
Forest,2020,VU,T1.1
Marsh,2020,LC,TF1.3
"""


def _written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def _layers(folder: Path) -> tuple[str, str]:
    country = gpd.GeoDataFrame({"ISO3": ["NPL"]}, geometry=[shapely.box(0, 0, 10, 10)], crs=4326)
    sites = {"WDPAID": [1, 2], "PA_DEF": ["1", "1"], "STATUS": ["Designated"] * 2, "STATUS_YR": [1990, 2000]}
    where = [shapely.box(1, 1, 2, 2), shapely.box(2.05, 1, 3, 2)]
    paths = [folder / "within.gpkg", folder / "WDPA_sites.gpkg"]
    country.to_file(paths[0])
    gpd.GeoDataFrame(sites, geometry=where, crs=4326).to_file(paths[1])
    return str(paths[1]), str(paths[0])


def species(folder: Path, code: str) -> Sequence[str]:
    history = _written(folder, "history.csv", HISTORY)
    asked = ["species", "index", history, "--genuine", _written(folder, "genuine.csv", GENUINE), "--indicator", code]
    return [*asked, *(["--only", "chosen=yes"] if code in OF_TAXA else []), *WHOSE]


def star(folder: Path, _code: str) -> Sequence[str]:
    (folder / "aoh").mkdir()
    raster = {"driver": "GTiff", "width": 2, "height": 1, "count": 1, "dtype": "uint8", "crs": "EPSG:4326"}
    for path, values in ((folder / "aoh" / "A_b.tif", [[1, 1]]), (folder / "regions.tif", [[0, 1]])):
        with rasterio.open(path, "w", **raster, transform=rasterio.Affine(0.01, 0, 80, 0, -0.01, 30)) as target:
            target.write(np.array([values], dtype="uint8"))
    tables = [
        _written(folder, "cats.csv", "taxon,category\nA b,EN\n"),
        _written(folder, "t.csv", "taxon,code\nA b,2\n"),
    ]
    grid = str(folder / "regions.tif")
    asked = ["species", "star", *tables, "--habitat", str(folder / "aoh"), "--like", grid, "--regions", grid]
    return [*asked, "--region", "1", "--year", "2024", "--quiet", *WHOSE]


def extent(folder: Path, _code: str) -> Sequence[str]:
    return ["ecosystems", "extent", _written(folder, "measures.csv", MEASURES), *WHOSE]


def listed(folder: Path, _code: str) -> Sequence[str]:
    return ["ecosystems", "index", _written(folder, "history.csv", LISTED), "--by", "functional_group", *WHOSE]


def coverage(folder: Path, _code: str) -> Sequence[str]:
    sites, within = _layers(folder)
    return ["areas", "coverage", sites, "--within", within, "--quiet", *OFFICIAL]


def connectivity(folder: Path, _code: str) -> Sequence[str]:
    sites, within = _layers(folder)
    return ["areas", "connectivity", sites, "--within", within, "--distance", "10", "--quiet", *OFFICIAL]


DOORS: dict[str, Callable[[Path, str], Sequence[str]]] = {
    "species.red_list_index": species,
    "species.star": star,
    "ecosystems.extent": extent,
    "ecosystems.red_list_index": listed,
    "areas.coverage": coverage,
    "areas.connectivity": connectivity,
}


@pytest.mark.parametrize("code", COMPUTED)
def test_command_yields_observations_of_each_indicator_that_is_said_to_be_computed(code, tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    made = tmp_path / "made.parquet"
    asked = DOORS[COMPUTED[code]](tmp_path, code)
    assert run([*asked, "--observations", str(made), "--out", str(tmp_path / "out.csv")]) == 0
    table = pq.read_table(made)
    validate(table)
    found = table.to_pylist()
    assert {(row["indicator"], row["party"], row["status"]) for row in found} == {(code, "NPL", "computed")}
    assert {row["method"] for row in found} == {method(COMPUTED[code]).label}
    whole = [row for row in found if not row["disaggregation"] or row["disaggregation_type"] == "realm"]
    assert any(row["value"] is not None for row in whole)


@pytest.mark.parametrize("code", [code for code, name in COMPUTED.items() if name == "species.red_list_index"])
def test_red_list_index_counts_the_taxa_or_the_changes_that_its_indicator_is_of(code, tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    made = tmp_path / "made.parquet"
    asked = [*species(tmp_path, code), "--observations", str(made), "--out", str(tmp_path / "out.csv")]
    assert run(asked) == 0
    found = {row["year"]: row["value"] for row in pq.read_table(made).to_pylist()}
    expected = ALL if code == "A.3" else CHOSEN if code in OF_TAXA else DRIVEN
    assert [found[2000], found[2010]] == pytest.approx(list(expected))
