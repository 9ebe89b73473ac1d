"""Measuring in the background: a real process with bounds, told as it goes, stopped, resumed, taken up when killed."""

from datetime import timedelta

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from django.utils import timezone
from shapely import box
from tests.centre.ecosystems.conftest import PLACE, codes, write_map
from tests.centre.people import account, contributor

from biosetu.centre.accounts.models import Notice
from biosetu.centre.apart import bare_environment
from biosetu.centre.ecosystems import verbs, working
from biosetu.centre.ecosystems.apart import bounds_of, look_apart, measure_apart, work_apart
from biosetu.centre.ecosystems.models import Measurement, WorkState
from biosetu.centre.evidence.states import MovedOnError
from biosetu.engine import rasters
from biosetu.jobs.ecosystems_study import MapLook, read_study
from biosetu.problems import Cancelled, DataError

pytestmark = [pytest.mark.db, pytest.mark.django_db]
FINE = rasterio.Affine(0.0002, 0, 84.0, 0, -0.0002, 28.5)
ENOUGH = bounds_of(6_000_000_000, 120)


def silent(done, total):
    pass


def measured_apart(paths, folder, tick=silent, **options):
    chosen = {"field": "", "align": False, "most_classes": 300} | options
    return measure_apart(paths, [2000, 2020][: len(paths)], folder, tick=tick, **chosen)


def test_process_looks_at_a_raster_and_at_polygons(tmp_path):
    raster = write_map(tmp_path, 2000)
    assert look_apart(raster, tmp_path / "a", 10_000) == MapLook("raster", 40, 30, "WGS 84")
    polygons = tmp_path / "m.gpkg"
    gpd.GeoDataFrame({"class": ["a", "b"]}, geometry=[box(84, 28, 85, 29)] * 2, crs="EPSG:4326").to_file(polygons)
    assert look_apart(polygons, tmp_path / "b", 10_000) == MapLook("polygons", 2, 1, "WGS 84")


def test_process_measures_what_this_one_measures(tmp_path, begun):
    paths = [write_map(tmp_path, year) for year in (2000, 2020)]
    told = []
    warnings = measured_apart(paths, tmp_path / "work", lambda done, total: told.append((done, total)))
    assert [each.code for each in warnings] == ["coarse"]
    work = working.ask(study=begun, actor=begun.owner)
    working.perform(work.pk)
    here, there = read_study(work.folder), read_study(tmp_path / "work")
    assert here["measures"].equals(there["measures"])
    assert here["transitions"].equals(there["transitions"])
    assert told


@pytest.mark.parametrize("most", [100, 1_199])
def test_process_refuses_too_many_pixels_before_it_reads_them(tmp_path, most):
    with pytest.raises(DataError, match="too many pixels"):
        look_apart(write_map(tmp_path, 2000), tmp_path / "a", most)


def test_process_with_too_little_time_is_refused_in_words(tmp_path):
    """Too little memory is tried where tables are read: how much a map needs depends on what lies idle already."""
    asked = {"path": str(write_map(tmp_path, 2000)), "most_pixels": 100_000_000, "field": ""}
    with pytest.raises(DataError, match="too much time or memory"):
        work_apart("look", tmp_path / "b", asked, bounds_of(4_000_000_000, 0), silent)


def test_process_that_is_no_longer_wanted_is_ended(tmp_path):
    def stop(done, total):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        measured_apart([write_map(tmp_path, 2000)], tmp_path / "work", stop)
    assert not (tmp_path / "work" / "measures.parquet").exists()


def test_process_sees_nothing_of_our_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "hidden")
    monkeypatch.setenv("DATABASE_URL", "postgresql://hidden")
    bare = bare_environment(tmp_path)
    assert "hidden" not in str(bare)
    assert bare["BIOSETU_HOME"] == str(tmp_path / "home")


def test_classes_beyond_what_a_person_maps_are_refused(tmp_path):
    many = np.arange(1, 1201, dtype=np.uint16).reshape(30, 40)
    with pytest.raises(DataError, match="more classes than are mapped by hand"):
        measured_apart([write_map(tmp_path, 2000, many)], tmp_path / "work")


def test_owner_is_told_when_the_maps_are_measured(measured):
    notice = Notice.objects.get(account=measured.owner)
    assert notice.address == f"ecosystems/{measured.pk}/"
    assert sorted(measured.classes.values_list("code", flat=True)) == ["1", "2", "9"]


def test_maps_on_other_grids_fail_with_the_names_they_were_uploaded_under(begun, tmp_path):
    moved = write_map(tmp_path, 2010, transform=PLACE @ PLACE.translation(0.4, 0), name="moved.tif")
    verbs.add_map(study=begun, path=moved, name="moved.tif", year=2010, field="", actor=begun.owner)
    work = working.ask(study=begun, actor=begun.owner)
    working.perform(work.pk)
    work.refresh_from_db()
    assert work.state == WorkState.FAILED
    assert work.problems[0]["file"] == "moved.tif"
    assert "cover_2000.tif" in work.problems[0]["message"]
    assert "/files/" not in str(work.problems)
    aligned = working.ask(study=begun, actor=begun.owner, align=True)
    working.perform(aligned.pk)
    aligned.refresh_from_db()
    assert aligned.state == WorkState.DONE


def test_stopped_work_goes_on_where_it_was(begun, tmp_path, monkeypatch):
    """Stopped after the second of four bands; the bands that were finished are not read again."""
    monkeypatch.setattr(rasters, "BAND_PIXELS", 1)
    read, original = [], working.measure_apart
    monkeypatch.setattr(
        "biosetu.jobs.ecosystems_measure.read_band", lambda *a: read.append(a[1]) or rasters.read_band(*a)
    )
    monkeypatch.setattr("biosetu.jobs.ecosystems_measure._workers", lambda options: 1)
    values = np.random.default_rng(1).integers(1, 4, (64, 40)).astype(np.uint8)
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    made = verbs.begin(party="NPL", title="Stopped", actor=begun.owner)
    path = write_map(tmp_path, 2005, values, **tiles)
    verbs.add_map(study=made, path=path, name=path.name, year=2005, field="", actor=begun.owner)
    work = working.ask(study=made, actor=begun.owner)

    def stop_at_two(*args, tick, **options):
        def ticking(done, total):
            tick(done, total)
            if done == 2:
                working.cancel(measurement=work, actor=begun.owner)

        return original(*args, tick=ticking, **options)

    monkeypatch.setattr(working, "measure_apart", stop_at_two)
    working.perform(work.pk)
    work.refresh_from_db()
    assert (work.state, work.done, work.total) == (WorkState.CANCELLED, 2, 4)
    kept = len(list((tmp_path / "work").rglob("band-*.npz")))
    assert kept >= 2
    read.clear()
    monkeypatch.setattr(working, "measure_apart", original)
    working.resume(measurement=work, actor=begun.owner)
    working.perform(work.pk)
    work.refresh_from_db()
    assert (work.state, work.done) == (WorkState.DONE, 4)
    assert len(read) == 4 - kept
    assert not list(tmp_path.rglob("band-*.npz"))


def test_page_names_the_band_and_the_codes_without_data(client, tmp_path, in_this_process):
    """Two bands, the classes in the second; 7 and 255 are no land: neither counts, in a process of its own either."""
    person = contributor()
    made = verbs.begin(party="NPL", title="Bands", actor=person)
    values = np.stack([np.full((30, 40), 5, np.uint8), codes(2000)])
    values[1, 0], values[1, 1] = 255, 7
    path = tmp_path / "bands.tif"
    options = {"driver": "GTiff", "count": 2, "height": 30, "width": 40, "dtype": "uint8", "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=PLACE, **options) as data:
        data.write(values)
    client.force_login(person)

    def sent(**also):
        with path.open("rb") as stream:
            return client.post(f"/ecosystems/{made.pk}/maps/", {"file": stream, "year": "2000", **also})

    assert sent().status_code == 422
    assert sent(band="0").status_code == 422
    assert sent(band="2").status_code == 302
    page = client.get(f"/ecosystems/{made.pk}/").content.decode()
    assert "inputmode" not in page  # a pad of digits has no comma and no minus
    refused = client.post(f"/ecosystems/{made.pk}/measure/", {"action": "measure", "nodata": "none"}, follow=True)
    assert "is no list of codes" in refused.content.decode()
    client.post(f"/ecosystems/{made.pk}/measure/", {"action": "measure", "nodata": "255, 7"})
    work = made.measurements.get()
    assert work.nodata == [7, 255]
    working.perform(work.pk)
    work.refresh_from_db()
    rows = {row["class"]: row["pixels"] for row in read_study(work.folder)["measures"].to_pylist()}
    assert rows == {"1": 28 * 24, "2": 28 * 8, "9": 28 * 8}
    measured_apart([path], tmp_path / "apart", field="2", nodata=[7, 255])
    assert read_study(tmp_path / "apart")["measures"].equals(read_study(work.folder)["measures"])
    assert 'value="7, 255"' in client.get(f"/ecosystems/{made.pk}/").content.decode()


def test_work_of_a_killed_worker_is_taken_up(begun):
    work = working.ask(study=begun, actor=begun.owner)
    long_ago = timezone.now() - timedelta(minutes=5)
    Measurement.objects.filter(pk=work.pk).update(state=WorkState.RUNNING, worker="gone", heartbeat=long_ago)
    assert working.release_silent_measurements() == 1
    working.perform(work.pk)
    work.refresh_from_db()
    assert work.state == WorkState.DONE
    assert working.release_silent_measurements() == 0


def test_work_is_claimed_once(begun):
    work = working.ask(study=begun, actor=begun.owner)
    Measurement.objects.filter(pk=work.pk).update(state=WorkState.RUNNING, worker="other", heartbeat=timezone.now())
    working.perform(work.pk)
    work.refresh_from_db()
    assert (work.state, work.worker) == (WorkState.RUNNING, "other")


def test_fault_of_ours_can_be_resumed(begun, monkeypatch):
    monkeypatch.setattr(working, "measure_apart", lambda *a, **k: 1 / 0)
    work = working.ask(study=begun, actor=begun.owner)
    working.perform(work.pk)
    work.refresh_from_db()
    assert (work.state, work.problems[0]["code"]) == (WorkState.FAILED, "our-fault")
    working.resume(measurement=work, actor=begun.owner)
    work.refresh_from_db()
    assert work.state == WorkState.QUEUED


def test_maps_are_measured_one_at_a_time(begun):
    work = working.ask(study=begun, actor=begun.owner)
    with pytest.raises(MovedOnError):
        working.ask(study=begun, actor=begun.owner)
    working.cancel(measurement=work, actor=begun.owner)
    with pytest.raises(MovedOnError):
        working.cancel(measurement=work, actor=begun.owner)


def test_stranger_stops_nothing(begun):
    work = working.ask(study=begun, actor=begun.owner)
    stranger = account("j", role="contributor", party="JOR")
    for verb in (working.cancel, working.resume):
        with pytest.raises(working.PermissionDenied):
            verb(measurement=work, actor=stranger)
    with pytest.raises(working.PermissionDenied):
        working.ask(study=begun, actor=stranger)


def test_study_without_maps_or_of_two_kinds_cannot_be_measured(tmp_path, in_this_process):
    person = contributor()
    made = verbs.begin(party="NPL", title="Empty", actor=person)
    with pytest.raises(DataError, match="There is no map yet"):
        working.ask(study=made, actor=person)
    raster = write_map(tmp_path, 2000)
    verbs.add_map(study=made, path=raster, name="r.tif", year=2000, field="", actor=person)
    polygons = tmp_path / "p.gpkg"
    gpd.GeoDataFrame({"class": ["a"]}, geometry=[box(84, 28, 85, 29)], crs="EPSG:4326").to_file(polygons)
    verbs.add_map(study=made, path=polygons, name="p.gpkg", year=2010, field="class", actor=person)
    with pytest.raises(DataError, match="others polygons"):
        working.ask(study=made, actor=person)


def test_study_of_polygons_is_measured_and_drawn(tmp_path, in_this_process):
    person = contributor()
    made = verbs.begin(party="NPL", title="Polygons", actor=person)
    for year, east in ((2000, 84.4), (2020, 84.2)):
        path = tmp_path / f"p{year}.gpkg"
        shapes = [box(84, 28, east, 28.3), box(east, 28, 84.6, 28.3)]
        gpd.GeoDataFrame({"kind": ["forest", "field"]}, geometry=shapes, crs="EPSG:4326").to_file(path)
        verbs.add_map(study=made, path=path, name=path.name, year=year, field="kind", actor=person)
    work = working.ask(study=made, actor=person)
    working.perform(work.pk)
    found = read_study(work.folder)
    assert set(found["measures"]["class"].to_pylist()) == {"forest", "field"}
    assert found["pictures"]["classes"].to_pylist() == [["field", "forest"]] * 2
