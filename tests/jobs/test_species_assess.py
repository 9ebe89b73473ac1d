import csv

import pyarrow.csv as pa_csv

from biosetu.cli.main import run as biosetu


def rows(path):
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_template_can_be_assessed_as_written(tmp_path):
    assert biosetu(["species", "template", str(tmp_path / "t.xlsx")]) == 0
    assert biosetu(["species", "template", str(tmp_path / "t.csv")]) == 0
    assert len(rows(tmp_path / "t-columns.csv")) == pa_csv.read_csv(tmp_path / "t.csv").num_columns
    for name in ("t.csv", "t.xlsx"):
        assert biosetu(["species", "assess", str(tmp_path / name), "--out", str(tmp_path / "out.csv")]) == 0
        assert rows(tmp_path / "out.csv")[0]["criteria"] != ""


def test_contract_columns_come_first(tmp_path):
    (tmp_path / "a.csv").write_text("taxon;mature_individuals\n=cmd();40\n", encoding="utf-8")
    assert biosetu(["species", "assess", str(tmp_path / "a.csv"), "--regional", "--out", str(tmp_path / "o.csv")]) == 0
    row = rows(tmp_path / "o.csv")[0]
    wanted = ["taxon", "category", "criteria", "category_low", "category_high", "reasons", "near_threshold"]
    assert list(row)[:7] == wanted
    assert row["taxon"] == "'=cmd()"


def test_bad_cells_end_with_one_and_are_listed_by_row(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("taxon,eoo_km2\nA,5\n\nB,much\n", encoding="utf-8")
    assert biosetu(["species", "assess", str(tmp_path / "a.csv")]) == 1
    assert "row 4, column eoo_km2" in capsys.readouterr().err


def test_sis_connect_files_are_written(tmp_path):
    (tmp_path / "a.csv").write_text(
        "taxon,state,mature_individuals,decline_mature,past_reduction,past_basis\nA b,CR(PE),10-20,yes,unknown,ac\n",
        encoding="utf-8",
    )
    assert biosetu(["species", "assess", str(tmp_path / "a.csv"), "--sis", str(tmp_path / "sis"), "--out",
                    str(tmp_path / "o.csv")]) == 0  # fmt: skip
    fields = rows(tmp_path / "sis" / "allfields.csv")[0]
    assert fields["PopulationSize.range"] == "10-20"
    assert fields["PopulationContinuingDecline.isDeclining"] == "Yes"
    assert fields["PopulationReductionPastBasis.value"] == "a,c"
    assert fields["PopulationReductionPast.range"] == ""
    made = rows(tmp_path / "sis" / "assessments.csv")[0]
    assert made["RedListCriteria.manualCategory"] == "CR"
    assert made["RedListCriteria.possiblyExtinct"] == "true"
