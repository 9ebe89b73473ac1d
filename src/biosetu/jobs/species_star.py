"""`species star`: categories, threats and habitat rasters in, scores by threat and region out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyproj import CRS

from biosetu.engine.hashes import inputs_said
from biosetu.engine.rasters import RasterGrid
from biosetu.engine.windows import Part, raster_grid, read_part, read_tags, write_places
from biosetu.framework import find_party
from biosetu.indicators import Provenance, method
from biosetu.jobs.species_assess import read_assessment_cells
from biosetu.jobs.species_index import Origin
from biosetu.jobs.species_maps import OUTSIDE, file_name, pixel_km2
from biosetu.observations import validate
from biosetu.problems import DataError, Problem, Severity, UsageError
from biosetu.progress import Progress, silent
from biosetu.species.columns import find_column, find_columns, row_numbers, texts
from biosetu.species.spelling import category
from biosetu.species.star import (
    NO_THREAT,
    Scores,
    Threat,
    category_weight,
    restoration_multiplier,
    threat_shares,
)
from biosetu.translation import say

TEXT = pa.string()
SCHEMA = pa.schema([("kind", TEXT), ("threat", TEXT), ("region", TEXT), ("score", pa.float64())])
BY_SPECIES = pa.schema([("kind", TEXT), ("taxon", TEXT), ("category", TEXT), *list(SCHEMA)[1:]])
UNKNOWN = "this is no Red List category"
MOST_NAMED = 10
METHOD, INDICATOR = "species.star", "4.CY.1"
Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StarRequest:
    """What the scores are made from; see `biosetu species star --help`."""

    species: Path
    threats: Path
    habitat: Path
    like: Path
    restorable: Path | None = None
    regions: Path | None = None
    rasters: Path | None = None


@dataclass(frozen=True, slots=True)
class StarResult:
    """Scores by kind (abatement, restoration), threat and region; the species left out because they have no habitat.

    `species` has the same scores by taxon too; only regions where a taxon has any.
    """

    table: pa.Table
    left_out: Sequence[str]
    species: pa.Table
    cut: Sequence[str] = ()

    @property
    def warnings(self) -> list[Problem]:
        """What is told of the species left out, and of those whose range runs off the raster their habitat is from."""
        return [*_left_out(self.left_out), *_cut(self.cut)]


def _left_out(taxa: Sequence[str]) -> list[Problem]:
    if not taxa:
        return []
    message = "species that count, yet have no raster with habitat, are left out"
    remedy = "Make rasters for them, as `biosetu species habitat --rasters` names them."
    return [Problem(message, remedy, "habitat", value=_first(taxa), severity=Severity.WARNING)]


def _cut(taxa: Sequence[str]) -> list[Problem]:
    if not taxa:
        return []
    message = "ranges lie partly beyond the land cover: all of a species' weight falls on the part within"
    remedy = "Make their habitat from a raster that holds the whole range."
    return [Problem(message, remedy, "outside", value=_first(taxa), severity=Severity.WARNING)]


def _first(taxa: Sequence[str]) -> str:
    return f"{len(taxa)}: {', '.join([*taxa[:MOST_NAMED], *(['…'] if len(taxa) > MOST_NAMED else [])])}"


def score(request: StarRequest, progress: Progress = silent) -> StarResult:
    """Return the scores of the species whose category has a weight.

    Abatement shares a species' weight among places by its habitat there; restoration divides the restorable habitat of
    a place by the species' present habitat and restorable habitat together. Species without habitat are left out.
    With `rasters` the scores of each pixel are written, one GeoTIFF for each kind and for each threat in it.

    Raises DataError where a category or a raster does not fit, or no species has habitat.
    """
    grid = raster_grid(request.like)
    categories = {taxon: name for taxon, name in _categories(request.species).items() if category_weight(name) > 0}
    threats = _threats(request.threats)
    found = _Found(_regions(request.regions, grid))
    left_out, cut = [], []
    for done, (taxon, name) in enumerate(sorted(categories.items()), start=1):
        shares = threat_shares(threats.get(taxon, [])) or {NO_THREAT: 1.0}
        pieces = list(_pieces(file_name(taxon), grid, request))
        for piece in pieces:
            found.add(taxon, name, shares, piece)
        if not pieces:
            left_out.append(taxon)
        elif float(read_tags(request.habitat / f"{file_name(taxon)}.tif").get(OUTSIDE, 0)) > 0:
            cut.append(taxon)
        progress(done, len(categories), taxon)
    if left_out and len(left_out) == len(categories):
        raise DataError(Problem("no species has a habitat raster", "Check the names.", "empty", str(request.habitat)))
    if request.rasters is not None:
        _write(found.scores, grid, request.rasters)
    return StarResult(found.table(), left_out, found.by_species(), cut)


def star_observations(request: StarRequest, result: StarResult, origin: Origin, region: str, year: int) -> pa.Table:
    """Return the scores of a Party as Observations of 4.CY.1, status computed: the sum over threats, and by driver.

    Args:
        request: what was scored; the hashes of its files go into every row.
        result: of `score`; how many species were left out goes into the footnote.
        origin: the Party, the release, holder and licence of the categories.
        region: number of the Party in the raster of regions. Habitat beyond it is needed too: a species' weight is
            shared by all its habitat, not by what lies in the country.
        year: of the categories and the habitat.

    Raises:
        UsageError: no regions were given, none has that number, or an unknown Party.
    """
    known = sorted(set(result.table.column("region").to_pylist()))
    if request.regions is None or (known and region not in known):
        raise UsageError(
            say("the scores of a Party are those of its region: there are {known}", known=", ".join(known))
        )
    mine = result.table.filter(pc.equal(result.table.column("region"), region))
    inputs = inputs_said((request.species, request.threats, request.habitat, request.restorable, request.regions))
    told = f"{len(result.left_out)} species without habitat rasters, not counted" if result.left_out else ""
    whose = find_party(origin.party).iso3
    provenance = Provenance(whose, origin.vintage, inputs, origin.holder, origin.licence, footnote=told, year=year)
    made = method(METHOD).observations(mine, INDICATOR, provenance)
    validate(made)
    return made


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a species adds to one kind of score: its share of habitat in each place, and what that is multiplied by."""

    kind: str
    places: Integers
    habitat: Floats
    multiplier: float


def _pieces(stem: str, grid: RasterGrid, request: StarRequest) -> Iterator[_Piece]:
    path = request.habitat / f"{stem}.tif"
    if not path.exists():
        return
    places, area = _habitat(path, grid)
    if area.sum() == 0:
        return
    yield _Piece("abatement", places, area / area.sum(), 1.0)
    if request.restorable is not None and (lost := request.restorable / f"{stem}.tif").exists():
        where, restorable = _habitat(lost, grid)
        whole = area.sum() + restorable.sum()
        yield _Piece("restoration", where, restorable / whole, restoration_multiplier())


@dataclass(slots=True)
class _Found:
    """The scores so far: by kind, threat and place, and by species, threat and region."""

    regions: tuple[Integers, Sequence[str]]
    scores: dict[str, Scores] = field(default_factory=lambda: {"abatement": Scores(), "restoration": Scores()})
    _species: dict[str, list[object]] = field(default_factory=lambda: {column.name: [] for column in BY_SPECIES})

    def add(self, taxon: str, name: str, shares: Mapping[str, float], piece: _Piece) -> None:
        self.scores[piece.kind].add(name, shares, piece.places, piece.habitat, piece.multiplier)
        region_of, names = self.regions
        where = region_of[piece.places]
        held = np.bincount(where[where >= 0], piece.habitat[where >= 0], len(names))
        weight = category_weight(name) * piece.multiplier
        for threat, share in shares.items():
            for region in np.flatnonzero(held).tolist():
                score = weight * share * float(held[region])
                row = (piece.kind, taxon, name, threat, names[region], score)
                for column, value in zip(self._species.values(), row, strict=True):
                    column.append(value)

    def by_species(self) -> pa.Table:
        return pa.table(self._species, schema=BY_SPECIES)

    def table(self) -> pa.Table:
        region_of, names = self.regions
        rows = [
            {"kind": kind, "threat": threat, "region": name, "score": float(value)}
            for kind, scores in self.scores.items()
            for threat, values in scores.by_region(region_of, len(names)).items()
            for name, value in zip(names, values.tolist(), strict=True)
        ]
        return pa.Table.from_pylist(rows, schema=SCHEMA)


def _categories(path: Path) -> dict[str, str]:
    cells = read_assessment_cells(path)
    columns = find_columns(cells.column_names, ("taxon", "category"), path.name)
    found: dict[str, str] = {}
    problems = []
    given = (row_numbers(cells), texts(cells, columns["taxon"]), texts(cells, columns["category"]))
    for row, taxon, text in zip(*given, strict=True):
        name = category(text)
        if name is None:
            remedy = "Use LC, NT, VU, EN, CR …"
            problems.append(Problem(UNKNOWN, remedy, "category", path.name, row, columns["category"], text))
        elif found.setdefault(taxon, name) != name:
            told = say("{taxon} already has the category {found}", taxon=taxon, found=found[taxon])
            problems.append(Problem(told, "Keep one of them.", "repeated", path.name, row, columns["category"], text))
    if problems:
        raise DataError(problems)
    return found


def _threats(path: Path) -> dict[str, list[Threat]]:
    cells = read_assessment_cells(path)
    needed = find_columns(cells.column_names, ("taxon", "code"), path.name)
    said = [find_column(cells.column_names, name) for name in ("scope", "severity", "timing")]
    columns = [texts(cells, name) for name in (*needed.values(), *said)]
    found: dict[str, list[Threat]] = {}
    problems = []
    for row, (taxon, *threat) in zip(row_numbers(cells), zip(*columns, strict=True), strict=True):
        if not threat[0]:
            told, remedy = "the threat has no code", "Write its code in the IUCN threats classification."
            problems.append(Problem(told, remedy, "threat", path.name, row, needed["code"]))
        found.setdefault(taxon, []).append(Threat(threat[0].replace("_", "."), *threat[1:]))
    if problems:
        raise DataError(problems)
    return found


def _habitat(path: Path, grid: RasterGrid) -> tuple[Integers, Floats]:
    """Return (place, habitat [km²]) of the pixels of a raster with any, on the grid of places."""
    own = raster_grid(path)
    column = (own.transform[2] - grid.transform[2]) / grid.transform[0]
    row = (own.transform[5] - grid.transform[5]) / grid.transform[4]
    same = own.crs == grid.crs or CRS.from_wkt(own.crs) == CRS.from_wkt(grid.crs)
    same &= np.allclose((own.transform[0], own.transform[4]), (grid.transform[0], grid.transform[4]), rtol=1e-9)
    if not same or abs(column - round(column)) > 1e-3 or abs(row - round(row)) > 1e-3:
        raise DataError(Problem("the raster does not lie on the grid of places", "Make it anew.", "grid", str(path)))
    values, valid = read_part(path, Part(own, 0, 0))
    area = np.where(valid, values, 0.0) * pixel_km2(own)
    rows, columns = np.nonzero(area)
    lines, across = rows + round(row), columns + round(column)
    if ((lines < 0) | (lines >= grid.height) | (across < 0) | (across >= grid.width)).any():
        remedy = "Give a grid of places (--like) that holds all habitat: a species' weight is shared by all of it."
        raise DataError(Problem("habitat lies beyond the grid of places", remedy, "grid", str(path)))
    return lines * grid.width + across, area[rows, columns].astype(np.float64)


def _regions(path: Path | None, grid: RasterGrid) -> tuple[Integers, Sequence[str]]:
    if path is None:
        return np.zeros(grid.width * grid.height, dtype=np.int64), ("all",)
    if raster_grid(path) != grid:
        raise DataError(Problem("regions lie on another grid", "Bring them to the grid of --like.", "grid", str(path)))
    values, valid = read_part(path, Part(grid, 0, 0))
    codes, inverse = np.unique(values[valid], return_inverse=True)
    out = np.full(grid.width * grid.height, -1, dtype=np.int64)
    out[valid.ravel()] = inverse
    return out, [str(int(code)) if code == int(code) else str(code) for code in codes.tolist()]


def _write(scores: Mapping[str, Scores], grid: RasterGrid, folder: Path) -> None:
    """Write each kind with any score, and each threat in it, as a GeoTIFF whose pixels add up to the scores."""
    for kind, found in scores.items():
        for threat in found.threats():
            write_places(*found.by_place(threat), grid, folder / f"{kind}-{file_name(threat)}.tif")
        if found.threats():
            write_places(*found.overall(), grid, folder / f"{kind}.tif")
