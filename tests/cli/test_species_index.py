import pytest

from biosetu.cli.main import run


@pytest.mark.parametrize("span", ["1-99999999", "2010-2000", "2000", "20x0-2010", "-2010"])
def test_spans_that_are_no_two_years_are_a_usage_error(tmp_path, span):
    path = tmp_path / "history.csv"
    path.write_text("taxon,year,category\na,2000,LC\na,2010,VU\n")
    assert run(["species", "index", str(path), f"--annual={span}"]) == 2
