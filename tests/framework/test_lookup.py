"""From a code or a name to a Party or a centre."""

import pytest

from biosetu.framework import centres, find_centre, find_party, parties
from biosetu.problems import UsageError


@pytest.mark.parametrize(
    "text",
    ["NPL", "npl", "np", "524", "Nepal", " nepal ", "Népal", "نيبال", "Непал", "尼泊尔"],
)
def test_party_is_found_by_code_and_any_name(text):
    assert find_party(text).iso3 == "NPL"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Iran", "IRN"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("الاردن", "JOR"),
        ("الأُرْدُن", "JOR"),
        ("Cote d'Ivoire", "CIV"),
        ("eu", "EUR"),
        ("الاتحاد الأوروبي", "EUR"),
        ("Setuland", "XXA"),
        ("turkiye", "TUR"),
        ("State of Palestine", "PSE"),
    ],
)
def test_party_is_found_by_folded_names(text, code):
    assert find_party(text).iso3 == code


def test_every_party_is_found_by_each_of_its_codes():
    for party in parties().values():
        for key in filter(None, (party.iso3, party.iso2, party.m49, party.name_en, party.name_ar)):
            assert find_party(key) is party


@pytest.mark.parametrize("text", ["", "   ", "USA", "ZZZ", "Atlantis", "'; drop table"])
def test_unknown_party_is_refused(text):
    with pytest.raises(UsageError, match="There is no Party"):
        find_party(text)


def test_unknown_party_comes_with_near_ones():
    with pytest.raises(UsageError, match=r"Did you mean NPL"):
        find_party("Nepall")


def test_centre_is_found_by_id_and_alias():
    assert find_centre("iucn-west-asia") is centres()["iucn-west-asia"]
    assert find_centre("IUCN-ROWA") is centres()["iucn-west-asia"]


def test_unknown_centre_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="iucn-asia"):
        find_centre("nowhere")
