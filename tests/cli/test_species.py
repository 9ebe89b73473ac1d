"""Every command of the room with input that is wrong: the exit code, and what is said."""

import pytest

from biosetu.cli.main import run

FILES = {
    "sites.csv": "taxon,lon,lat\nA,80,27\nA,81,27\n",
    "empty.csv": "taxon,lon,lat\n",
    "nothing.csv": "",
    "history.csv": "taxon,year,category\na,2000,LC\na,2010,VU\n",
    "rare.csv": "taxon,year,category\na,2000,Rare\n",
    "assess.csv": "taxon,eoo_km2,locations,decline_habitat\nA,90,1,yes\n",
    "wrong.csv": "taxon,eoo_km2\nA,large\n",
    "text.txt": "hello\n",
    "ranges.geojson": '{"type":"FeatureCollection","features":[]}',
}
HISTORY = ["index", "history.csv"]
SITES = ["range", "sites.csv"]
OBSERVATIONS = ["--party", "NPL", "--vintage", "2024", "--holder", "IUCN", "--licence", "own"]
TABLE = [
    # range
    ([*SITES], 0, ""),
    (["range", "none.csv"], 2, "none.csv"),
    (["range", "empty.csv"], 1, "no record names a taxon"),
    (["range", "nothing.csv"], 1, "no column"),
    (["range", "text.txt"], 1, "no column"),
    (["range"], 2, "OCCURRENCES"),
    ([*SITES, "--taxon", "who"], 1, "there is no column who"),
    ([*SITES, "--out", "o.doc"], 2, "must end in"),
    ([*SITES, "--hulls", "o.txt"], 2, "must end in"),
    ([*SITES, "--cells", "o.csv"], 2, "must end in"),
    ([*SITES, "--scheduler", "foo"], 2, "foo is no address"),
    ([*SITES, "--scheduler", "tcp://127.0.0.1:1"], 2, "--scheduler tcp://127.0.0.1:1: no Dask cluster answers"),
    ([*SITES, "--cell-km", "nan"], 2, "--cell-km"),
    ([*SITES, "--cell-km", "0"], 2, "--cell-km"),
    ([*SITES, "--cell-km", "two"], 2, "--cell-km"),
    ([*SITES, "--max-uncertainty", "nan"], 2, "--max-uncertainty"),
    ([*SITES, "--max-uncertainty", "-1"], 2, "--max-uncertainty"),
    ([*SITES, "--centroid-m", "inf"], 2, "--centroid-m"),
    ([*SITES, "--since", "2020", "--until", "2010"], 2, "later than"),
    ([*SITES, "--since", "20"], 2, "--since"),
    ([*SITES, "--viable-cells", "3"], 2, "belong together"),
    ([*SITES, "--viable-cells", "0", "--isolation-km", "5"], 2, "--viable-cells"),
    ([*SITES, "--alpha", "-2"], 2, "--alpha"),
    # assess, template
    (["assess", "assess.csv"], 0, ""),
    (["assess", "none.csv"], 2, "none.csv"),
    (["assess", "wrong.csv"], 1, "row 2, column eoo_km2"),
    (["assess", "assess.csv", "--draws", "-1"], 2, "--draws"),
    (["assess", "assess.csv", "--draws", "many"], 2, "--draws"),
    (["assess", "assess.csv", "--seed", "-1"], 2, "--seed"),
    (["assess", "assess.csv", "--risk-tolerance", "nan"], 2, "--risk-tolerance"),
    (["assess", "assess.csv", "--dispute-tolerance", "1.5"], 2, "--dispute-tolerance"),
    (["assess", "assess.csv", "--method", "guess"], 2, "--method"),
    (["assess", "assess.csv", "--keep", "ZZZ"], 2, "ZZZ"),
    (["assess", "assess.csv", "--out", "assess.csv"], 2, "name another file"),
    (["template", "t.doc"], 2, "must end in"),
    (["template", "t.csv"], 0, ""),
    # index
    ([*HISTORY], 0, ""),
    (["index", "none.csv"], 2, "none.csv"),
    (["index", "rare.csv"], 1, "row 2, column category"),
    ([*HISTORY, "--by", "realm"], 1, "there is no column realm"),
    ([*HISTORY, "--annual", "2000"], 2, "FIRST-LAST"),
    ([*HISTORY, "--annual", "nan-nan"], 2, "FIRST-LAST"),
    ([*HISTORY, "--annual", "2010-2000"], 2, "FIRST-LAST"),
    ([*HISTORY, "--level", "nan"], 2, "--level"),
    ([*HISTORY, "--level", "1"], 2, "--level"),
    ([*HISTORY, "--draws", "-1"], 2, "--draws"),
    ([*HISTORY, "--draws", "0"], 2, "--draws"),
    ([*HISTORY, "--seed", "-1"], 2, "--seed"),
    ([*HISTORY, "--plot", "o.png"], 2, "must end in .svg"),
    ([*HISTORY, "--plot", "o.svg"], 0, ""),
    ([*HISTORY, "--shares", "none.csv"], 2, "none.csv"),
    ([*HISTORY, "--genuine", "none.csv"], 2, "none.csv"),
    ([*HISTORY, "--national", "--weights", "w"], 2, "unweighted"),
    ([*HISTORY, "--observations", "o.csv"], 2, "--party"),
    ([*HISTORY, "--observations", "o.doc", *OBSERVATIONS], 2, "must end in"),
    ([*HISTORY, "--observations", "o.csv", *OBSERVATIONS[2:], "--party", "ZZZ"], 2, "ZZZ"),
    ([*HISTORY, "--keep", "ZZZ"], 2, "ZZZ"),
    # maps
    (["map", "none.gpkg"], 2, "none.gpkg"),
    (["map", "ranges.geojson"], 1, ""),
    (["map", "text.txt"], 1, ""),
    (["habitat", "ranges.geojson"], 2, "--cover"),
    (["star", "history.csv"], 2, "THREATS"),
    (
        ["star", "history.csv", "history.csv", "--habitat", ".", "--like", "text.txt", "--by-species", "o.png"],
        2,
        ".csv",
    ),
    (["star", "history.csv", "history.csv", "--habitat", ".", "--like", "text.txt"], 1, "text.txt"),
    (["nonsense"], 2, "nonsense"),
]


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("arguments", "code", "said"), TABLE, ids=[" ".join(row[0]) for row in TABLE])
def test_exit_codes_and_what_is_said(arguments, code, said, capfd):
    assert run(["species", *arguments]) == code
    heard = capfd.readouterr().err
    assert said in heard
    assert "Traceback" not in heard


@pytest.mark.parametrize(
    ("arguments", "job"),
    [
        (SITES, "biosetu.jobs.species_range.measure_range"),
        (HISTORY, "biosetu.jobs.species_index.compute_index"),
        (["assess", "assess.csv"], "biosetu.jobs.species_assess.assess_file"),
        (["map", "ranges.geojson"], "biosetu.jobs.species_maps.measure_maps"),
    ],
)
def test_interrupted_commands_say_how_to_go_on(monkeypatch, capfd, arguments, job):
    def interrupted(*given, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(job, interrupted)
    assert run(["species", *arguments]) == 130
    assert "run the same command again" in capfd.readouterr().err


def test_what_is_refused_writes_nothing(tmp_path):
    before = sorted(path.name for path in tmp_path.iterdir())
    for arguments in ([*HISTORY, "--plot", "o.png", "--out", "o.csv"], [*SITES, "--hulls", "o.txt", "--out", "o.csv"]):
        assert run(["species", *arguments]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == before
