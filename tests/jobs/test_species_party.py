import re
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from biosetu.cli.main import run as biosetu
from biosetu.framework import find_party
from biosetu.jobs import species_party
from biosetu.jobs.species_assess import assess_file
from biosetu.jobs.species_index import IndexRequest, compute_index
from biosetu.problems import UsageError
from biosetu.reports.content import Table
from biosetu.reports.dossier import dossier
from biosetu.reports.evidence import Evidence
from biosetu.reports.html import render
from biosetu.reports.sections.species import section
from biosetu.sources.setuland import species as setuland
from biosetu.species.criteria import Method
from biosetu.species.red_list_index import Kind, Options
from biosetu.translation import Voice, translations


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))


def evidence(iso3):
    tables = {f"species.{kind}": getattr(species_party, kind)(iso3) for kind in species_party.KINDS}
    return Evidence(find_party(iso3), date(2026, 11, 1), tables={k: t for k, t in tables.items() if t is not None})


def test_setuland_index_is_what_its_histories_give():
    request = IndexRequest(
        setuland.path("history"),
        ["group"],
        genuine=setuland.path("genuine"),
        options=Options(Kind.NATIONAL, aggregate=True),
    )
    found = compute_index(request)
    stored = setuland.table("index")
    assert found.warnings == []
    assert found.table.column("group").to_pylist() == stored.column("group").to_pylist()
    for name in ("value", "lower", "upper"):
        assert found.table.column(name).to_pylist() == pytest.approx(stored.column(name).to_pylist(), abs=1e-9)
    assert found.categories.column("taxa").to_pylist() == setuland.table("categories").column("taxa").to_pylist()


def test_setuland_assessments_are_what_its_inputs_give():
    found = assess_file(setuland.path("inputs"), Method(regional=True))
    for name in (*setuland.TEXTS, "reasons", "adjustment_path", "adjustment_steps", "category_global"):
        assert found.column(name).to_pylist() == setuland.table("assessments").column(name).to_pylist()


def test_setuland_assessments_carry_the_global_category_beside_the_national_one():
    stored = {row["taxon"]: row["category_global"] for row in setuland.table("assessments").to_pylist()}
    assert len(stored) == 12
    assert all(stored.values())
    assert (stored["Setuornis littoralis"], stored["Seturana nigra"]) == ("LC", "VU")
    assert "Global category" in str(section(evidence("XXA"), Voice()))


def test_section_shows_index_categories_and_assessments():
    found = section(evidence("XXA"), Voice())
    text = str(found)
    assert "Red List Index of species, 2024" in text
    assert "NT°" in text
    assert all(
        block.sources for block in found.blocks if hasattr(block, "sources") and type(block).__name__ != "Paragraph"
    )


def test_reasons_of_the_assessments_are_said_in_the_language_of_the_dossier():
    english, arabic = (assessments_in(section(evidence("XXA"), Voice(language))) for language in ("en", "ar"))
    assert english["Setuornis montana"][-2] == ("B1: eoo 3,650 < 5,000 km²; B2: aoo 212 < 500 km²; B: locations 4 ≤ 5")
    for taxon, row in arabic.items():
        said = f"{row[-2]} {row[-1]}"
        assert not re.search(r"[a-z]{3}", said), (taxon, said)
        assert figures(said) == figures(f"{english[taxon][-2]} {english[taxon][-1]}")


@pytest.mark.parametrize(
    ("language", "head"), [("en", "Before the regional adjustment"), ("ar", "قبل التعديل الإقليمي")]
)
def test_assessments_carry_the_category_before_the_regional_adjustment(language, head):
    found = section(evidence("XXA"), Voice(language))
    table = next(block for block in found.blocks if isinstance(block, Table) and len(block.columns) > 5)
    column = [one.label for one in table.columns].index(head)
    before = {row["taxon"]: row["category_before_adjustment"] for row in setuland.table("assessments").to_pylist()}
    assert {row[0]: row[column] for row in table.rows} == before
    assert before["Setuornis littoralis"] == "VU"


def test_baselines_of_other_taxa_are_shown_as_no_trend(tmp_path):
    (tmp_path / "h.csv").write_text("taxon,year,category\na,2000,LC\nb,2010,EN\n", encoding="utf-8")
    asked = ["species", "index", str(tmp_path / "h.csv"), "--national", "--keep", "BTN", "--quiet"]
    assert biosetu([*asked, "--out", str(tmp_path / "o.csv")]) == 0
    text = str(section(evidence("BTN"), Voice()))
    assert "the index went from" not in text
    assert "2000, baseline only" in text
    assert "Red List Index of species, 2010" in text
    assert "shows no trend" in text


def test_sign_of_an_adjusted_category_follows_it_also_from_right_to_left():
    voice = Voice("ar")
    assert assessments_in(section(evidence("XXA"), voice))["Setuornis littoralis"][1] == voice.ltr("NT°") != "NT°"


def assessments_in(found):
    table = next(block for block in found.blocks if isinstance(block, Table) and len(block.columns) > 5)
    return {row[0]: row for row in table.rows}


def figures(text):
    return re.findall(r"\d[\d,.]*", text)


def test_section_is_silent_where_nothing_is_kept():
    assert section(evidence("BTN"), Voice()) is None


def test_results_kept_by_the_commands_reach_the_section(tmp_path):
    (tmp_path / "h.csv").write_text(
        "taxon,year,category\na,2000,LC\na,2010,EN\nb,2000,VU\nb,2010,VU\n", encoding="utf-8"
    )
    (tmp_path / "a.csv").write_text("taxon,mature_individuals\na,40\n", encoding="utf-8")
    assert (
        biosetu(
            ["species", "index", str(tmp_path / "h.csv"), "--keep", "BTN", "--quiet", "--out", str(tmp_path / "o.csv")]
        )
        == 0
    )
    assert (
        biosetu(["species", "assess", str(tmp_path / "a.csv"), "--keep", "BTN", "--out", str(tmp_path / "p.csv")]) == 0
    )
    text = str(section(evidence("BTN"), Voice()))
    assert "the index went from 0.800 to 0.500" in text
    assert "h.csv" in text


@pytest.fixture
def shared(tmp_path):
    (tmp_path / "h.csv").write_text(
        "taxon,year,category\na,2000,LC\na,2010,EN\nb,2000,VU\nb,2010,VU\nc,2000,LC\nc,2010,LC\n", encoding="utf-8"
    )
    shares = "party,taxon,share\nAFG,b,1\nNPL,a,1\nNPL,b,0\nNPL,c,1\n"
    (tmp_path / "s.csv").write_text(shares, encoding="utf-8")
    return ["species", "index", str(tmp_path / "h.csv"), "--shares", str(tmp_path / "s.csv"), "--quiet"]


def test_index_of_many_parties_is_kept_for_the_one_alone(shared, tmp_path):
    """By hand: of two taxa in full, one goes from LC (0) to EN (3): 1 to 1 − 3 / 10."""
    assert biosetu([*shared, "--keep", "NPL", "--out", str(tmp_path / "o.csv")]) == 0
    assert species_party.index("NPL").column("value").to_pylist() == pytest.approx([1, 0.7])
    kept = species_party.categories("NPL").to_pylist()
    assert [(row["category"], row["taxa"]) for row in kept] == [("EN", 1), ("LC", 1)]
    text = str(section(evidence("NPL"), Voice()))
    assert "the index went from 1.000 to 0.700" in text
    assert "1 of 2 taxa assessed are threatened" in text


def test_index_by_a_column_of_shares_is_kept_with_the_categories_of_its_taxa_alone(tmp_path):
    """By hand: of four taxa two have a share, both of them threatened in 2010; none and 0 are no share."""
    taxa = {"a": ("LC", "EN", "0.5"), "b": ("VU", "VU", "0.5"), "c": ("LC", "CR", ""), "d": ("LC", "LC", "0")}
    lines = [f"{t},{y},{c[i]},{c[2]}" for t, c in taxa.items() for i, y in enumerate((2000, 2010))]
    (tmp_path / "h.csv").write_text("taxon,year,category,share\n" + "\n".join(lines) + "\n", encoding="utf-8")
    asked = ["species", "index", str(tmp_path / "h.csv"), "--weights", "share", "--keep", "NPL", "--quiet"]
    assert biosetu([*asked, "--out", str(tmp_path / "o.csv")]) == 0
    assert set(species_party.index("NPL").column("taxa").to_pylist()) == {2}
    kept = species_party.categories("NPL").to_pylist()
    assert [(row["category"], row["taxa"]) for row in kept if row["taxa"]] == [("EN", 1), ("VU", 1)]
    assert "2 of 2 taxa assessed are threatened" in str(section(evidence("NPL"), Voice()))


@pytest.mark.parametrize(
    "asked",
    [
        ["--only", "use=food"],
        ["--genuine", "g.csv", "--driver", "9"],
        ["--genuine", "g.csv", "--indicator", "6.CY.1"],
    ],
    ids=" ".join,
)
def test_index_over_some_taxa_or_of_a_driver_is_not_kept_as_that_of_all(tmp_path, monkeypatch, capsys, asked):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "h.csv").write_text("taxon,year,category,use\na,2000,LC,food\na,2010,EN,food\n", encoding="utf-8")
    (tmp_path / "g.csv").write_text("taxon,year,from,to,driver\na,2010,LC,EN,8.1;9.1\n", encoding="utf-8")
    index = ["species", "index", "h.csv", *asked, "--quiet", "--out", "o.csv"]
    assert biosetu([*index, "--keep", "LKA"]) == 2
    assert "counts all taxa" in capsys.readouterr().err
    assert species_party.index("LKA") is None
    assert biosetu(index) == 0


@pytest.fixture
def realms(tmp_path):
    """By hand: Birds fall from 0.8 to 0.5, Bees stay at 1: their mean from 0.9 to 0.75. Realm y has 1 and 0.4 alone."""
    taxa = {"a": ("LC", "EN", "Birds", "x;y"), "b": ("VU", "VU", "Birds", "x"), "c": ("LC", "LC", "Bees", "x")}
    lines = [f"{t},{y},{c[i]},{c[2]},{c[3]}" for t, c in taxa.items() for i, y in enumerate((2000, 2010))]
    (tmp_path / "h.csv").write_text("taxon,year,category,class,realm\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return ["species", "index", str(tmp_path / "h.csv"), "--aggregate", "--quiet", "--out", str(tmp_path / "o.csv")]


def test_mean_over_realms_is_not_told_as_the_index_of_all_species(realms):
    assert biosetu([*realms, "--by", "realm", "--keep", "BTN"]) == 0
    text = str(section(evidence("BTN"), Voice()))
    assert "Red List Index of species, 2010" not in text
    assert "the index went from" not in text
    assert "Red List Index by group" in text


def test_mean_over_taxonomic_groups_is_the_whole_also_beside_other_cuts(realms, tmp_path):
    alone, beside, first = (tmp_path / f"{name}.svg" for name in ("alone", "beside", "first"))
    assert biosetu([*realms, "--by", "realm", "--by", "class", "--keep", "BTN", "--plot", str(beside)]) == 0
    assert "the index went from 0.900 to 0.750" in str(section(evidence("BTN"), Voice()))
    assert biosetu([*realms, "--by", "class", "--plot", str(alone)]) == 0
    assert drawn(beside) == drawn(alone)
    assert biosetu([*realms, "--by", "realm", "--plot", str(first)]) == 0
    assert "Red List Index: x" in first.read_text(encoding="utf-8")


def drawn(path):
    """Points of the line of a chart."""
    (line,) = re.findall(r'<path[^>]* d="(M[^"Z]*)"', path.read_text(encoding="utf-8"))
    return re.findall(r"[ML]([\d.]+) ([\d.]+)", line)


def test_chart_of_many_parties_is_the_line_of_the_one_alone(shared, tmp_path):
    """By hand: NPL falls from 1 to 0.7; AFG stays at 0.6, and is in no line with it."""
    plots = {party: tmp_path / f"{party}.svg" for party in ("NPL", "AFG")}
    for party, path in plots.items():
        assert biosetu([*shared, "--keep", party, "--plot", str(path), "--out", str(tmp_path / "o.csv")]) == 0
    (before, after), (same, still) = drawn(plots["NPL"]), drawn(plots["AFG"])
    assert float(before[1]) < float(after[1])
    assert same[1] == still[1]


def test_chart_of_many_parties_and_none_named_is_refused(shared, tmp_path, capsys):
    plot = tmp_path / "p.svg"
    assert biosetu([*shared, "--plot", str(plot), "--out", str(tmp_path / "o.csv")]) == 2
    assert "several Parties" in capsys.readouterr().err
    assert not plot.exists()
    (tmp_path / "s.csv").write_text("party,taxon,share\nNPL,a,1\n", encoding="utf-8")
    assert biosetu([*shared, "--plot", str(plot), "--out", str(tmp_path / "o.csv")]) == 0
    assert len(drawn(plot)) == 2


def test_index_without_the_party_is_not_kept_for_it(shared, tmp_path, capsys):
    assert biosetu([*shared, "--keep", "BTN", "--out", str(tmp_path / "o.csv")]) == 1
    assert "there is no index of BTN" in capsys.readouterr().err
    assert species_party.index("BTN") is None
    assert not (tmp_path / "o.csv").exists()


def test_taxa_in_several_cuts_are_counted_once(tmp_path):
    lines = [f"t{i},{year},{'EN' if i < 3 else 'LC'},{'ab'[i % 2]},x;y" for i in range(10) for year in (2000, 2010)]
    (tmp_path / "h.csv").write_text("taxon,year,category,class,realm\n" + "\n".join(lines) + "\n", encoding="utf-8")
    asked = ["species", "index", str(tmp_path / "h.csv"), "--by", "class", "--by", "realm", "--keep", "BTN", "--quiet"]
    assert biosetu([*asked, "--out", str(tmp_path / "o.csv")]) == 0
    assert "3 of 10 taxa assessed are threatened" in str(section(evidence("BTN"), Voice()))


def test_unknown_party_or_kind_is_refused():
    with pytest.raises(UsageError):
        species_party.keep("ZZZ", "index", pa.table({"a": [1]}), citation="x")
    with pytest.raises(UsageError, match="no result"):
        species_party.keep("BTN", "guess", pa.table({"a": [1]}), citation="x")


def test_dossier_of_setuland_holds_the_section_in_both_languages():
    for language, title in (("en", "Taxa by category"), ("ar", "الأصناف حسب الفئة")):
        assert title in str(render(dossier(evidence("XXA"), Voice(language))))


def test_every_text_of_the_section_is_in_the_arabic_catalogue():
    import ast
    import inspect

    from biosetu.reports.sections import species

    calls = [n for n in ast.walk(ast.parse(inspect.getsource(species))) if isinstance(n, ast.Call) and n.args]
    texts = [
        c.args[0].value
        for c in calls
        if getattr(c.func, "id", "") in ("_", "N_") and isinstance(c.args[0], ast.Constant)
    ]
    assert len(texts) > 25
    missing = [text for text in texts if translations("ar").gettext(text) == text]
    assert missing == []


def test_setuland_names_are_invented_and_its_index_falls():
    table = setuland.table("index")
    whole = table.filter(pc.equal(table.column("group"), "aggregate")).column("value").to_pylist()
    assert whole[1] < whole[0]
    assert table.schema.metadata[b"biosetu.licence"] == b"CC0 1.0"
