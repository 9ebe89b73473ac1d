"""For every page that takes a file: who may send one, where to, what goes with it, and a sound file of each type.

`DOORS` names a function for each address; it signs the person in and returns what to send. A page that takes files
and is not named here fails `test_receiving`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import docx
import geopandas as gpd
import openpyxl
from django.test import Client
from django.urls import reverse
from tests.centre.ecosystems.conftest import write_map
from tests.centre.exchange.test_sheets import PROVIDER
from tests.centre.helpdesk.conftest import ELEVEN, FOUR
from tests.centre.helpdesk.conftest import account as helpdesk_account
from tests.centre.people import account, contributor, national, officer, table_file
from tests.centre.planning.bringing import send, squares
from tests.centre.promises.conftest import TABLE
from tests.centre.reporting.conftest import CYCLE, FORESTS, PARTY, asked, somebody
from tests.centre.reporting.test_checking import workbook

from biosetu.centre.accounts.models import Account
from biosetu.centre.assessor import verbs as assessor
from biosetu.centre.assessor import working as measuring
from biosetu.centre.assessor.models import Measuring
from biosetu.centre.ecosystems import degrading
from biosetu.centre.ecosystems import verbs as ecosystems
from biosetu.centre.ecosystems.models import Degradation
from biosetu.centre.exchange import verbs as exchange
from biosetu.centre.helpdesk import verbs as helpdesk
from biosetu.centre.holdings import verbs as holdings
from biosetu.centre.planning.models import Study
from biosetu.centre.promises.store import DatabasePromises
from biosetu.centre.reporting import verbs as reporting
from biosetu.centre.reporting.links import token_of
from biosetu.jobs.alignment import store_imported
from biosetu.jobs.promise_files import read_promises

RECORDS = b"species,decimalLongitude,decimalLatitude\nAus bus,84.1,28.1\nAus bus,84.5,28.2\nAus bus,84.3,28.6\n"
UNITS = b"ecosystem,unit,area_km2,year,value,collapse\n1,a,10,1970,100,20\n1,a,10,2020,60,20\n"
OPAQUE = {
    ".pdf": b"%PDF-1.7\nhello",
    ".png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff",
    ".jpg": b"\xff\xd8\xff\xe0",
    ".csv": b"spring,flow\nA,3\n",
    ".txt": b"a note\n",
}


def _states(model: Any) -> list[str]:
    """Return how the works of a kind ended, and forget them."""
    states = list(model.objects.values_list("state", flat=True))
    model.objects.all().delete()
    return states


@dataclass(frozen=True)
class Door:
    """What to send where: the address, what goes with the file, sound files by suffix.

    `later` does the work that waits and returns how it ended; `opaque` files are kept as they are and never
    read; work that `goes_on` when somebody resumes it keeps its files.
    """

    address: str
    files: Mapping[str, bytes]
    data: Mapping[str, str] = field(default_factory=dict)
    later: Callable[[], list[str]] | None = None
    opaque: bool = False
    goes_on: bool = False

    def is_clean(self, before: Any, after: Any) -> bool:
        """Return whether nothing is left of a refused file: no record, no file; of one that waited, no file."""
        if self.goes_on:
            return True
        return bool(after == before if self.later is None else after[1] == before[1])


def _signed_in(client: Client, person: Account) -> Account:
    client.force_login(person)
    return person


def _csv(*rows: Mapping[str, str]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def _xlsx(content: bytes) -> bytes:
    """Return a CSV as a workbook."""
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in csv.reader(io.StringIO(content.decode())):
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def _docx(text: str) -> bytes:
    document, stream = docx.Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(stream)
    return stream.getvalue()


def _tables(content: bytes) -> dict[str, bytes]:
    return {".csv": content, ".xlsx": _xlsx(content), ".tsv": content.replace(b",", b"\t")}


def _geopackage(folder: Path) -> bytes:
    path = folder / "squares.gpkg"
    gpd.GeoDataFrame.from_features(json.loads(squares())["features"], crs="EPSG:4326").to_file(path)
    return path.read_bytes()


def observations(client, folder):
    _signed_in(client, contributor())
    return Door(reverse("upload"), _tables(table_file(folder, national()).read_bytes()))


def validation(client, folder):
    _signed_in(client, officer())
    content = b"reference,value,answer,own_value,own_source,reason\n"
    return Door(reverse("validation_return", args=["NPL"]), _tables(content), {"verb": "take"})


def sheet(client, folder):
    _signed_in(client, helpdesk_account("officer", "officer", centre="iucn-asia"))
    return Door(reverse("bring", args=["provider"]), _tables(_csv(PROVIDER)))


def promises(client, folder):
    _signed_in(client, officer())
    files = _tables(TABLE.encode())
    files |= {
        ".docx": _docx("National target 1: restore 30 per cent of wetlands by 2030."),
        ".txt": b"Target 1: restore 30 per cent.",
    }
    files[".json"] = b'{"a": 1}'
    return Door(reverse("promises_import", args=["NPL"]), files)


def decisions(client, folder):
    _signed_in(client, officer())
    (folder / "targets.csv").write_text(TABLE, encoding="utf-8")
    store_imported(read_promises(folder / "targets.csv", "NPL"), DatabasePromises())
    content = client.get(reverse("promises_decisions", args=["NPL"])).content
    return Door(reverse("promises_decisions_return", args=["NPL"]), {".xlsx": content, ".csv": b"target,decision\n"})


def capacity(client, folder):
    _signed_in(client, officer())
    content = client.get(reverse("capacity_sheet", args=["NPL"]), {"code": "A.1"}).content
    return Door(reverse("capacity_return", args=["NPL"]), {".xlsx": content, ".csv": b"indicator,data\nA.1,1\n"})


def _part(client, folder, *, by_link):
    focal = somebody("focal", "focal_point", "Ministry (test)")
    asked(focal, due=date(2026, 12, 31))
    token = token_of(reporting.make_link(party=PARTY, cycle=CYCLE, by=focal, office=FORESTS))
    base = f"/office/{token}/p1/" if by_link else f"/parties/{PARTY}/report/{CYCLE}/parts/p1/"
    _signed_in(client, somebody("forester", "contributor", FORESTS))
    files = {suffix: client.get(f"{base}file{suffix}").content for suffix in (".xlsx", ".docx")}
    return Door(f"{base}return/", files)


def part(client, folder):
    return _part(client, folder, by_link=False)


def linked_part(client, folder):
    return _part(client, folder, by_link=True)


def questions(client, folder):
    _signed_in(client, somebody("focal", "focal_point", "Ministry (test)"))
    to = {"code": PARTY, "cycle": CYCLE}
    files = {
        s: client.get(reverse("report_questions", kwargs={**to, "kind": s[1:]})).content for s in (".xlsx", ".docx")
    }
    return Door(reverse("report_questions_return", kwargs=to), files)


def check(client, folder):
    _signed_in(client, account("somebody"))
    return Door(reverse("report_check"), {".xlsx": workbook(0.82).read()})


def occurrences(client, folder):
    person = _signed_in(client, contributor())
    made = assessor.begin(party="NPL", taxon="Aus bus", actor=person)

    def later():
        for work in Measuring.objects.filter(state="queued"):
            measuring.perform(work.pk)
        return _states(Measuring)

    files = {".csv": RECORDS, ".tsv": RECORDS.replace(b",", b"\t")}
    return Door(reverse("assessment_occurrences", args=[made.pk]), files, later=later)


def problem(client, folder):
    _signed_in(client, contributor())
    files = {".geojson": squares().encode(), ".json": squares().encode(), ".gpkg": _geopackage(folder)}
    return Door(reverse("plan_upload"), {**files, ".zip": b"PK"}, {"party": "NPL", "title": "Terai"})


def layer(client, folder):
    _signed_in(client, contributor())
    send(client)
    files = {".geojson": squares().encode(), ".gpkg": _geopackage(folder), ".tif": write_map(folder, 2000).read_bytes()}
    data = {"what": "features", "column": "status", "share": "30", "values": "classes"}
    return Door(reverse("plan_layer", args=[Study.objects.get().pk]), files, data)


def _study(client):
    person = _signed_in(client, contributor())
    return ecosystems.begin(party="NPL", title="Hills", actor=person)


def study_map(client, folder):
    files = {".tif": write_map(folder, 2000).read_bytes(), ".gpkg": _geopackage(folder)}
    return Door(reverse("study_maps", args=[_study(client).pk]), files, {"year": "2000", "field": "status"})


def variable(client, folder):
    def later():
        for work in Degradation.objects.filter(state="queued"):
            degrading.perform(work.pk)
        return _states(Degradation)

    data = {"criterion": "C1", "variable": "Water", "collapse": "20", "collapse_at": "low"}
    files = {".csv": UNITS, ".xlsx": _xlsx(UNITS)}
    return Door(reverse("study_degradation", args=[_study(client).pk]), files, data, later, goes_on=True)


def _request(*, handed_over=False):
    person = helpdesk_account("asker", "contributor", party="NPL")
    made = helpdesk.open_request(by=person, values={**FOUR, **ELEVEN, "party": "NPL"})
    if handed_over:
        by = helpdesk_account("officer", "officer", centre="iucn-asia")
        helpdesk.act(request=made, verb="submit", by=person)
        helpdesk.act(request=made, verb="hand_over", by=by, reason="The river lies there.")
    return made, person


def attachment(client, folder):
    made, person = _request()
    _signed_in(client, person)
    files = {**OPAQUE, ".xlsx": _xlsx(b"a,b\n1,2\n"), ".docx": _docx("hello")}
    return Door(reverse("request_do", args=[made.reference, "attach"]), files, opaque=True)


def held_file(client, folder):
    person = _signed_in(client, helpdesk_account("holder", "community", party="NPL"))
    values = {"title": "Springs", "party": "NPL", "visible": "public", "method": "Counted"}
    made = holdings.hold(by=person, values=values)
    return Door(reverse("holding_do", args=[made.pk, "attach"]), {**OPAQUE, ".xlsx": _xlsx(b"a,b\n1,2\n")}, opaque=True)


def arrival(client, folder):
    made, _ = _request(handed_over=True)
    by = _signed_in(client, Account.objects.get(username="officer"))
    return Door(reverse("arrivals"), {".json": exchange.hand_over_file(request=made, by=by)})


DOORS: Mapping[str, Callable[..., Door]] = {
    "upload": observations,
    "validation_return": validation,
    "bring": sheet,
    "promises_import": promises,
    "promises_decisions_return": decisions,
    "capacity_return": capacity,
    "report_part_return": part,
    "office_part_return": linked_part,
    "report_questions_return": questions,
    "report_check": check,
    "assessment_occurrences": occurrences,
    "plan_upload": problem,
    "plan_layer": layer,
    "study_maps": study_map,
    "study_degradation": variable,
    "request_do": attachment,
    "holding_do": held_file,
    "arrivals": arrival,
}
