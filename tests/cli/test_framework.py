"""`biosetu framework`."""

import json

import pytest

from biosetu.cli.framework import HIDDEN, SECTIONS, _fields
from biosetu.cli.main import run
from biosetu.framework import describe, entries
from biosetu.translation import translations


def test_show_prints_a_target(capsys):
    assert run(["framework", "show", "3"]) == 0
    shown = capsys.readouterr().out
    assert "GBF-TARGET-03" in shown
    assert "3.E01" in shown


def test_show_prints_json(capsys):
    assert run(["framework", "show", "A.3", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["computed_by"] == "species.red_list_index"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("A.CT.9", ["Unconfirmed: our own reading", "The custodian is not known to us", "2026-11-23"]),
        ("15.1", ["The guidance names no custodian yet"]),
        ("4.CY.1", ["After the publication named", "Mair et al. 2021"]),
        ("2.CT.1", ["As the SDG indicator named", "Unconfirmed: from general knowledge", "UNCCD"]),
    ],
)
def test_show_says_how_sure_a_method_and_its_custodian_are(capsys, monkeypatch, code, words):
    monkeypatch.setenv("COLUMNS", "300")
    assert run(["framework", "show", code]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert [word for word in words if word not in shown] == []


def test_show_as_json_holds_the_state_and_never_a_guessed_custodian(capsys):
    run(["framework", "show", "A.CT.9", "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert (shown["method_state"], shown["custodians_state"], shown["custodians"]) == ("unconfirmed", "unknown", [])
    assert [(state["field"], state["checked"]) for state in shown["states"]] == [
        ("method", "2026-11-23"),
        ("custodian", "2026-11-23"),
    ]


def test_show_writes_a_file_and_prints_nothing_else(capsys, tmp_path):
    assert run(["framework", "show", "NPL", "--out", str(tmp_path / "npl.json")]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads((tmp_path / "npl.json").read_text(encoding="utf-8"))["iso3"] == "NPL"


def test_show_in_arabic_prints_arabic_names(capsys):
    assert run(["framework", "show", "JOR", "--lang", "ar"]) == 0
    assert "الأردن" in capsys.readouterr().out


def test_show_says_what_else_has_the_code(capsys):
    assert run(["framework", "show", "1.1"]) == 0
    assert "threat:1.1" in capsys.readouterr().err


@pytest.mark.parametrize("code", ["A.99", "Atlantis", "threat:99"])
def test_show_of_an_unknown_code_exits_with_two(capsys, code):
    assert run(["framework", "show", code]) == 2
    assert "There is no" in capsys.readouterr().err


def test_show_of_an_unknown_code_names_near_ones(capsys):
    assert run(["framework", "show", "Nepol"]) == 2
    assert "party:NPL" in capsys.readouterr().err


def test_search_takes_several_words(capsys):
    assert run(["framework", "search", "red", "list", "index", "--most", "1"]) == 0
    assert "A.3" in capsys.readouterr().out


def test_search_keeps_to_a_list(tmp_path):
    out = tmp_path / "found.json"
    assert run(["framework", "search", "forest", "--in", "habitat", "--out", str(out)]) == 0
    assert {row["kind"] for row in json.loads(out.read_text(encoding="utf-8"))} == {"habitat"}


def test_list_prints_codes(capsys):
    assert run(["framework", "list", "goal"]) == 0
    assert "Biodiversity is conserved" in capsys.readouterr().out


def test_list_of_an_unknown_kind_exits_with_two(capsys):
    assert run(["framework", "list", "nothing"]) == 2
    assert "functional-group" in capsys.readouterr().err


def test_every_label_has_arabic():
    labels = set()
    for entry in entries():
        labels.update(name for name, _ in _fields(describe(entry), "en"))
    labels.update(column for _, columns in SECTIONS.values() for column in columns)
    words = {label.replace("_", " ") for label in labels - set(SECTIONS) - HIDDEN}
    words.update(title for title, _ in SECTIONS.values())
    catalogue = translations("ar")
    assert {word for word in words if catalogue.gettext(word) == word} == set()


def test_show_in_arabic_has_arabic_labels(capsys):
    assert run(["framework", "show", "3", "--lang", "ar"]) == 0
    shown = capsys.readouterr().out
    assert "العناصر" in shown
    assert "المناطق المحمية" in shown


def test_search_without_result_says_so(capsys):
    assert run(["framework", "search", "zzzzzz"]) == 0
    assert capsys.readouterr().err == "Nothing found.\n"
