"""Check digits: real identifiers pass, any single wrong character fails."""

import pytest

from biosetu.cooperation.identifiers import orcid, ror

# the example of ORCID's own documentation, and one that ends in X
ORCIDS = ["0000-0002-1825-0097", "0000-0001-5109-3700", "0000-0002-1694-233X"]
# published identifiers: Crossref, DataCite, California Digital Library
RORS = ["02twcfp32", "04wxnsj81", "03yrm5c26"]


@pytest.mark.parametrize("known", ORCIDS)
def test_orcid_known_identifiers_pass_in_both_forms(known):
    assert orcid(known) == known
    assert orcid(f" https://orcid.org/{known} ") == known


@pytest.mark.parametrize("known", ORCIDS)
def test_orcid_any_single_wrong_digit_fails(known):
    for place, character in enumerate(known):
        if character.isdigit():
            wrong = known[:place] + str((int(character) + 1) % 10) + known[place + 1 :]
            assert orcid(wrong) is None


@pytest.mark.parametrize("known", RORS)
def test_ror_known_identifiers_pass_in_both_forms(known):
    assert ror(known) == known
    assert ror(f"https://ror.org/{known.upper()}") == known


@pytest.mark.parametrize("known", RORS)
def test_ror_a_wrong_check_digit_fails(known):
    assert ror(known[:-1] + str((int(known[-1]) + 1) % 10)) is None


@pytest.mark.parametrize("text", ["", "0000-0002-1825", "no", "12twcfp32", "02twcfi32"])
def test_what_is_no_identifier_is_none(text):
    assert orcid(text) is None
    assert ror(text) is None
