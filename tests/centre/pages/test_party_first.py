"""A replaced or disputed figure shows the Party's first on every page that shows it: one table of pages, one walk."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from django.urls import URLPattern, get_resolver
from tests.centre.helpdesk.conftest import account
from tests.observations.answered import give
from tests.observations.rows import row, table

from biosetu.centre.accounts.models import Role
from biosetu.centre.evidence.store import DatabaseStore

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PUBLISHED, OWN, REASON = "0.8137", "0.7193", "Two species are not native"
BLOCKS = frozenset({"tr", "li", "p", "figure", "svg", "dl", "fieldset"})
VOID = frozenset({"meta", "link", "br", "img", "input", "hr", "wbr"})
# the pages of the centre on which a figure published on a Party may stand, by name; where it stands only on request
# of one indicator, the query too
PLACES = {
    "party": "/parties/NPL/",
    "party_dossier": "/parties/NPL/dossier.html",
    "party_figures": "/parties/NPL/figures.csv",
    "indicator": "/indicators/A.3/",
    "indicator_figures": "/indicators/A.3/figures.csv",
    "promises_measured": "/parties/NPL/promises/measured/",
    "promises_measured_csv": "/parties/NPL/promises/measured.csv",
    "changes": "/parties/NPL/changes/",
    "validation": "/parties/NPL/validation/?indicator=A.3&page=2",
    "peers of a Party": "/parties/BTN/",
    "what would help a Party": "/requests/for/BTN/",
    "observations of the API": "/api/v1/observations?party=NPL&indicator=A.3",
}
ON_REQUEST = {"validation", "peers of a Party", "what would help a Party", "observations of the API"}
MARKS = {
    "replace": re.compile(r"0\.7193|replace"),
    "dispute": re.compile(r"(?i)disput|Two species are not native|Nepal †"),
}
ARGUMENT = {"parties": "NPL", "indicators": "A.3", "targets": "4", "centres": "iucn-asia", "requests": "NPL"}


class Blocks(HTMLParser):
    """The texts of a page up to each published figure, within the innermost row, item, paragraph or picture."""

    def __init__(self, published: str = PUBLISHED) -> None:
        super().__init__()
        self.published = published
        self.open: list[tuple[str, list[str]]] = []
        self.before: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, []))
        for name, value in attrs:
            if name in ("title", "aria-label"):
                self._add(value or "")

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if any(tag in ("script", "style") for tag, _ in self.open):
            return
        self._add(data)

    def _add(self, text):
        at = text.find(self.published)
        if at >= 0:
            row = next((texts for tag, texts in reversed(self.open) if tag in BLOCKS), [])
            self.before.append(" ".join([*row, text[:at]]))
        for _, texts in self.open:
            texts.append(text)


def before_each(content, kind, published=PUBLISHED):
    """What stands before each published figure of a page: in its block, or in its row of a table or list."""
    text = content.decode()
    if "html" in kind:
        blocks = Blocks(published)
        blocks.feed(text)
        return blocks.before
    if "json" in kind:
        items = [item for item in text.split("},{") if published in item]
        return [item[item.index("party_answer") :] for item in items]
    rows = list(csv.DictReader(io.StringIO(text)))
    return [
        row["party_answer"] + row.get("party_reason", "")
        for row in rows
        if published in (row["value"], row["value_text"])
    ]


@pytest.fixture
def person(db):
    made = account("officer", "officer", centre="iucn-asia")
    Role.objects.create(account=made, role="officer", party="NPL", office="Ministry")
    Role.objects.create(account=made, role="manager", centre="iucn-asia", office="Centre")
    return made


def answered(choice):
    store = DatabaseStore()
    store.append(table(row(year=2025, value=float(PUBLISHED), resolution=0.0001, vintage="2025-09")))
    own = {"own_value": OWN, "own_source": "Red List of Nepal"} if choice == "replace" else {}
    give("NPL", "A.3", 2025, "2025-09", store, answer=choice, reason=REASON, **own)


@pytest.mark.parametrize("choice", ["replace", "dispute"])
@pytest.mark.parametrize("place", PLACES)
def test_the_party_s_answer_stands_before_the_published_figure(client, person, place, choice):
    answered(choice)
    client.force_login(person)
    page = client.get(PLACES[place])
    assert page.status_code == 200
    before = before_each(page.content, page["content-type"])
    assert [text[-300:] for text in before if not MARKS[choice].search(text)] == []
    if place not in ON_REQUEST:
        assert before


# a figure that is not a number of a whole: how it is published, the Party's own, and the pages of it
CATEGORY, PART = "context:ER_BDY_ABT2NP", "8.CT.1"
OTHERS = {
    "category": (
        {
            "indicator": CATEGORY,
            "series": "ER_BDY_ABT2NP",
            "unit": "category",
            "value": None,
            "value_text": "zonal rank",
        },
        "zonal rank",
        "on track to exceed the target",
    ),
    "part": (
        {"indicator": PART, "series": "X", "disaggregation_type": "realm", "disaggregation": "marine"}
        | {"value": float(PUBLISHED), "resolution": 0.0001},
        PUBLISHED,
        OWN,
    ),
}
OF_ONE = (
    "/parties/NPL/",
    "/parties/NPL/dossier.html",
    "/parties/NPL/figures.csv",
    "/indicators/{code}/",
    "/ar/indicators/{code}/",
    "/indicators/{code}/figures.csv",
)
OF_OTHERS = re.compile(r"(?i)0\.7193|replace|exceed the target|disput|Two species|يعترض عليه|تجاوز")


@pytest.mark.parametrize("choice", ["replace", "dispute"])
@pytest.mark.parametrize("kind", OTHERS)
def test_the_party_s_answer_stands_before_a_published_category_and_part(client, person, kind, choice):
    figure, published, own = OTHERS[kind]
    as_sent = {"category": "", "part": PUBLISHED}
    store = DatabaseStore()
    store.append(table(row(year=2025, vintage="2025-09", **figure)))
    given = {"own_value": own, "own_source": "Seventh report"} if choice == "replace" else {}
    give("NPL", figure["indicator"], 2025, "2025-09", store, answer=choice, reason=REASON, value=as_sent[kind], **given)
    client.force_login(person)
    for place in OF_ONE:
        page = client.get(place.format(code=figure["indicator"]))
        assert page.status_code == 200, place
        before = before_each(page.content, page["content-type"], published)
        assert [(place, text[-300:]) for text in before if not OF_OTHERS.search(text)] == []
        assert before or not place.endswith("{code}/"), place


CELLS = {
    ("dispute", "en"): "disputed by the Party; published: yes",
    ("dispute", "ar"): "يعترض عليه الطرف؛ المنشور: نعم",
    ("replace", "en"): "published: yes (release 2020-10)",
    ("replace", "ar"): "المنشور: نعم",
}


@pytest.mark.parametrize("choice", ["replace", "dispute"])
def test_yes_or_no_of_a_party_stands_beside_the_published_one_in_words(client, choice):
    given = {"own_value": "0", "own_source": "Law of 2021"} if choice == "replace" else {}
    give("JOR", "context:ER_IAS_LEGIS", 2016, "2020-10", DatabaseStore(), answer=choice, reason=REASON, **given)
    for language, address in (("en", ""), ("ar", "/ar")):
        page = client.get(f"{address}/indicators/context:ER_IAS_LEGIS/").content.decode()
        (line,) = re.findall(r"<tr>(?:(?!</tr>).)*/parties/JOR/.*?</tr>", page, re.DOTALL)
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>|[\u2066-\u2069]", " ", line)).replace(" )", ")")
        assert CELLS[choice, language] in words, words


def walked(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield pattern.name, route
        else:
            yield from walked(pattern.url_patterns, route)


def addresses():
    """Every address that takes no argument, or a Party, an indicator, a target or a centre."""
    for name, route in walked(get_resolver().url_patterns):
        asked = re.findall(r"<(\w+:)?(\w+)>", route)
        first = route.removeprefix("^").partition("/")[0]
        if name and "account" not in route and len(asked) <= 1 and (not asked or first in ARGUMENT):
            yield name, "/" + re.sub(r"<[^>]+>", ARGUMENT.get(first, ""), route)


def test_no_other_page_shows_a_published_figure(client, person):
    answered("dispute")
    client.force_login(person)
    shown = set()
    for name, address in addresses():
        page = client.get(address)
        if page.status_code == 200 and not page.streaming and PUBLISHED.encode() in page.content:
            shown.add(name)
    assert shown == set(PLACES) - ON_REQUEST
