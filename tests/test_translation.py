"""The catalogue: every marked text has Arabic, plural forms included, and the same placeholders."""

from __future__ import annotations

import gettext
import importlib.util
import re
from datetime import date
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest

from biosetu import translation
from biosetu.translation import Voice

SCRIPT = Path(__file__).parents[1] / "scripts" / "translations.py"
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]")
ARABIC_FORMS = 6


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations_script", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return _script()


def test_every_marked_text_has_arabic(script: ModuleType) -> None:
    """Of the rooms that have a part in Arabic, and of all that reports print."""
    begun = {path.stem for path in translation.parts("ar")} | {"statistics", "alignment"}
    lacking = ((script.room(message), message.id) for message in script.missing("ar"))
    assert sorted(f"{room}: {text}" for room, text in lacking if room in begun) == []


def test_arabic_entries_hold_the_placeholders_of_their_text(script: ModuleType) -> None:
    wrong = []
    for message in script.translated("ar"):
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[1]
        forms = [message.string] if isinstance(message.string, str) else message.string
        wanted = set(PLACEHOLDER.findall(source))
        # a plural form for none, one or two may say the number, and what goes with it, in words
        spare = len(wanted) if len(forms) > 1 else 0
        for form in forms:
            found = set(PLACEHOLDER.findall(form))
            if not found <= wanted or len(wanted - found) > spare:
                wrong.append(form)
    assert wrong == []


def test_arabic_plurals_have_all_six_forms(script: ModuleType) -> None:
    short = [m.id for m in script.translated("ar") if m.pluralizable and sum(map(bool, m.string)) != ARABIC_FORMS]
    assert short == []


def test_arabic_entries_are_written_in_arabic(script: ModuleType) -> None:
    forms = (
        s for m in script.translated("ar") if m.id for s in ([m.string] if isinstance(m.string, str) else m.string)
    )
    latin_only = [form for form in forms if not re.search(r"[\u0600-\u06ff]", form) and re.search(r"[A-Za-z]{4}", form)]
    assert latin_only == []


def test_compiled_catalogue_says_the_same_as_the_parts() -> None:
    compiled = gettext.GNUTranslations(BytesIO(translation.compile_parts("ar")))
    assert compiled.gettext("Sources") == translation.translations("ar").gettext("Sources") == "المصادر"


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "طرف واحد."), (2, "طرفان."), (7, "{count} أطراف."), (13, "{count} طرفاً."), (100, "{count} طرف.")],
)
def test_arabic_plural_follows_the_number(count: int, said: str) -> None:
    assert Voice("ar").ngettext("{count} Party.", "{count} Parties.", count) == said


def test_text_without_translation_stays_english() -> None:
    assert Voice("ar").gettext("A text that nobody marked") == "A text that nobody marked"
    assert Voice("ar").gettext("") == ""


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "said"),
    [(1234.5, 1, False, "1,234.5"), (-0.0004, 2, True, "0.00"), (0.5, 1, True, "+0.5"), (None, 0, False, "–")],
)
def test_number_in_english(value: float | None, decimals: int, signed: bool, said: str) -> None:
    assert Voice().number(value, decimals, signed=signed) == said


def test_number_missing_as_nan_is_a_dash() -> None:
    assert Voice().number(float("nan")) == "–"


def test_signed_number_in_arabic_keeps_its_sign_in_front() -> None:
    assert Voice("ar").number(-1.5, 1) == "\u2066−1.5\u2069"


def test_dates_and_lists_in_both_languages() -> None:
    assert Voice().date(date(2029, 6, 30)) == "30 June 2029"
    assert Voice("ar").date(date(2029, 6, 30)) == "30 يونيو 2029"
    assert Voice().join(["A", "B"]) == "A and B"
    assert Voice().join([]) == ""


def test_direction_by_language() -> None:
    assert (Voice("ar").direction, Voice("en").direction, translation.direction("ar-JO")) == ("rtl", "ltr", "rtl")
