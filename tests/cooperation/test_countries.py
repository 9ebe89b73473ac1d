"""Countries and areas: the Parties and all others of ISO 3166-1, each named in both languages."""

from biosetu.cooperation.countries import countries, subregion_of
from biosetu.cooperation.naming import party_named
from biosetu.framework import parties
from biosetu.translation import Voice


def test_every_country_is_there_once_and_has_a_name_in_both_languages():
    others = countries().keys() - parties().keys()
    assert {"USA", "VAT", "TWN", "HKG", "GRL"} <= others
    assert len(countries()) == len(parties()) + 54
    assert len({one.iso2 for one in countries().values()}) == len(countries())
    for language in ("en", "ar"):
        assert [code for code in countries() if party_named(code, Voice(language)) == code] == []


def test_the_subregion_of_a_country_is_that_of_the_united_nations():
    assert [subregion_of(code) for code in ("NPL", "USA", "ATA", "QQQ")] == [
        "Southern Asia", "Northern America", "", "",
    ]  # fmt: skip
