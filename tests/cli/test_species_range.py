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


def test_lines_that_are_no_rows_are_counted_and_the_first_named(tmp_path, capfd):
    path, out = tmp_path / "sites.csv", tmp_path / "out.csv"
    path.write_text(f"{HEADER}\nRubus,80,27\nRubus,80,5,27,5\nRubus,NA,27\nRubus,27°x,27\n")
    assert run(["species", "range", str(path), "--out", str(out)]) == 0
    told = capfd.readouterr().err
    assert "Left out: not a row 1, missing 1, unreadable 1" in told
    assert "row 5, column decimalLongitude: the coordinate cannot be read ('27°x')." in told
    assert f"{path}" in told
    assert "the line has another number of fields ('Rubus,80,5,27,5'). Check quotes and separators." in told


def test_names_with_formulas_and_a_byte_order_mark_are_read_and_written_as_text(tmp_path):
    path, out = tmp_path / "sites.csv", tmp_path / "out.csv"
    names = ["+x", "-z", "=cmd|' /C calc'!A0", "@y"]
    lines = [f"{name};10°30'N;10,5" for name in names]
    path.write_text("\ufeffscientificName;decimalLatitude;decimalLongitude\n" + "\n".join(lines), encoding="utf-8")
    assert run(["species", "range", str(path), "--quiet", "--out", str(out)]) == 0
    assert [row.split(",")[0] for row in out.read_text().splitlines()[1:]] == [f'"\'{name}"' for name in names]


def test_a_text_of_one_taxon_at_one_place_is_one_point(tmp_path):
    path, out = tmp_path / "sites.csv", tmp_path / "out.csv"
    path.write_text(f"{HEADER}\n" + "Rubus,80,27\n" * 100_000)
    assert run(["species", "range", str(path), "--quiet", "--out", str(out)]) == 0
    assert out.read_text().splitlines()[1].split(",")[:6] == ['"Rubus"', "100000", "1", "4", "0", "4"]
