"""How a name is told in texts: any script, case, form and blanks; joined words and endings; not a longer name."""

import pytest

from biosetu.centre.unnaming import ERASED, Person, addresses_in, same_name, unnamed


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Maya Gurung", "Maya  Gurung, MAYA\nGURUNG and Gurung, Maya", "[…], […] and […]"),
        ("Maya Gurung", "Maya_Gurung.pdf, Maya\u00a0Gurung's, maya.gurung@x.org", "[…].pdf, […]'s, […]@x.org"),
        ("Maya Gurung", "Mayas Gurungs, Maya Gurungova, Amaya Gurung", "Mayas Gurungs, Maya Gurungova, Amaya Gurung"),
        ("José García", "JOSÉ GARCÍA, Jose\u0301 Garci\u0301a, Jose Garcia", "[…], […], […]"),
        ("Jose\u0301 Garci\u0301a", "José García", "[…]"),
        ("Groß Weiß", "GROSS WEISS", "[…]"),
        ("İpek Işık", "ipek ışık", "[…]"),
        ("Мария Иванова", "МАРИЯ ИВАНОВА", "[…]"),
        ("مايا غورونغ", "ومايا غورونغ قالت", "و[…] قالت"),
        ("مايا غورونغ", "كتبت لمايا غورونغ", "كتبت ل[…]"),
        ("مايا غورونغ", "مَايا غورونغ؛ مايا غورونغيا", "[…]؛ مايا غورونغيا"),
        ("الحسن كريم", "للحسن كريم", "[…]"),
        ("माया गुरुङ", "माया गुरुङले भन्नुभयो", "[…]ले भन्नुभयो"),
        ("王小明", "昨天王小明说", "昨天[…]说"),
        ("Ali", "Ali, Validation", "Ali, Validation"),
        ("", "nobody", "nobody"),
    ],
)  # fmt: skip
def test_a_name_is_told_however_it_is_written(name, text, left):
    assert Person(name).struck(text) == left


def test_addresses_are_told_whole():
    person = Person("Zoë", frozenset({"maya@x.org", "0000-0002-1825-0097"}))
    text = "Maya@X.org. https://orcid.org/0000-0002-1825-0097, a.maya@x.org, maya@x.org.np"
    assert person.struck(text) == "[…]. https://orcid.org/[…], a.maya@x.org, maya@x.org.np"
    assert addresses_in(text) == {"maya@x.org", "0000-0002-1825-0097", "a.maya@x.org", "maya@x.org.np"}


def test_an_organization_named_after_somebody_keeps_its_name():
    person = Person("Maya Gurung")
    values = {"holders": "Maya Gurung Trust; maya  gurung", "what": "Maya Gurung Trust", "n": 3}
    left = unnamed(person, values, {"holders"})
    assert left == {"holders": f"Maya Gurung Trust; {ERASED}", "what": f"{ERASED} Trust", "n": 3}
    assert same_name("maya  GURUNG", "Maya Gurung")
    assert not same_name("", "")


def test_one_word_that_is_known_to_be_a_name_is_told_and_marked_as_asked():
    assert Person("DNPWC", mark="…", surely=True).struck("Ask DNPWC, not XDNPWC") == "Ask …, not XDNPWC"
