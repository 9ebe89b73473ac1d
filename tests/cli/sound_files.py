"""A small sound file for everything that a command reads, and a sound call of each command with all of them.

A call is one line of words; a word that is the name of a file here is a place where another file can stand.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely

from biosetu.cli.main import run

TEXTS = {
    "sites.csv": "taxon,lon,lat\nA,80,27\nA,81,27\nA,80.5,28\n",
    "history.csv": "taxon,year,category,group,share\na,2000,LC,g,0.5\na,2010,VU,g,0.5\nb,2000,EN,g,1\nb,2010,EN,g,1\n",
    "shares.csv": "taxon,party,share\na,NPL,0.5\nb,NPL,0.25\n",
    "genuine.csv": "taxon,year,from,to\na,2010,LC,VU\n",
    "assess.csv": "taxon,eoo_km2,locations,decline_habitat\nA,90,1,yes\n",
    "species.csv": "taxon,category,habitats,elevation_lower,elevation_upper\nA b,EN,1.4,100,1000\nC d,VU,1,,\n",
    "crosswalk.csv": "habitat,class\n1,1\n14,2\n",
    "aims.csv": "class,target_percent\nwest,30\neast,20\n",
    "threats.csv": "taxon,code,scope,severity,timing\nA b,2.1,Whole (>90%),Rapid Declines,Ongoing\n",
    "classes.csv": "code,name,functional_group\n1,Forest,T1.1\n2,Marsh,TF1.3\n",
    "samples.csv": "date,mapped,true,count\n2000,1,1,40\n2000,1,2,5\n2000,2,2,30\n2020,1,1,40\n2020,2,2,30\n2020,2,1,3\n",
    "rows.csv": "ecosystem,name,A1_decline_percent\nN1,Peat,85\n",
    "runs.csv": "ecosystem,run,year,collapsed\n1,1,2020,0\n1,1,2130,1\n1,2,2020,0\n1,2,2130,0\n",
    "eco-history.csv": "ecosystem,year,category,functional_group\nN1,2000,LC,T1.1\nN1,2020,VU,T1.1\n",
    "units.csv": "ecosystem,area_km2,baseline,present,collapse\nN1,10,100,60,20\nN1,5,100,90,20\n",
    "pame.csv": "ASMT_ID,SITE_ID,METHOD,ASMT_YEAR,score\n1,11,METT,2019,72\n2,12,METT,2020,90\n",
    "requests.csv": "request,title,text,party,region,organization,targets,languages,chosen\n"
    "R1,Red List,assess ecosystems,NPL,Southern Asia,DNPWC,1;2,en;ne,\n",
    "weights.csv": "component,weight\ntext,0.3\n",
    "providers.csv": "provider,party,region,organization,targets,languages,capacity,work\n"
    "a,LKA,Southern Asia,Uni A,1;2,en,1,red list criteria for ecosystems\n",
    "figures.csv": "party,indicator,series,year,value,unit,source,vintage,footnote\nNPL,3.1,own,2024,24.1,%,national,7NR,\n",
    "missing.csv": "id,target,text,closes,year,source\nM1,1,No map.,,2026,7NR\n",
    "targets.csv": "id,title_en,global_targets,end\n1,Restore 30 per cent of land by 2030,2: high,2030-12-31\n",
    "texts.csv": "id,text,language\n1,Restore degraded wetlands,en\n",
    "shared/units.csv": "unit,cost,status,party\n1,1,free,NPL\n2,2,in,NPL\n3,3,free,BTN\n4,4,out,BTN\n",
    "shared/features.csv": "feature,share\na,0.5\nb,0.2\n",
    "shared/amounts.csv": "feature,unit,amount\na,1,4\na,2,6\nb,3,8\n",
    "shared/boundaries.csv": "unit1,unit2,length\n1,2,1\n2,3,1\n3,4,1\n",
    "shared/problem.toml": "penalty = 0.1\nseconds = 2\n",
    "filed.json": '{"header": {"identifier": "R", "schema": "nationalReport7", "languages": ["en"]}, "government": {"identifier": "np"},'
    ' "sectionV": {"assessmentSummary": {"en": "More wetlands hold water."}}}',
    "strategy.txt": "National target 1: by 2030, restore 30 per cent of degraded wetlands.\n",
}
# what is written by a command, and read by another
WRITTEN = {
    "measures.csv": "ecosystems measure map-2000.tif map-2020.tif --classes classes.csv --quiet --out measures.csv",
    "degraded.csv": "ecosystems severity cover-2000.tif cover-2020.tif --map map-2000.tif --classes classes.csv --collapse 0 --collapse-at low --extrapolate"
    " --findings degraded.csv --out o.csv",
    "problem": "plan units --within land.gpkg --cell-km 20 --out problem",
    "problem/features.csv": "plan features problem parts.gpkg --by-column name --share 0.3",
    "rasters": "species habitat ranges.gpkg --cover cover.tif --elevation dem.tif --species species.csv"
    " --crosswalk crosswalk.csv --rasters rasters --quiet --out habitat.csv",
    "validated.xlsx": "validate NPL --out validated.xlsx",
    "capacity.xlsx": "align capacity NPL --code A.1 --out capacity.xlsx",
    "answers.xlsx": "report questions NPL --out answers.xlsx",
    "upload.xlsx": "report indicators NPL --code 3.1 --source availableDataset --observations held.csv --out upload.xlsx",
    "coverage.csv": "framework coverage list iucn-west-asia --out coverage.csv",
    "collected": "report collect assign XXA --office Forests --due 2026-12-31 --fields V",
    "part.xlsx": "report part XXA p1 --out part.xlsx",
    "imported": "align import NPL targets.csv --quiet",
    "decisions.xlsx": "align decide NPL --out decisions.xlsx --quiet",
}
ORIGIN = "--party NPL --vintage 2024 --holder IUCN --licence own"
CALLS = [
    "species range sites.csv --proxies --quiet --out o.csv",
    "species index history.csv --shares shares.csv --quiet --out o.csv",
    f"species index history.csv --genuine genuine.csv --quiet --observations ob.csv {ORIGIN} --out o.csv",
    "species assess assess.csv --out o.csv",
    "species map ranges.gpkg --quiet --out o.csv",
    "species habitat ranges.gpkg --cover cover.tif --elevation dem.tif --species species.csv --crosswalk crosswalk.csv"
    " --quiet --out o.csv",
    "species star species.csv threats.csv --habitat rasters --restorable rasters --like cover.tif --regions cover.tif"
    " --quiet --out o.csv",
    "ecosystems measure map-2000.tif map-2020.tif --classes classes.csv --by parts.gpkg --samples samples.csv --quiet"
    " --transitions t.csv --out o.csv",
    "ecosystems assess measures.csv --runs runs.csv --map map-2000.tif --map map-2020.tif --dates 2000,2020 --report r.html --out o.csv",
    "ecosystems assess rows.csv --out o.csv",
    "ecosystems collapse runs.csv --out o.csv",
    "ecosystems extent measures.csv --classes classes.csv --out o.csv",
    "ecosystems index eco-history.csv --out o.csv",
    "ecosystems severity units.csv --out o.csv",
    "ecosystems severity cover-2000.tif cover-2020.tif --map map-2000.tif --classes classes.csv --collapse 0 --collapse-at low --extrapolate --out o.csv",
    "ecosystems assess measures.csv --degradation degraded.csv --out o.csv",
    "ecosystems suggest classes.csv --out o.csv",
    "areas coverage sites.gpkg --within land.gpkg --inland-water lake.gpkg --sea sea.gpkg --by parts.gpkg"
    " --by-column name --quiet --out o.csv",
    "areas coverage sites.gpkg --within land.gpkg --by map-2000.tif --classes classes.csv --quiet --out o.csv",
    "areas quality sites.gpkg pame.csv --score-max 100 --within land.gpkg --inland-water lake.gpkg --sea sea.gpkg --quiet --out o.csv",
    "areas reconcile sites.gpkg --within land.gpkg --sea sea.gpkg --other-release sites.gpkg --other-map land.gpkg --quiet --out o.csv"
    " --official-share 20 --official-year 2024 --official-source NBSAP",
    "areas connectivity sites.gpkg --within land.gpkg --distance 10 --quiet --out o.csv",
    "areas representation sites.gpkg --within land.gpkg --by parts.gpkg --by-column name --target 30 --targets aims.csv --quiet --out o.csv",
    "areas representation sites.gpkg --within land.gpkg --by map-2000.tif --classes classes.csv --quiet --out o.csv",
    "plan units --within land.gpkg --cell-km 20 --out p2",
    "plan features problem parts.gpkg --by-column name --share 0.3",
    "plan features problem map-2000.tif --values classes --classes classes.csv",
    "plan lock problem sites.gpkg",
    "plan solve problem --time-limit 1 --quiet --out o.csv",
    "plan compare shared --time-limit 1 --quiet --out o.csv",
    "plan next problem --km2 500 --seconds 1 --out o.csv",
    "match requests.csv providers.csv --weights weights.csv --quiet --out o.csv",
    "observations import figures.csv --holder MoFE --dry-run --quiet",
    "observations statements NPL missing.csv --dry-run",
    "validate NPL --read validated.xlsx --office MoFE --dry-run",
    "align import NPL targets.csv --preview --quiet",
    "align suggest texts.csv --quiet --out o.csv",
    "align read strategy.txt --quiet --out o.csv",
    "align capacity NPL --filled capacity.xlsx --by MoFE",
    "align decide NPL --filled decisions.xlsx --by MoFE --quiet",
    "report check upload.xlsx --code 3.1 --quiet --out o.csv",
    "report collect take XXA part.xlsx",
    "report collect filed NPL filed.json",
    "report questions NPL --take answers.xlsx",
    "report indicators NPL --code 3.1 --source availableDataset --observations held.csv --quiet --out o.xlsx",
    "framework coverage set iucn-west-asia coverage.csv",
]


def make(folder: Path) -> None:
    """Write every file into a folder, which is the current one; those that commands write, by the commands."""
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    _layers(folder)
    _rasters(folder)
    assert run(shlex.split("observations list --party NPL --indicator 3.1 --out held.csv")) == 0
    for name, call in WRITTEN.items():
        assert run(shlex.split(call)) == 0, name


def _layers(folder: Path) -> None:
    box = shapely.box
    layers = {
        "land": ({"ISO3": ["NPL"]}, [box(80, 27, 81, 28)]),
        "sea": ({"ISO3": ["NPL"]}, [box(81, 27, 81.5, 28)]),
        "lake": ({"name": ["lake"]}, [box(80.4, 27.4, 80.5, 27.5)]),
        "parts": ({"name": ["west", "east"]}, [box(80, 27, 80.5, 28), box(80.5, 27, 81, 28)]),
        "sites": ({"SITE_ID": [11, 12], "STATUS": ["Designated"] * 2, "STATUS_YR": [1990, 0]},
                  [box(80, 27, 80.2, 27.2), box(80.1, 27.1, 80.3, 27.3)]),
        "ranges": ({"sci_name": ["A b", "C d"], "presence": [1, 2], "origin": [1, 1]},
                   [box(80.1, 27.1, 80.3, 27.3), box(80.5, 27.5, 80.8, 27.8)]),
    }  # fmt: skip
    for name, (columns, shapes) in layers.items():
        gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326").to_file(folder / f"{name}.gpkg")


def _rasters(folder: Path) -> None:
    halves = np.ones((50, 50), dtype="uint8")
    halves[:, 25:] = 2
    height = np.full((50, 50), 500, dtype="int16")
    grids = {
        "map-2000": halves,
        "map-2020": np.where(halves == 2, 2, 1).astype("uint8"),
        "cover": halves,
        "dem": height,
    }
    grids["map-2020"][:10] = 2
    grids |= {
        "cover-2000": np.where(halves == 1, 80, 60).astype("float32"),
        "cover-2020": np.full((50, 50), 40, "float32"),
    }
    for name, values in grids.items():
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", width=50, height=50, count=1, dtype=values.dtype,
            crs="EPSG:4326", transform=rasterio.Affine(0.02, 0, 80, 0, -0.02, 28),
        ) as target:  # fmt: skip
            target.write(values, 1)
