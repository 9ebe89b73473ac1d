"""Occurrences as GBIF gives them: the simple download (tabs, quotes are letters), zipped or not, and Parquet."""

import os
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from biosetu.engine.occurrences import Refused, open_source, read_batches
from biosetu.problems import DataError

SIMPLE = (
    "gbifID", "datasetKey", "occurrenceID", "kingdom", "phylum", "class", "order", "family", "genus", "species",
    "infraspecificEpithet", "taxonRank", "scientificName", "verbatimScientificName",
    "verbatimScientificNameAuthorship", "countryCode", "locality", "stateProvince", "occurrenceStatus",
    "individualCount", "publishingOrgKey", "decimalLatitude", "decimalLongitude", "coordinateUncertaintyInMeters",
    "coordinatePrecision", "elevation", "elevationAccuracy", "depth", "depthAccuracy", "eventDate", "day", "month",
    "year", "taxonKey", "speciesKey", "basisOfRecord", "institutionCode", "collectionCode", "catalogNumber",
    "recordNumber", "identifiedBy", "dateIdentified", "license", "rightsHolder", "recordedBy", "typeStatus",
    "establishmentMeans", "lastInterpreted", "mediaType", "issue",
)  # fmt: skip
LISTS = ("identifiedBy", "recordedBy", "typeStatus", "mediaType", "issue")
NUMBERS = ("decimalLatitude", "decimalLongitude", "coordinateUncertaintyInMeters")
WHOLE = ("day", "month", "year", "taxonKey", "speciesKey", "individualCount")
SEEN = [
    {"species": "Panthera uncia", "decimalLatitude": 28.5, "decimalLongitude": 84.5, "year": 2020,
     "locality": 'at "the pass', "recordedBy": '"Pema', "coordinateUncertaintyInMeters": 30.0},
    {"species": "Panthera uncia", "decimalLatitude": 29.5, "decimalLongitude": 84.25, "year": 2021,
     "locality": "in the valley, below; the wall|"},
    {"species": "", "scientificName": "Panthera", "decimalLatitude": 30.0, "decimalLongitude": 80.0},
    {"species": "Abies spectabilis", "decimalLatitude": None, "decimalLongitude": None, "recordedBy": 'Tashi"'},
]  # fmt: skip
KEPT = [
    ("Panthera uncia", 84.5, 28.5, 30.0, 2020.0),
    ("Panthera uncia", 84.25, 29.5, None, 2021.0),
    (None, 80.0, 30.0, None, None),
    ("Abies spectabilis", None, None, None, None),
]


def simple_text(rows=SEEN) -> str:
    lines = ["\t".join("" if row.get(name) is None else str(row[name]) for name in SIMPLE) for row in rows]
    return "\n".join(["\t".join(SIMPLE), *lines]) + "\n"


def monthly_table(rows=SEEN) -> pa.Table:
    """Return rows as in GBIF's monthly Parquet: lower-case names, lists, and a nested column before the taxon."""
    columns = {"nested": pa.array([{"a": 1, "b": [{"c": "x"}]}] * len(rows))}
    for name in SIMPLE:
        given = [row.get(name) or None for row in rows]
        if name in LISTS:
            columns[name.lower()] = pa.array([[text] if text else [] for text in given], pa.list_(pa.string()))
        elif name in NUMBERS:
            columns[name.lower()] = pa.array(given, pa.float64())
        elif name in WHOLE:
            columns[name.lower()] = pa.array(given, pa.int32())
        else:
            columns[name.lower()] = pa.array([text and str(text) for text in given], pa.string())
    return pa.table(columns)


def read(address, refused=None):
    source = open_source(str(address))
    table = pa.Table.from_batches(list(read_batches(source, refused=refused)))
    names = ("taxon", "lon", "lat", "uncertainty_m", "year")
    rows = zip(*(table.column(name).to_pylist() for name in names), strict=True)
    return [tuple(None if isinstance(v, float) and np.isnan(v) else v for v in row) for row in rows]


@pytest.mark.parametrize("name", ["0001234-260101.csv", "0001234-260101.tsv", "occurrence.txt"])
def test_simple_download_is_read_with_quotes_as_letters(tmp_path, name):
    (tmp_path / name).write_text(simple_text(), encoding="utf-8")
    refused = Refused()
    assert read(tmp_path / name, refused) == KEPT
    assert refused.count == 0


def test_simple_download_is_read_in_its_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "0001234-260101.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0001234-260101.csv", simple_text())
    assert read(tmp_path / "0001234-260101.zip") == KEPT


@pytest.mark.parametrize("zipped", [False, True])
def test_of_a_darwin_core_archive_the_interpreted_records_are_read(tmp_path, zipped):
    files = {
        "occurrence.txt": simple_text(),
        "verbatim.txt": "gbifID\n1\n",
        "citations.txt": "Cite it",
        "meta.xml": "<archive/>",
    }
    address = tmp_path / "archive"
    address.mkdir()
    for name, text in files.items():
        (address / name).write_text(text, encoding="utf-8")
    if zipped:
        with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        address = tmp_path / "archive.zip"
    assert read(address) == KEPT


@pytest.mark.parametrize(
    "folder", ["2026-11-01", "2026-11-01/occurrence.parquet", "2026-11-01/occurrence.parquet/000000"]
)
def test_monthly_parquet_is_read_with_its_lists_and_lower_case_names(tmp_path, folder):
    whole = tmp_path / "2026-11-01" / "occurrence.parquet"
    whole.mkdir(parents=True)
    pq.write_table(monthly_table(), whole / "000000")
    (tmp_path / "2026-11-01" / "citation.txt").write_text("Cite it", encoding="utf-8")
    assert read(tmp_path / folder) == KEPT


def test_taxa_that_a_row_group_spans_are_those_of_the_taxon_column(tmp_path):
    pq.write_table(monthly_table(SEEN[:2]), tmp_path / "o.parquet")
    part = open_source(str(tmp_path / "o.parquet")).parts[0]
    assert (part.lowest, part.highest) == ("Panthera uncia", "Panthera uncia")


def test_text_that_parquet_calls_bytes_is_read(tmp_path):
    table = monthly_table()
    for name in ("species", "basisofrecord"):
        at = table.column_names.index(name)
        table = table.set_column(at, name, table.column(name).cast(pa.binary()))
    pq.write_table(table, tmp_path / "o.parquet")
    assert read(tmp_path / "o.parquet") == KEPT


@pytest.mark.parametrize("names", [[], ["readme.md"], ["a.csv", "b.parquet"]])
def test_zip_without_tables_of_one_kind_is_refused(tmp_path, names):
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(DataError, match="not an occurrence file"):
        open_source(str(tmp_path / "o.zip"))


def test_zip_of_several_tables_is_read_like_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        for name in ("b.csv", "a.csv"):
            archive.writestr(name, simple_text())
    assert read(tmp_path / "o.zip") == KEPT * 2


def test_zip_of_parquet_is_read(tmp_path):
    pq.write_table(monthly_table(), tmp_path / "000000")
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        archive.write(tmp_path / "000000", "occurrence.parquet/000000")
    assert read(tmp_path / "o.zip") == KEPT


def test_what_is_only_called_zip_is_refused(tmp_path):
    (tmp_path / "o.zip").write_bytes(os.urandom(100))
    with pytest.raises(DataError, match="the ZIP is damaged"):
        open_source(str(tmp_path / "o.zip"))


def test_locked_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        archive.writestr("o.csv", simple_text())
    content = bytearray((tmp_path / "o.zip").read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "o.zip").write_bytes(content)
    with pytest.raises(DataError, match="the ZIP is locked"):
        open_source(str(tmp_path / "o.zip"))


@pytest.mark.parametrize(
    ("rows", "said"), [(SEEN, "the ZIP is damaged"), (SEEN * 20_000, r"o\.csv: the file cannot be read further")]
)
def test_zip_that_is_broken_within_is_refused_when_it_gets_there(tmp_path, rows, said):
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        archive.writestr("o.csv", simple_text(rows))
    content = (tmp_path / "o.zip").read_bytes().replace(b"84.25", b"84.35")
    (tmp_path / "o.zip").write_bytes(content)
    with pytest.raises(DataError, match=said):
        read(tmp_path / "o.zip")


def test_zip_that_has_changed_has_another_identity(tmp_path):
    said = set()
    for rows in (SEEN[:2], SEEN[:2], [SEEN[1], SEEN[0]]):
        with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
            archive.writestr("o.csv", simple_text(rows))
        said.add(open_source(str(tmp_path / "o.zip")).identity)
    assert len(said) == 2


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_parquet_that_is_broken_within_is_refused_when_it_gets_there(tmp_path, compression):
    path = tmp_path / "o.parquet"
    pq.write_table(monthly_table(SEEN * 500), path, compression=compression, use_dictionary=False)
    column = pq.read_metadata(path).row_group(0).column(pq.read_schema(path).names.index("species") + 1)
    assert column.path_in_schema == "species"
    content = bytearray(path.read_bytes())
    start = column.data_page_offset
    content[start : start + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises(DataError, match="the Parquet file is damaged"):
        read(path)


def test_what_the_disk_does_wrong_is_no_fault_of_the_file(tmp_path):
    path = tmp_path / "o.parquet"
    pq.write_table(monthly_table(), path)
    source = open_source(str(path))
    path.unlink()
    with pytest.raises(FileNotFoundError):
        list(read_batches(source))
