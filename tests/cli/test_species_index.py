import pytest

from biosetu.cli.main import run


@pytest.mark.parametrize("span", ["1-99999999", "2010-2000", "2000", "20x0-2010", "-2010"])
def test_spans_that_are_no_two_years_are_a_usage_error(tmp_path, span):
    path = tmp_path / "history.csv"
    path.write_text("taxon,year,category\na,2000,LC\na,2010,VU\n")
    assert run(["species", "index", str(path), f"--annual={span}"]) == 2


@pytest.mark.parametrize(
    "options",
    [
        ["--keep", ""],
        ["--keep", "ZZZ"],
        ["--party", "NPL"],
        ["--party", ""],
        ["--vintage", "2026"],
        ["--holder", "Us"],
        ["--keep", "NPL", "--party", "NPL"],
        ["--sampled", "--aggregate"],
        ["--sampled", "--annual", "2000-2010"],
    ],
    ids=" ".join,
)
def test_options_that_would_do_nothing_are_a_usage_error(tmp_path, monkeypatch, options):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    (tmp_path / "h.csv").write_text("taxon,year,category\na,2000,LC\na,2010,EN\n", encoding="utf-8")
    assert run(["species", "index", str(tmp_path / "h.csv"), "--out", str(tmp_path / "o.csv"), *options]) == 2
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize("party", ["", "ZZZ"])
def test_assessments_are_not_kept_for_no_party(tmp_path, monkeypatch, party):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    (tmp_path / "a.csv").write_text("taxon,mature_individuals\na,40\n", encoding="utf-8")
    assert run(["species", "assess", str(tmp_path / "a.csv"), "--keep", party, "--out", str(tmp_path / "o.csv")]) == 2
    assert not (tmp_path / "o.csv").exists()
