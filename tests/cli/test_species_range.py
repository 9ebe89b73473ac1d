import pytest

from biosetu.cli.main import run

HEADER = "scientificName,decimalLongitude,decimalLatitude"


def test_occurrences_in_another_encoding_are_refused_with_the_file_named(tmp_path, capfd):
    path = tmp_path / "sites.csv"
    path.write_bytes(f"{HEADER}\nRubus céleste,80,27\n".encode("cp1252"))
    assert run(["species", "range", str(path), "--quiet"]) == 1
    assert f"{path}, column taxon: the file is not in UTF-8. Save it as CSV in UTF-8." in capfd.readouterr().err


def test_lines_that_end_as_on_an_old_macintosh_are_read(tmp_path):
    path, out = tmp_path / "sites.csv", tmp_path / "out.csv"
    path.write_bytes(f"{HEADER}\rRubus,80,27\rRubus,81,27\r".encode())
    assert run(["species", "range", str(path), "--quiet", "--out", str(out)]) == 0
    assert out.read_text().splitlines()[1].split(",")[:3] == ['"Rubus"', "2", "2"]


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf"])
@pytest.mark.parametrize("option", ["--cell-km", "--location-km", "--subpopulation-km", "--alpha"])
def test_lengths_that_are_none_are_a_usage_error(tmp_path, option, value):
    path = tmp_path / "sites.csv"
    path.write_text(f"{HEADER}\nRubus,80,27\n")
    assert run(["species", "range", str(path), "--quiet", "--proxies", option, value]) == 2


def test_the_input_is_never_overwritten_by_the_output(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text(text := f"{HEADER}\nRubus,80,27\n")
    assert run(["species", "range", str(path), "--quiet", "--out", str(tmp_path / "." / "sites.csv")]) == 2
    assert path.read_text() == text
