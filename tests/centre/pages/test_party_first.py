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

    def __init__(self) -> None:
        super().__init__()
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
        at = text.find(PUBLISHED)
        if at >= 0:
            row = next((texts for tag, texts in reversed(self.open) if tag in BLOCKS), [])
            self.before.append(" ".join([*row, text[:at]]))
        for _, texts in self.open:
            texts.append(text)


def before_each(content, kind):
    """What stands before each published figure of a page: in its block, or in its row of a table or list."""
    text = content.decode()
    if "html" in kind:
        blocks = Blocks()
        blocks.feed(text)
        return blocks.before
    if "json" in kind:
        items = [item for item in text.split("},{") if PUBLISHED in item]
        return [item[item.index("party_answer") :] for item in items]
    rows = list(csv.DictReader(io.StringIO(text)))
    return [row["party_answer"] + row.get("party_reason", "") for row in rows if row["value"] == PUBLISHED]


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
