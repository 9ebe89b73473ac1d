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
    assert fields["PopulationReductionPast.range"] == "0-100"
    made = rows(tmp_path / "sis" / "assessments.csv")[0]
    assert made["RedListCriteria.manualCategory"] == "CR"
    assert made["RedListCriteria.possiblyExtinct"] == "true"


NATIONAL = """taxon,state,native,vagrant,extinct_in_region,visitor
Abies spectabilis,,yes,no,no,unknown
Bos mutus subsp. alticola,RE,,,,
Grus grus,,yes,Y,no,yes
sp. nov. 3,CR (PE),no,,,
"""


def test_sis_connect_files_of_a_national_assessment_name_taxon_and_country(tmp_path):
    (tmp_path / "a.csv").write_text(NATIONAL, encoding="utf-8")
    asked = ["species", "assess", str(tmp_path / "a.csv"), "--sis", str(tmp_path / "sis"), "--party", "NPL"]
    assert biosetu([*asked, "--out", str(tmp_path / "o.csv")]) == 0
    assert sorted(path.stem for path in (tmp_path / "sis").iterdir()) == [
        "allfields", "assessments", "countries", "taxonomy"
    ]  # fmt: skip
    named = [
        [row[name] for name in ("genus", "species", "infraType", "infra_name", "family")]
        for row in rows(tmp_path / "sis" / "taxonomy.csv")
    ]
    assert named == [
        ["Abies", "spectabilis", "", "", ""],
        ["Bos", "mutus", "subsp", "alticola", ""],
        ["Grus", "grus", "", "", ""],
        ["", "", "", "", ""],
    ]
    before = "CountryOccurrence.CountryOccurrenceSubfield."
    found = [
        tuple(row[before + name] for name in ("presence", "origin", "seasonality"))
        for row in rows(tmp_path / "sis" / "countries.csv")
    ]
    assert found == [
        ("Extant", "Native", ""),
        ("Extinct", "", ""),
        ("Extant", "Vagrant", "Non-Breeding Season"),
        ("Possibly Extinct", "Introduced", ""),
    ]
    country = rows(tmp_path / "sis" / "countries.csv")[0]
    assert [country[before + name] for name in ("CountryOccurrenceLookup", "CountryOccurrenceName")] == ["NP", "Nepal"]


def test_country_of_sis_files_is_a_known_party_and_not_asked_in_vain(tmp_path, capsys):
    (tmp_path / "a.csv").write_text(NATIONAL, encoding="utf-8")
    asked = ["species", "assess", str(tmp_path / "a.csv")]
    assert biosetu([*asked, "--party", "NPL"]) == 2
    assert "used with --sis only" in capsys.readouterr().err
    assert biosetu([*asked, "--party", "ZZZ", "--sis", str(tmp_path / "sis")]) == 2
    assert not (tmp_path / "sis").exists()


def test_export_of_sis_is_assessed_as_it_is(tmp_path):
    (tmp_path / "allfields.csv").write_text(
        "internal_taxon_id,internal_taxon_name,EOO.range,LocationsNumber.range,HabitatContinuingDecline.isDeclining,"
        'PopulationReductionPastBasis.value,EggLaying.layEggs\n17,A b,4000,3-5,Yes,"a,c",1\n',
        encoding="utf-8",
    )
    out = tmp_path / "o.csv"
    assert biosetu(["species", "assess", str(tmp_path / "allfields.csv"), "--out", str(out)]) == 0
    assert [(r["taxon"], r["category"], r["criteria"]) for r in rows(out)] == [("A b", "EN", "B1ab(iii)")]


def test_what_was_written_for_sis_gives_the_same_when_read_back(tmp_path):
    text = "taxon,mature_individuals,decline_mature,past_reduction,past_basis\nA,40-90,yes,55,ac\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    sis, out, again = tmp_path / "sis", tmp_path / "o.csv", tmp_path / "p.csv"
    assert biosetu(["species", "assess", str(tmp_path / "a.csv"), "--sis", str(sis), "--out", str(out)]) == 0
    assert biosetu(["species", "assess", str(sis / "allfields.csv"), "--out", str(again)]) == 0
    assert rows(again) == rows(out)
