import warnings
import zipfile

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from biosetu.cli.main import run as biosetu
from biosetu.geo import hull_area_km2, occupied_cells
from biosetu.jobs.species_range import RangeRequest, measure_range, sorted_stretches
from biosetu.problems import Cancelled, DataError, UsageError
from biosetu.species.ranges import RangeOptions


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))


def records(taxa=30, n=3000, seed=0):
    random = np.random.default_rng(seed)
    owner = np.sort(random.integers(0, taxa, n))
    lat0, lon0 = random.uniform(-80, 80, taxa), random.uniform(-180, 180, taxa)
    lon = np.round((lon0[owner] + random.normal(0, 0.5, n) + 180) % 360 - 180, 5)
    lat = np.round(lat0[owner] + random.normal(0, 0.5, n), 5)
    return pa.table({"species": [f"Sp {k:03d}" for k in owner], "decimalLongitude": lon, "decimalLatitude": lat})


def rows(result):
    return {row["taxon"]: row for row in result.table.to_pylist()}


def write(tmp_path, text, name="o.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_each_taxon_equals_measuring_it_alone(tmp_path):
    table = records()
    pq.write_table(table, tmp_path / "o.parquet")
    found = rows(measure_range(RangeRequest(str(tmp_path / "o.parquet"))))
    frame = table.to_pandas()
    for taxon, all_of_it in frame.groupby("species"):
        mine = all_of_it.drop_duplicates().sort_values(["decimalLatitude", "decimalLongitude"])
        lon, lat = mine.decimalLongitude.to_numpy(), mine.decimalLatitude.to_numpy()
        assert found[taxon]["hull_km2"] == pytest.approx(hull_area_km2(lon, lat), rel=1e-9)
        assert found[taxon]["aoo_cells"] == occupied_cells(lon, lat).minimum[0]
        assert found[taxon]["records"] == (frame.species == taxon).sum()
        assert found[taxon]["eoo_km2"] >= found[taxon]["aoo_km2"]


def test_floor_acts_for_one_two_equal_and_aligned_points(tmp_path):
    path = write(
        tmp_path,
        "taxon,lon,lat\nOne,10,50\nTwo,10,50\nTwo,11,50\nSame,5,5\nSame,5,5\nSame,5,5\nLine,20,0\nLine,21,0\nLine,22,0\n",
    )
    found = rows(measure_range(RangeRequest(path)))
    assert {t: (r["eoo_km2"], r["aoo_km2"], r["flags"]) for t, r in found.items()} == {
        "Line": (12.0, 12.0, "eoo_is_aoo"),
        "One": (4.0, 4.0, "eoo_is_aoo"),
        "Same": (4.0, 4.0, "eoo_is_aoo"),
        "Two": (8.0, 8.0, "eoo_is_aoo"),
    }
    assert found["Same"]["left_out_duplicate"] == 2
    assert found["One"]["eoo_def"] == "geodesic-hull/1"
    assert found["One"]["aoo_def"] == "laea-local/min64/1"


def test_beyond_a_hemisphere_is_undefined_not_a_number(tmp_path):
    path = write(tmp_path, "taxon,lon,lat\nW,1,0\nW,120,0\nW,-120,0\nW,0,80\n")
    row = rows(measure_range(RangeRequest(path)))["W"]
    assert row["eoo_km2"] is None
    assert row["flags"] == "eoo_undefined;wide"
    assert row["aoo_def"] == "laea-zones32/min64/1"


@pytest.mark.parametrize("how", ["parquet", "row groups", "csv", "tsv", "folder", "memory", "spilled", "stretches"])
def test_every_way_in_gives_the_same(tmp_path, how):
    table = records()
    pq.write_table(table, tmp_path / "whole.parquet")
    expected = measure_range(RangeRequest(str(tmp_path / "whole.parquet"))).table
    shuffled = table.take(np.random.default_rng(1).permutation(table.num_rows))
    address, sizes = str(tmp_path / "other"), {}
    if how == "csv":
        address += ".csv"
        pa_csv.write_csv(shuffled, address)
    elif how == "tsv":
        address += ".tsv"
        pa_csv.write_csv(table, address, pa_csv.WriteOptions(delimiter="\t", quoting_style="none"))
    elif how == "memory":
        address = "memory://bucket/o.parquet"
        with fsspec.open(address, "wb") as stream:
            pq.write_table(table, stream)
    elif how == "folder":
        (tmp_path / "other").mkdir()
        for k in range(3):
            pq.write_table(shuffled.slice(k * 1000, 1000), tmp_path / "other" / f"{k}.parquet")
    else:
        pq.write_table(shuffled if how == "spilled" else table, address, row_group_size=170)
        sizes = {} if how in ("parquet", "row groups") else {"rows_in_memory": 100, "rows_a_partition": 600}
    got = measure_range(RangeRequest(address, **sizes)).table
    assert got.equals(expected)


def test_stretches_cut_between_taxa(tmp_path):
    path = str(tmp_path / "o.parquet")
    pq.write_table(records(), path, row_group_size=100)
    from biosetu.engine.occurrences import open_source

    request = RangeRequest(path, rows_a_partition=500)
    stretches = sorted_stretches(open_source(path), request)
    assert len(stretches) > 3
    assert [s.low for s in stretches[1:]] == [s.high for s in stretches[:-1]]


def test_records_without_taxon_are_counted_once_over_stretches(tmp_path):
    table = records()
    names = table.column("species").to_pylist()
    names[::7] = [None] * len(names[::7])
    path = str(tmp_path / "o.parquet")
    pq.write_table(table.set_column(0, "species", pa.array(names)), path, row_group_size=100)
    small = measure_range(RangeRequest(path))
    parts = measure_range(RangeRequest(path, rows_in_memory=10, rows_a_partition=400))
    assert parts.table.equals(small.table)
    assert parts.left_out == small.left_out
    assert small.left_out["no_taxon"] == len(names[::7])


def test_integer_keys_sorted_as_numbers(tmp_path):
    table = records()
    keys = pa.array([int(name[3:]) + 95 for name in table.column("species").to_pylist()])
    path = str(tmp_path / "o.parquet")
    pq.write_table(table.set_column(0, "speciesKey", keys), path, row_group_size=100)
    small = measure_range(RangeRequest(path)).table
    assert measure_range(RangeRequest(path, rows_in_memory=10, rows_a_partition=400)).table.equals(small)


def test_cancelled_run_resumes_by_partition(tmp_path):
    path = str(tmp_path / "o.parquet")
    pq.write_table(records(), path, row_group_size=100)
    request = RangeRequest(path, rows_in_memory=10, rows_a_partition=400)

    def stop(done, total, label=""):
        if done == 2:
            raise Cancelled("stop")

    with pytest.raises(Cancelled):
        measure_range(request, progress=stop)
    seen = []
    again = measure_range(request, progress=lambda done, total, label="": seen.append(done))
    assert seen[0] == 2
    assert again.table.equals(measure_range(RangeRequest(path)).table)
    assert list((tmp_path / "home" / "runs").iterdir()) == []


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    from distributed import LocalCluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as running:
            yield running.scheduler_address


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("order", ["sorted", "shuffled"])
def test_dask_cluster_gives_the_same(tmp_path, cluster, order):
    table = records()
    if order == "shuffled":
        table = table.take(np.random.default_rng(1).permutation(table.num_rows))
    path = str(tmp_path / "o.parquet")
    pq.write_table(table, path, row_group_size=100)
    request = RangeRequest(path, rows_a_partition=1000)
    got = measure_range(request, scheduler=cluster).table
    assert got.equals(measure_range(RangeRequest(path)).table)


def test_hostile_csv_is_read_or_refused_by_reason(tmp_path):
    text = (
        "\ufeffscientificName;decimalLatitude;decimalLongitude;remarks\n"
        "A b;27,5;85,25;fine\n"
        "A b;27°30'N;85°15'E;degrees and minutes, the same place\n"
        "A b;NA;85;missing\n"
        "A b;abc;85;unreadable\n"
        "A b;27°x;85;unreadable\n"
        "A b;27;85°15'N;a latitude's letter\n"
        "A b;95,5;27;swapped\n"
        "A b;0;0;zero\n"
        "A b;1;2\n"
        ";27;85;no taxon\n"
        "=HYPERLINK(1);10;10;formula\n"
        "'Quoted; name';11;11;\n".replace("'", '"', 0)
    )
    result = measure_range(RangeRequest(write(tmp_path, text)))
    found = rows(result)
    assert set(found) == {"A b", "=HYPERLINK(1)"}
    assert found["A b"]["points"] == 1
    assert found["A b"]["left_out_duplicate"] == 1
    assert {k: v for k, v in result.left_out.items() if v} == {
        "not_a_row": 2,
        "no_taxon": 1,
        "missing": 1,
        "unreadable": 3,
        "swapped": 1,
        "zero": 1,
        "duplicate": 1,
    }
    named = [(problem.row, problem.column, problem.value) for problem in result.refused.coordinates]
    assert named == [(5, "decimalLatitude", "abc"), (6, "decimalLatitude", "27°x"), (7, "decimalLongitude", "85°15'N")]
    assert [problem.row for problem in result.refused.first] == [10, 13]


def test_files_of_a_folder_may_have_other_separators_and_lines_of_another_one_are_told(tmp_path):
    texts = {"a.csv": "taxon;lon;lat\nA;10,5;50\nA,11,51\n", "b.csv": "taxon,lon,lat\nA,10.5,50\nA;12;52\nB,1,1\n",
             "c.tsv": "taxon\tlon\tlat\nA\t10.5\t50\n", "d.txt": "taxon|lon|lat\nB|1|1\n"}  # fmt: skip
    for name, text in texts.items():
        write(tmp_path, text, name)
    result = measure_range(RangeRequest(str(tmp_path)))
    assert {taxon: (row["records"], row["points"]) for taxon, row in rows(result).items()} == {"A": (3, 1), "B": (2, 1)}
    assert result.left_out["not_a_row"] == 2
    assert [(problem.row, problem.value) for problem in result.refused.first] == [(3, "A,11,51"), (3, "A;12;52")]


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("header", "value"),
    [("taxon,lon,lat", "year"), ("taxon,decimalLongitude,lat,year", "lon"), ("name,x,y", "lat, lon, taxon, year")],
)
def test_files_of_unlike_columns_are_refused_with_what_is_missing(tmp_path, zipped, header, value):
    texts = {"a.csv": "taxon,lon,lat,year\nA,1,1,2000\n", "b.csv": f"{header}\nA,1,1\n"}
    for name, text in texts.items():
        write(tmp_path, text, name)
    if zipped:
        with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
            for name in texts:
                archive.write(tmp_path / name, name)
    with pytest.raises(DataError, match="its columns differ from those of the first file") as error:
        measure_range(RangeRequest(str(tmp_path / "o.zip" if zipped else tmp_path)))
    assert [problem.value for problem in error.value.problems] == [value]


@pytest.mark.parametrize("how", ["csv", "parquet", "spilled"])
def test_rows_of_unreadable_coordinates_are_named_behind_refused_lines_and_row_groups(tmp_path, how):
    lines = [f"T{k % 7},{k % 90},{k % 80}" for k in range(1000)]
    odd = {5: "T1,abc,1", 333: "T1,1,27°x", 600: "T2,1,--1", 601: "T2,1°70',3", 602: "T3,#,1", 900: "T3,1,!"}
    for place, line in odd.items():
        lines[place] = line
    told = {5: "abc", 333: "27°x", 600: "--1", 601: "1°70'", 602: "#"}
    if how == "csv":
        lines[100] = "T1,1,1,too many"
        request = RangeRequest(write(tmp_path, "taxon,lon,lat\n" + "\n".join(lines) + "\n"))
    else:
        columns = zip(*(line.split(",") for line in lines), strict=True)
        table = pa.table(dict(zip(("taxon", "lon", "lat"), map(list, columns), strict=True)))
        pq.write_table(table, tmp_path / "o.parquet", row_group_size=170)
        size = {"rows_in_memory": 100, "rows_a_partition": 600} if how == "spilled" else {}
        request = RangeRequest(str(tmp_path / "o.parquet"), **size)
    result = measure_range(request)
    assert result.left_out["unreadable"] == 6
    assert {problem.row: problem.value for problem in result.refused.coordinates} == {k + 2: v for k, v in told.items()}


def test_formula_names_cannot_run_in_a_spreadsheet(tmp_path):
    path = write(tmp_path, "taxon,lon,lat\n=1+1,1,1\n")
    assert biosetu(["species", "range", path, "--quiet", "--out", str(tmp_path / "out.csv")]) == 0
    assert "'=1+1" in (tmp_path / "out.csv").read_text()


def test_million_identical_points_of_one_taxon(tmp_path):
    n = 1_000_000
    table = pa.table(
        {"taxon": pa.array(["T"] * n).dictionary_encode(), "lon": np.full(n, 12.5), "lat": np.full(n, -3.25)}
    )
    pq.write_table(table, tmp_path / "o.parquet")
    row = rows(measure_range(RangeRequest(str(tmp_path / "o.parquet"))))["T"]
    assert (row["records"], row["points"], row["left_out_duplicate"], row["eoo_km2"]) == (n, 1, n - 1, 4.0)


def test_missing_columns_are_all_named(tmp_path):
    with pytest.raises(DataError) as error:
        measure_range(RangeRequest(write(tmp_path, "a,b\n1,2\n")))
    assert [problem.code for problem in error.value.problems] == ["column"] * 3


def test_columns_named_by_option(tmp_path):
    path = write(tmp_path, "n,e,who\n27,85,A\n")
    names = {"taxon": "who", "lon": "e", "lat": "n"}
    assert rows(measure_range(RangeRequest(path, names)))["A"]["points"] == 1


def test_utf16_latin1_and_nothing_are_refused(tmp_path):
    (tmp_path / "u.csv").write_bytes("taxon,lon,lat\nA,1,1\n".encode("utf-16"))
    (tmp_path / "l.csv").write_bytes("täxon,lon,lat\nA,1,1\n".encode("latin-1"))
    for name in ("u.csv", "l.csv"):
        with pytest.raises(DataError, match="UTF-8"):
            measure_range(RangeRequest(str(tmp_path / name)))
    with pytest.raises(UsageError):
        measure_range(RangeRequest(str(tmp_path / "none.csv")))
    with pytest.raises(DataError, match="no record names a taxon"):
        measure_range(RangeRequest(write(tmp_path, "taxon,lon,lat\n")))


def test_gbif_simple_download_is_read_as_it_is(tmp_path):
    header = (
        "gbifID\tspecies\tscientificName\toccurrenceStatus\tdecimalLatitude\tdecimalLongitude\t"
        "coordinateUncertaintyInMeters\ttaxonKey\tspeciesKey\tbasisOfRecord\tyear\tissue\n"
    )
    cat = "Panthera uncia\tPanthera uncia (Schreber, 1775)"
    lines = [
        f'1\t{cat}\tPRESENT\t28.5\t84.5\t30\t1\t1\tHUMAN_OBSERVATION\t2020\t"odd quote',
        f"2\t{cat}\tABSENT\t29.5\t84.5\t30\t1\t1\tHUMAN_OBSERVATION\t2020\t",
        f"3\t{cat}\tPRESENT\t30.5\t84.5\t30\t1\t1\tLIVING_SPECIMEN\t2020\t",
        "4\t\tPanthera\tPRESENT\t30.5\t84.5\t30\t1\t\tHUMAN_OBSERVATION\t2020\t",
    ]
    result = measure_range(RangeRequest(write(tmp_path, header + "\n".join(lines) + "\n", "gbif.csv")))
    assert rows(result)["Panthera uncia"]["points"] == 1
    assert {k: v for k, v in result.left_out.items() if v} == {"no_taxon": 1, "absent": 1, "basis": 1}


def test_geometry_and_proxies_on_request(tmp_path):
    path = write(tmp_path, "taxon,lon,lat\nA,179,60\nA,-179,60\nA,180,62\nB,1,1\n")
    hulls, cells, out = tmp_path / "h.geojson", tmp_path / "c.parquet", tmp_path / "o.parquet"
    arguments = ["species", "range", path, "--quiet", "--hulls", str(hulls), "--cells", str(cells), "--out", str(out)]
    assert biosetu([*arguments, "--proxies", "--alpha", "2", "--isolation-km", "10", "--viable-cells", "3"]) == 0
    import geopandas as gpd

    shapes = gpd.read_file(hulls).set_index("taxon").geometry
    assert shapes["A"].geom_type == "MultiPolygon"
    assert shapes["B"] is None
    assert gpd.read_parquet(cells).taxon.tolist() == ["A", "A", "A", "B"]
    row = pq.read_table(out).to_pylist()[0]
    assert (row["proxy_locations_grid"], row["proxy_severely_fragmented"]) == (3, True)
    assert "hull" not in row


def test_taxa_without_cells_in_the_layer_are_named(tmp_path, capsys):
    path = write(tmp_path, "taxon,lon,lat\nWide one,1,0\nWide one,90,0\nNarrow,1,1\nNowhere,999,0\n")
    arguments = ["species", "range", path, "--out", str(tmp_path / "r.csv"), "--cells", str(tmp_path / "c.parquet")]
    assert biosetu(arguments) == 0
    told = capsys.readouterr().err
    assert "no cells in the layer" in told
    assert "1: Wide one" in told
    assert biosetu([*arguments, "--quiet"]) == 0
    assert "no cells" not in capsys.readouterr().err


def test_other_cell_size_is_corrected_and_flagged(tmp_path):
    path = write(tmp_path, "taxon,lon,lat\nA,10,10\nA,11,10\n")
    row = rows(measure_range(RangeRequest(path, options=RangeOptions(cell_km=1))))["A"]
    assert row["flags"].endswith("scale_corrected")
    assert row["aoo_km2"] == pytest.approx(8.0)
