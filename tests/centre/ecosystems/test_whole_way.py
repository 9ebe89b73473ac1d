"""From two maps to figures that the Party has validated, through the pages."""

import io
import zipfile

import pytest
from django.urls import reverse
from tests.centre.ecosystems.conftest import GROUPS, NAMES, write_map
from tests.centre.people import contributor, officer

from biosetu.centre.ecosystems import working
from biosetu.centre.ecosystems.models import Measurement, Study, StudyVersion
from biosetu.centre.evidence.models import Figure as FigureHeld
from biosetu.centre.evidence.models import Run
from biosetu.centre.evidence.reviewing import accept
from biosetu.centre.evidence.store import DatabaseStore
from biosetu.centre.evidence.working import perform
from biosetu.engine.grids import read_book
from biosetu.jobs.dossier import dossier_document
from biosetu.jobs.party import party_evidence
from biosetu.observations import KEY, Selection
from biosetu.reports.content import Figure, Table

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def dossier_of(party):
    """The section of ecosystems as the command and the page make it: captions of its tables and figures."""
    sections = {
        section.key: section
        for section in dossier_document(party_evidence(party, store=DatabaseStore()), with_map=False).sections
    }
    blocks = sections["ecosystems"].blocks if "ecosystems" in sections else ()
    return [block.caption for block in blocks if isinstance(block, Figure | Table)]


def test_from_maps_to_validated_figures(client, tmp_path, in_this_process, django_capture_on_commit_callbacks):
    client.force_login(contributor())
    begun = client.post(reverse("studies"), {"title": "Middle hills", "party": "NPL"})
    study = Study.objects.get()
    assert begun.url == reverse("study", args=[study.pk])
    for year in (2000, 2020):
        content = io.BytesIO(write_map(tmp_path, year).read_bytes())
        content.name = f"cover_{year}.tif"
        sent = client.post(reverse("study_maps", args=[study.pk]), {"file": content, "year": year})
        assert sent.status_code == 302
    assert client.post(reverse("study_measure", args=[study.pk]), {"action": "measure"}).status_code == 302
    assert "<progress" in client.get(reverse("study", args=[study.pk])).content.decode()
    working.perform(Measurement.objects.get().pk)
    page = client.get(reverse("study", args=[study.pk])).content.decode()
    assert page.count("data:image/png;base64") == 2
    assert "cover_2020.tif" in page

    classes = client.get(reverse("study_classes", args=[study.pk])).content.decode()
    assert all(f"class {code}" in classes for code in NAMES)
    form = {}
    for row in study.classes.all():
        form |= {f"name-{row.pk}": NAMES[row.code], f"type-{row.pk}": "", f"group-{row.pk}": GROUPS[row.code]}
    client.post(reverse("study_classes", args=[study.pk]), form)
    assert dict(study.classes.values_list("code", "functional_group")) == GROUPS
    assert {row.confirmed_by.username for row in study.classes.all()} == {"contributor"}

    forest = study.classes.get(code="1")
    place = reverse("study_type", args=[study.pk, forest.pk])
    kept = client.post(place, {"action": "keep", "threats": "yes", "collapse": "No tree cover left"})
    assert kept.status_code == 302
    criteria = client.get(reverse("study_criteria", args=[study.pk])).content.decode()
    assert "Tropical dry forest" in criteria
    assert "Cropland" not in criteria
    client.post(reverse("study_criteria", args=[study.pk]), {"base": 0, "guidelines": "2.0", "note": "First"})
    version = StudyVersion.objects.get()
    outcome = {row["ecosystem"]: row for row in version.outcome["2.0"]}
    assert outcome["1"]["category"] == "CR"
    assert set(version.outcome) == {"1.1", "2.0"}

    address = reverse("study_submit", args=[study.pk, 1])
    sent = client.post(address, {"holder": "Forest department", "licence": "CC BY 4.0"})
    run = Run.objects.get()
    assert sent.url == reverse("run", args=[run.pk])
    perform(run.pk)
    assert dossier_of("NPL") == []
    with django_capture_on_commit_callbacks(execute=True):
        accept(run=run, actor=officer())
    figures = FigureHeld.objects.filter(current=True, party="NPL", status="validated")
    area = figures.get(indicator="A.2", series="extent/1", year=2020, disaggregation="")
    natural = sum(row["area_km2"] for row in measured_rows(study) if row["class"] in "12" and row["date"] == 2020)
    assert area.value == pytest.approx(natural, rel=1e-12)
    assert figures.filter(indicator="A.1", series="rlie/1", disaggregation="").count() == 1

    shown = dossier_of("NPL")
    assert {"Ecosystems, 2000", "Ecosystems, 2020", "Extent of ecosystems", "What became what, 2000–2020"} <= set(shown)
    assert "Assessed by the Red List of Ecosystems, guidelines 2.0" in shown
    page = client.get(reverse("party", args=["NPL"])).content.decode()
    assert "Forest department: Middle hills, 1" in page
    assert NAMES["1"] in page
    sheet = client.get(reverse("study_download", args=[study.pk, 1, "A.2-attachment.xlsx"]))
    assert sheet.status_code == 200
    path = tmp_path / "attachment.xlsx"
    path.write_bytes(sheet.content)
    assert [grid.name for grid in read_book(path).grids] == ["A2", "A.2 Category information"]
    word = client.get(reverse("study_download", args=[study.pk, 1, "assessment.docx"]))
    with zipfile.ZipFile(io.BytesIO(word.content)) as archive:
        pictures = [name for name in archive.namelist() if name.startswith("word/media/")]
    assert len(pictures) == 4
    store = DatabaseStore()
    store.withdraw(store.select(Selection(party=("NPL",), indicator=("A.1", "A.2"))).select(KEY), reason="Withdrawn")
    assert dossier_of("NPL") == []
    assert "Forest department: Middle hills, 1" not in client.get(reverse("party", args=["NPL"])).content.decode()


def measured_rows(study):
    from biosetu.jobs.ecosystems_study import read_study

    return read_study(study.measurements.get().folder)["measures"].to_pylist()
