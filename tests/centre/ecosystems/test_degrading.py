"""Criteria C and D in the workbench: variables uploaded, worked out in the background, taken into the answers."""

import io
from datetime import timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from tests.centre.ecosystems.conftest import codes, write_map
from tests.centre.people import account

from biosetu.centre.accounts.models import Notice
from biosetu.centre.audit.models import Entry
from biosetu.centre.ecosystems import degrading, verbs
from biosetu.centre.ecosystems.apart import severity_apart
from biosetu.centre.ecosystems.degrading import Asked
from biosetu.centre.ecosystems.models import Degradation, WorkState
from biosetu.centre.ecosystems.pages import problem_said
from biosetu.centre.evidence.states import MovedOnError
from biosetu.centre.receiving import Received
from biosetu.ecosystems.assessment import CRITERIA
from biosetu.problems import Cancelled, DataError, Problem

pytestmark = [pytest.mark.db, pytest.mark.django_db]
WATER = Asked("C1", "Water table", "20 (10-25)", "low")
UNITS = """ecosystem,unit,area_km2,year,value,collapse
1,a,60,1970,100,0
1,a,60,2020,10,0
1,b,40,1970,100,0
1,b,40,2020,95,0
"""


def rasters(folder):
    """The forest's west half falls from 100 to 36, four fifths of the way to 20; the rest stays."""
    found = []
    for year in (1970, 2020):
        values = np.full((30, 40), 100, np.int16)
        if year == 2020:
            values[:, :6] = 36
        path = write_map(folder, year, values, f"water_{year}.tif", nodata=-1)
        found.append(Received(path, path.name))
    return found


def asked_for(study, tmp_path, asked=WATER, files=None):
    held = study.maps.order_by("-year").first()
    return degrading.ask(
        study=study, files=rasters(tmp_path) if files is None else files, held=held, asked=asked, actor=study.owner
    )


@pytest.fixture
def done(mapped, tmp_path):
    work = asked_for(mapped, tmp_path)
    degrading.perform(work.pk)
    work.refresh_from_db()
    return work


def test_rasters_give_each_class_of_the_map_its_category(done):
    """Half of the forest of 2020 (columns 0 to 11) at 80 % (71.1 to 85.3): EN (VU to EN); grassland stays."""
    assert (done.state, done.problems) == (WorkState.DONE, [])
    found = {row["ecosystem"]: row for row in degrading.findings(done)}
    assert set(found) == {"1", "2", "9"}
    assert [found["1"][name] for name in ("category", "category_low", "category_high")] == ["EN", "VU", "EN"]
    assert found["1"]["C1_extent_percent"] == "50|50|50 (0 to 50)|0"
    assert (found["2"]["category"], found["2"]["units"]) == ("LC", int((codes(2020) == 2).sum()))
    assert Notice.objects.filter(account=done.by, address__endswith="/degradation/").count() == 1


def test_findings_are_taken_into_the_answers_with_their_source(done):
    row = done.study.classes.get(code="1")
    verbs.answer(row=row, answers={"evidence": "Field visits", "threats": "yes"}, actor=done.by)
    assert degrading.take(work=done, actor=done.by) == 2
    row.refresh_from_db()
    assert row.answers["threats"] == "yes"
    assert row.answers["C1_extent_percent"] == "50|50|50 (0 to 50)|0"
    written, source = row.answers["evidence"].split(" | ")
    assert written == "Field visits"
    assert source.startswith("C1: Water table, 1970–2020, collapse at 20 (10-25) (water_1970.tif sha256:")
    whole = verbs.newest(done.study)
    outcome = verbs.outcomes(verbs.rows_of(whole, list(done.study.classes.all())))["2.0"]
    assert next(line for line in outcome if line["ecosystem"] == "1")["C1"] == "EN (VU–EN)"
    degrading.take(work=done, actor=done.by)
    row.refresh_from_db()
    assert row.answers["evidence"].count("C1:") == 1
    assert Entry.objects.filter(record="study", verb="answer").count() == 3
    assert "C1" in CRITERIA


def test_table_of_units_names_classes_by_code_or_name(mapped, tmp_path):
    table = tmp_path / "units.csv"
    table.write_text(UNITS.replace("\n1,", "\ntropical DRY forest,"))
    asked = Asked("D1", "Tree cover", "", "")
    work = degrading.ask(study=mapped, files=[Received(table, "units.csv")], held=None, asked=asked, actor=mapped.owner)
    degrading.perform(work.pk)
    work.refresh_from_db()
    (found,) = degrading.findings(work)
    assert (found["category"], found["D1_extent_percent"]) == ("EN", "60|60|60|0")
    assert degrading.take(work=work, actor=mapped.owner) == 1
    assert mapped.classes.get(code="1").answers["D1_extent_percent"] == "60|60|60|0"


def test_findings_of_no_class_are_not_taken(mapped, tmp_path):
    table = tmp_path / "units.csv"
    table.write_text(UNITS.replace("\n1,", "\nreef,"))
    asked = Asked("D1", "Coral cover", "", "")
    work = degrading.ask(study=mapped, files=[Received(table, "units.csv")], held=None, asked=asked, actor=mapped.owner)
    with pytest.raises(MovedOnError):
        degrading.take(work=work, actor=mapped.owner)
    degrading.perform(work.pk)
    work.refresh_from_db()
    with pytest.raises(DataError, match="None of the ecosystems"):
        degrading.take(work=work, actor=mapped.owner)


WRONG = {
    "another criterion": (Asked("A1", "x", "5", "low"), None, "no such criterion"),
    "no name": (Asked("C1", " ", "5", "low"), None, "has no name"),
    "no side": (Asked("C1", "x", "5", ""), None, "On which side"),
    "no value": (Asked("C1", "x", "", "low"), None, "no value of collapse"),
    "no file": (WATER, [], "Give one table, or a raster"),
    "a text": (WATER, ["notes.txt"], "Give one table, or a raster"),
    "two tables": (WATER, ["a.csv", "b.csv"], "Give one table, or a raster"),
    "no years": (WATER, ["before.tif", "after.tif"], "years of the rasters are not told"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_worked_out_is_refused_before_it_is_queued(case, mapped, tmp_path):
    asked, names, message = WRONG[case]
    files = None
    if names is not None:
        whole = rasters(tmp_path)[0].path
        files = [Received(whole, name) for name in names]
    with pytest.raises(DataError, match=message):
        asked_for(mapped, tmp_path, asked, files)
    assert not Degradation.objects.exists()


@pytest.mark.parametrize("content", [b"", b"II*\0", b"<VRTDataset/>", b"\x89PNG\r\n\x1a\n"])
def test_hostile_file_is_refused(content, mapped, tmp_path):
    files = rasters(tmp_path)
    files[1].path.write_bytes(content)
    with pytest.raises(DataError):
        asked_for(mapped, tmp_path, files=files)


def test_problems_in_the_data_are_told_and_the_work_can_be_tried_again(mapped, tmp_path):
    table = tmp_path / "units.csv"
    table.write_text(UNITS.replace(",95,", ",much,"))
    asked = Asked("D1", "Tree cover", "", "")
    work = degrading.ask(study=mapped, files=[Received(table, "units.csv")], held=None, asked=asked, actor=mapped.owner)
    degrading.perform(work.pk)
    work.refresh_from_db()
    assert work.state == WorkState.FAILED
    (problem,) = work.problems
    assert problem_said(Problem.from_dict(problem)).startswith("units.csv, row 5, value: cannot be read (much).")
    degrading.resume(work=work, actor=mapped.owner)
    work.refresh_from_db()
    assert work.state == WorkState.QUEUED
    degrading.cancel(work=work, actor=mapped.owner)
    with pytest.raises(MovedOnError):
        degrading.cancel(work=work, actor=mapped.owner)


def test_killed_work_is_taken_up(mapped, tmp_path):
    work = asked_for(mapped, tmp_path)
    ago = timezone.now() - timedelta(seconds=999)
    Degradation.objects.filter(pk=work.pk).update(state=WorkState.RUNNING, worker="gone", heartbeat=ago)
    assert degrading.release_silent_degradations() == 1
    degrading.perform(work.pk)
    assert Degradation.objects.get(pk=work.pk).state == WorkState.DONE


def test_a_limited_process_gives_what_this_one_gives(done, tmp_path):
    options = {**done.options, "map": str(done.study.maps.order_by("-year").first().path), "dates": [1970, 2020]}
    told = []
    severity_apart(done.paths, tmp_path / "apart", options, lambda *said: told.append(said))
    here, there = (path / "findings.parquet" for path in (done.folder, tmp_path / "apart"))
    assert here.read_bytes() == there.read_bytes()
    with pytest.raises(DataError, match="beyond the dates"):
        severity_apart(done.paths, tmp_path / "b", options | {"criterion": "C2a"}, lambda *_: None)


def test_stopping_ends_the_process(done, tmp_path):
    def stop(*_):
        raise Cancelled

    options = {**done.options, "map": str(done.study.maps.order_by("-year").first().path), "dates": [1970, 2020]}
    with pytest.raises(Cancelled):
        severity_apart(done.paths, tmp_path / "apart", options, stop)


def test_only_who_may_edit_asks_and_takes(done, tmp_path):
    stranger = account("s", role="contributor", party="JOR")
    with pytest.raises(PermissionDenied):
        degrading.take(work=done, actor=stranger)
    with pytest.raises(PermissionDenied):
        degrading.ask(study=done.study, files=rasters(tmp_path), held=None, asked=WATER, actor=stranger)
    with pytest.raises(PermissionDenied):
        degrading.cancel(work=done, actor=stranger)


def upload(client, study, files, **fields):
    data = {"criterion": "C1", "variable": "Water table", "collapse": "20 (10-25)", "collapse_at": "low", **fields}
    return client.post(reverse("study_degradation", args=[study.pk]), {**data, "file": files})


def test_page_goes_from_upload_to_curves_and_answers(client, mapped, tmp_path):
    client.force_login(mapped.owner)
    files = [SimpleUploadedFile(each.name, each.path.read_bytes()) for each in reversed(rasters(tmp_path))]
    held = mapped.maps.order_by("-year").first()
    assert upload(client, mapped, files, map=str(held.pk)).status_code == 302
    work = mapped.degradations.get()
    assert [each["year"] for each in work.given] == [1970, 2020]
    assert client.get(reverse("study_degradation_moving", args=[mapped.pk])).status_code == 200
    degrading.perform(work.pk)
    assert client.get(reverse("study_degradation_moving", args=[mapped.pk]))["HX-Refresh"] == "true"
    page = client.get(reverse("study_degradation", args=[mapped.pk])).content.decode()
    assert "Tropical dry forest" in page
    assert "Cropland" not in page
    assert page.count("<svg") == 2
    assert "severity 50 % over 50 %" in page
    address = reverse("study_degradation_act", args=[mapped.pk, work.pk])
    assert client.post(address, {"action": "take"}).status_code == 302
    assert "C1_extent_percent" in mapped.classes.get(code="2").answers
    assert "Taken into the answers" in client.get(reverse("study_degradation", args=[mapped.pk])).content.decode()
    arabic = client.get("/ar" + reverse("study_degradation", args=[mapped.pk])).content.decode()
    assert "severity" not in arabic.partition("<main")[2].partition("<form")[0]
    assert "شدة " in arabic


def test_page_says_what_is_wrong_and_keeps_what_was_typed(client, mapped):
    client.force_login(mapped.owner)
    answer = upload(client, mapped, [io.BytesIO(b"a,b\n1,2\n")], variable="Salinity & heat", present="soon")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "That is no year" in page
    assert 'value="Salinity &amp; heat"' in page


def test_work_of_another_study_is_not_found(client, done, tmp_path):
    other = verbs.begin(party="NPL", title="Another", actor=done.by)
    client.force_login(done.by)
    address = reverse("study_degradation_act", args=[other.pk, done.pk])
    assert client.post(address, {"action": "take"}).status_code == 404
