"""Messages with parts in them: English as text, whole in every other language, wherever they travel."""

from __future__ import annotations

import ast
import copy
import importlib.util
import json
import pickle
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biosetu import translation
from biosetu.cli import main
from biosetu.problems import DataError, Problem, Severity, UsageError
from biosetu.translation import Said, Voice, in_words, said_again, say, together, translations

ROOT = Path(__file__).parents[1]
ARABIC = translations("ar").gettext
LATE = say("Keep it under {rows:,} rows", rows=250_000)
LATE_IN_ARABIC = "اجعله أقل من 250,000 صف"


def test_said_is_its_english_text() -> None:
    assert LATE == "Keep it under 250,000 rows"
    assert f"{LATE}" == str(LATE) == "Keep it under 250,000 rows"


@pytest.mark.parametrize("gettext", [ARABIC, Voice("ar").gettext, lambda text: in_words(text, ARABIC)])
def test_said_is_said_by_every_gettext(gettext: translation.Gettext) -> None:
    assert gettext(LATE) == LATE_IN_ARABIC
    assert Voice("en").gettext(LATE) == "Keep it under 250,000 rows"


def test_words_from_outside_stay_apart_in_arabic_and_are_never_a_message() -> None:
    strange = say("There is no file {file}.", file="{file} of %(x)s \N{DIGIT ONE}")
    assert strange == "There is no file {file} of %(x)s 1."
    assert ARABIC(strange) == "لا يوجد ملف \u2068{file} of %(x)s 1\u2069."


def test_marked_words_and_sentences_among_the_values_are_said_too() -> None:
    known = say("{code}: {trouble}. Nothing of it is taken; try again later.", code="A", trouble=say("is no number"))
    assert ARABIC(known).startswith("\u2068A\u2069: ليس عدداً. ")
    assert ARABIC(say("Use {names}", names=("is no number", "X"))) == "استعمل ليس عدداً، X"
    assert known == "A: is no number. Nothing of it is taken; try again later."


def test_several_sentences_are_one_text() -> None:
    both = together((say("There is no Party '{code}'.", code="XXX"), say(""), say("Did you mean {near}?", near="X")))
    assert both == "There is no Party 'XXX'. Did you mean X?"
    assert ARABIC(both) == "لا يوجد طرف «\u2068XXX\u2069». هل قصدت \u2068X\u2069؟"


@pytest.mark.parametrize(
    "travelled",
    [
        lambda text: pickle.loads(pickle.dumps(text)),
        copy.deepcopy,
        lambda text: said_again(json.loads(json.dumps(text.kept()))),
        lambda text: pickle.loads(pickle.dumps(UsageError(text))).args[0],
        lambda text: pickle.loads(pickle.dumps(DataError(Problem(text, "")))).problems[0].message,
        lambda text: Problem.from_dict(json.loads(json.dumps(Problem("x", text).as_dict()))).remedy,
        lambda text: Problem.from_dict(json.loads(json.dumps(Problem(text, "").as_dict("message", "remedy")))).message,
        lambda text: str(ValueError(text)),
    ],
)
@pytest.mark.parametrize("text", [LATE, together((LATE, say("It has {count}.", count=say("{a}", a=("x", "y")))))])
def test_said_stays_whole_on_its_way(travelled, text: Said) -> None:
    arrived = travelled(text)
    assert arrived == text
    assert ARABIC(arrived) == ARABIC(text)
    assert LATE_IN_ARABIC in ARABIC(arrived)


@given(st.dictionaries(st.sampled_from("abc"), st.one_of(st.text(), st.integers(), st.floats(allow_nan=False))))
def test_any_values_come_back_from_json(values: dict[str, str | int | float]) -> None:
    text = say("|".join(f"{{{name}}}" for name in values), **values)
    again = said_again(json.loads(json.dumps(text.kept())))
    assert (again, again.pieces) == (text, text.pieces)


def test_names_in_a_problem_are_changed_in_its_parts_too() -> None:
    problem = Problem(say("there is no column {wanted}", wanted="/tmp/a"), "Name it", file="/tmp/a", row=3)
    kept = problem.changed(lambda text: text.replace("/tmp/a", "mine.csv"))
    assert (kept.message, kept.file, kept.row) == ("there is no column mine.csv", "mine.csv", 3)
    assert ARABIC(kept.message) == "لا يوجد عمود \u2068mine.csv\u2069"


def test_problem_is_one_line_in_both_languages() -> None:
    problem = Problem(
        say("has no band {band}", band=4), say("It has {count}.", count=3), file="a.tif", row=2, value="4"
    )
    assert str(problem) == "a.tif, row 2: has no band 4 ('4'). It has 3."
    assert problem.in_words(ARABIC) == "a.tif، الصف 2: ليس فيه النطاق 4 ('4'). فيه 3."
    assert DataError([problem] * 25).in_words(ARABIC).splitlines()[-1] == "… و5 غيرها"


def test_problem_of_before_is_read_as_it_was_kept() -> None:
    kept = {"message": "the file is too large", "remedy": "Send a smaller one", "code": "x", "severity": "warning"}
    assert Problem.from_dict(kept) == Problem(**kept | {"severity": Severity.WARNING})


@pytest.mark.parametrize("words", [["--lang", "ar"], ["--lang=ar"]])
def test_command_says_what_is_wrong_in_the_language_asked_for(words, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path))
    assert main.run(["gaps", "NPX", *words]) == main.USAGE
    assert capsys.readouterr().err.startswith("لا يوجد طرف «\u2068NPX\u2069».")
    assert main.run(["gaps", "NPX"]) == main.USAGE
    assert capsys.readouterr().err.startswith("There is no Party 'NPX'.")


# what a text of a problem may not be: it would stay English on every page
BUILT = (ast.JoinedStr, ast.BinOp)
# texts of others, handed on: Django's of a refused name; the lines of other problems
HANDED_ON = {"' '.join(error.messages)", "'\\n'.join((str(fault) for fault in faults))"}


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations_script", ROOT / "scripts" / "translations.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _built(text: ast.expr) -> bool:
    formed = isinstance(text, ast.Call) and getattr(text.func, "attr", "") in {"format", "join"}
    return (isinstance(text, BUILT) or formed) and ast.unparse(text) not in HANDED_ON


def _wrong(source: str) -> list[str]:
    return [ast.unparse(text) for text in _script().problem_texts(ast.parse(source)) if _built(text)]


def test_no_text_of_a_problem_is_built_where_gettext_cannot_find_it() -> None:
    script = _script()
    wrong = [
        f"{path.relative_to(script.SOURCE)}:{text.lineno}: {ast.unparse(text)}"
        for path in sorted(script.SOURCE.rglob("*.py"))
        for text in script.problem_texts(ast.parse(path.read_text(encoding="utf-8")))
        if _built(text)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "source",
    [
        'def f(n):\n    raise UsageError(f"no {n}")',
        'def f(n):\n    return Problem("a", f"Use {n}", "code")',
        'def f(n):\n    return Problem("a", remedy="Use " + n)',
        'def f(n):\n    message = "no {}".format(n)\n    return Problem(message, "b")',
        'def f(n):\n    told, how = "a", "; ".join(n) if n else "b"\n    raise DataError(Problem(told, how))',
        'def f(n):\n    raise DataError(_p("a", f"Use {n}"))\n\ndef _p(what, how):\n    return Problem(what, how, "x")',
        'class A:\n    def p(self, how):\n        g(Problem("a", how))\n    def q(self, n):\n        self.p(f"no {n}")',
    ],
)
def test_every_way_to_build_a_text_is_seen(source: str) -> None:
    assert len(_wrong(source)) == 1
