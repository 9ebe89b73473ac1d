"""Who may open which page, what the pages say, and that a longer study asks no more questions of the database."""

import gzip
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.centre.ecosystems.conftest import write_map
from tests.centre.people import account, centre_officer, contributor, officer, public

from biosetu.centre.accounts.models import Account
from biosetu.centre.accounts.permissions import may, visible_to
from biosetu.centre.audit.models import Entry
from biosetu.centre.ecosystems import verbs
from biosetu.centre.ecosystems.models import HeldMap, Measurement, Study, StudyVersion, WorkState
from biosetu.centre.ecosystems.verbs import ClassSaid
from biosetu.problems import DataError

pytestmark = [pytest.mark.db, pytest.mark.django_db]
REASON = re.compile(r"decline -?[0-9]|extent [0-9]|[0-9] occupied")
WHO = {
    "visitor": lambda: None,
    "public": public,
    "owner": lambda: Account.objects.get(username="contributor"),
    "contributor": lambda: account("c2", role="contributor", party="NPL"),
    "officer": officer,
    "officer-elsewhere": lambda: officer("JOR"),
    "centre-officer": centre_officer,
}
#              visitor public owner contributor officer elsewhere centre-officer
MAY = {
    "studies": (302, 403, 200, 200, 200, 200, 200),
    "study": (302, 404, 200, 404, 200, 404, 200),
    "study_progress": (302, 404, 204, 404, 204, 404, 204),
    "study_classes": (302, 404, 200, 404, 200, 404, 200),
    "study_degradation": (302, 404, 200, 404, 200, 404, 200),
    "study_degradation_moving": (302, 404, 204, 404, 204, 404, 204),
    "study_criteria": (302, 404, 200, 404, 200, 404, 200),
    "study_type": (302, 404, 200, 404, 200, 404, 200),
    "study_version": (302, 404, 200, 404, 200, 404, 200),
    "study_download": (302, 404, 200, 404, 200, 404, 200),
    "study_type_result": (302, 404, 200, 404, 200, 404, 200),
    "study_maps": (302, 404, 422, 404, 422, 404, 422),
    "study_measure": (302, 404, 302, 404, 302, 404, 302),
    "study_submit": (302, 404, 302, 404, 302, 404, 302),
}
POSTED = {"study_type_result", "study_maps", "study_measure", "study_submit"}


@pytest.mark.parametrize(("position", "who"), list(enumerate(WHO.values())), ids=WHO)
def test_who_may_open_which_page(client, position, who, saved):
    made = saved.study
    if person := who():
        client.force_login(person)
    forest = made.classes.get(code="1").pk
    places = {"studies": [], "study_type": [made.pk, forest], "study_type_result": [made.pk, forest]}
    places |= {"study_version": [made.pk, 1], "study_submit": [made.pk, 1]}
    places["study_download"] = [made.pk, 1, "measures.csv"]
    found = {
        name: (client.post if name in POSTED else client.get)(reverse(name, args=places.get(name, [made.pk])))
        for name in MAY
    }
    assert {name: answer.status_code for name, answer in found.items()} == {n: e[position] for n, e in MAY.items()}
    assert (made.title in found["studies"].content.decode()) == (MAY["study"][position] == 200)


@pytest.mark.parametrize("verb", ["see", "edit"])
def test_predicate_and_query_agree(verb):
    people = [public(), contributor(), officer(), centre_officer(), account("j", role="contributor", party="JOR")]
    made = [
        verbs.begin(party=p, title="A study", actor=a)
        for p, a in (("NPL", people[1]), ("NPL", people[2]), ("JOR", people[4]))
    ]
    for person in people:
        seen = set(visible_to(person, Study.objects.all(), verb))
        assert seen == {row for row in made if may(person, verb, row)}


def test_maps_of_a_party_are_for_its_people(begun):
    colleague, stranger = account("c2", role="contributor", party="NPL"), account("j", role="contributor", party="JOR")
    assert visible_to(colleague, HeldMap.objects.all()).count() == 2
    assert visible_to(stranger, HeldMap.objects.all()).count() == 0
    own = verbs.begin(party="NPL", title="Another", actor=colleague)
    held = HeldMap.objects.get(year=2000)
    verbs.choose_map(study=own, held=held, actor=colleague)
    assert list(own.maps.all()) == [held]


def test_chosen_map_of_another_party_is_not_found(client, begun):
    stranger = account("j", role="contributor", party="JOR")
    own = verbs.begin(party="JOR", title="Theirs", actor=stranger)
    client.force_login(stranger)
    answer = client.post(reverse("study_maps", args=[own.pk]), {"choose": HeldMap.objects.first().pk})
    assert answer.status_code == 404
    assert client.post(reverse("study_maps", args=[own.pk]), {"choose": "no-id"}).status_code in (403, 404)
    assert own.maps.count() == 0


@pytest.mark.parametrize(("role", "shown"), [(public, False), (contributor, True), (officer, True)])
def test_menu_names_ecosystems_for_those_who_study_them(client, role, shown):
    client.force_login(role())
    assert (f'href="{reverse("studies")}"' in client.get("/").content.decode()) == shown


@pytest.mark.parametrize("title", ["", "   ", "x" * 201, "a\x07b"])
def test_study_needs_a_title(client, title):
    client.force_login(contributor())
    assert client.post(reverse("studies"), {"title": title, "party": "NPL"}).status_code == 422
    assert Study.objects.count() == 0


def test_study_of_another_party_is_refused(client):
    client.force_login(contributor())
    assert client.post(reverse("studies"), {"title": "Theirs", "party": "JOR"}).status_code == 403


def test_every_step_is_recorded_without_what_was_written(saved):
    told = [(e.verb, e.changes.get("columns")) for e in Entry.objects.filter(record="study").order_by("pk")]
    assert [verb for verb, _ in told] == [
        "begin",
        "add_map",
        "add_map",
        "measure",
        "finish",
        "confirm",
        "answer",
        "save",
    ]
    assert told[6][1] == ["collapse", "threats"]
    assert "No tree cover left" not in str([entry.changes for entry in Entry.objects.all()])


def test_empty_study_says_what_to_do(client):
    person = contributor()
    made = verbs.begin(party="NPL", title="Empty", actor=person)
    client.force_login(person)
    assert "There is no map yet." in client.get(reverse("study", args=[made.pk])).content.decode()
    assert "Measure the maps first" in client.get(reverse("study_classes", args=[made.pk])).content.decode()
    assert "Nothing was saved yet." in client.get(reverse("study_criteria", args=[made.pk])).content.decode()


def test_measured_study_without_classes_asks_to_confirm_one(client, measured):
    client.force_login(measured.owner)
    page = client.get(reverse("study_criteria", args=[measured.pk])).content.decode()
    assert "Confirm the functional group of a natural class first." in page
    with pytest.raises(DataError, match="No natural ecosystem is confirmed"):
        verbs.save(study=measured, base=0, guidelines="2.0", actor=measured.owner)


def test_suggestion_is_no_mapping_until_somebody_confirms_it(client, measured):
    client.force_login(measured.owner)
    form = {}
    for row in measured.classes.all():
        form |= {f"name-{row.pk}": "Mangroves", f"type-{row.pk}": ""}
    client.post(reverse("study_classes", args=[measured.pk]), form)
    page = client.get(reverse("study_classes", args=[measured.pk])).content.decode()
    assert "suggested" in page
    assert set(measured.classes.values_list("functional_group", "confirmed_by")) == {("", None)}


def test_written_group_is_confirmed_and_who_and_when_stay(client, mapped):
    row = mapped.classes.get(code="1")
    before = (row.confirmed_by_id, row.confirmed_at)
    colleague = officer()
    client.force_login(colleague)
    form = {f"name-{row.pk}": "Dry forest", f"type-{row.pk}": "Sal forest", f"group-{row.pk}": "T1.2"}
    client.post(reverse("study_classes", args=[mapped.pk]), form)
    row.refresh_from_db()
    assert (row.national_type, row.confirmed_by_id, row.confirmed_at) == ("Sal forest", *before)
    form |= {f"group-{row.pk}": "other", f"other-{row.pk}": "T2.1 Boreal and temperate high montane forests"}
    client.post(reverse("study_classes", args=[mapped.pk]), form)
    row.refresh_from_db()
    assert (row.functional_group, row.confirmed_by) == ("T2.1", colleague)


def test_group_outside_the_typology_is_refused_and_what_was_typed_stays(client, mapped):
    client.force_login(mapped.owner)
    row = mapped.classes.get(code="1")
    form = {f"name-{row.pk}": "New name", f"type-{row.pk}": "", f"group-{row.pk}": "other", f"other-{row.pk}": "X9.9"}
    answer = client.post(reverse("study_classes", args=[mapped.pk]), form)
    assert answer.status_code == 422
    assert "New name" in answer.content.decode()
    assert mapped.classes.get(code="1").name == "Tropical dry forest"


def test_what_maps_tell_is_not_kept_as_somebodys_answer(client, mapped):
    row = mapped.classes.get(code="1")
    client.force_login(mapped.owner)
    place = reverse("study_type", args=[mapped.pk, row.pk])
    page = client.get(place).content.decode()
    assert "From the maps" in page
    told = verbs.rows_of(verbs.newest(mapped), [row])[0]["eoo_km2"]
    client.post(place, {"action": "keep", "eoo_km2": told, "threats": "yes"})
    row.refresh_from_db()
    assert row.answers == {"threats": "yes"}


def test_cell_that_cannot_be_read_is_named_beside_it_and_not_kept(client, mapped):
    row = mapped.classes.get(code="1")
    client.force_login(mapped.owner)
    answer = client.post(
        reverse("study_type", args=[mapped.pk, row.pk]), {"action": "keep", "A3_decline_percent": "lots"}
    )
    assert answer.status_code == 422
    assert 'href="#p-A3_decline_percent"' in answer.content.decode()
    row.refresh_from_db()
    assert row.answers == {}


def test_result_follows_the_answers_under_both_guidelines(client, mapped):
    row = mapped.classes.get(code="1")
    client.force_login(mapped.owner)
    place = reverse("study_type_result", args=[mapped.pk, row.pk])
    text = client.post(place, {"A3_decline_percent": "95"}).content.decode()
    assert text.count("Guidelines ") == 2
    assert "A3" in text
    assert mapped.classes.get(code="1").answers == {}


def test_second_to_save_is_told_that_somebody_was_faster(client, saved):
    study = saved.study
    client.force_login(study.owner)
    answer = client.post(reverse("study_criteria", args=[study.pk]), {"base": 0, "guidelines": "2.0"}, follow=True)
    assert "Somebody saved another version meanwhile" in answer.content.decode()
    assert StudyVersion.objects.count() == 1


def test_version_stays_as_it_was_when_answers_change(client, saved):
    study = saved.study
    before = client_text(client, saved)
    verbs.answer(row=study.classes.get(code="1"), answers={"A3_decline_percent": "95"}, actor=study.owner)
    verbs.say_classes(study=study, said={"2": ClassSaid("Renamed", "", "T4.5")}, actor=study.owner)
    assert client_text(client, saved) == before


def client_text(client, version):
    client.force_login(version.study.owner)
    return client.get(reverse("study_download", args=[version.study.pk, version.number, "assessments.csv"])).content


@pytest.mark.parametrize("name", ["measures.csv", "measures.xlsx", "transitions.csv", "classes.csv", "template.csv",
                                  "assessments.xlsx", "rle.csv", "assessment.html"])  # fmt: skip
def test_file_of_a_version_can_be_read(client, saved, name):
    client.force_login(saved.study.owner)
    answer = client.get(reverse("study_download", args=[saved.study.pk, 1, name]))
    assert answer.status_code == 200
    assert f'filename="{name}"' in answer["Content-Disposition"]
    assert len(answer.content) > 50
    if name.endswith(".csv"):
        assert "Tropical dry forest" in answer.content.decode()


def test_convention_gets_nothing_before_the_party_validated(client, saved):
    client.force_login(saved.study.owner)
    answer = client.get(reverse("study_download", args=[saved.study.pk, 1, "A.2.xlsx"]), follow=True)
    assert "NPL has no national figure for A.2" in answer.content.decode()
    assert client.get(reverse("study_download", args=[saved.study.pk, 1, "else.csv"])).status_code == 404


def test_version_is_submitted_once(saved):
    actor = saved.study.owner
    verbs.submit(version=saved, holder="Forest department", licence="CC BY 4.0", actor=actor)
    with pytest.raises(verbs.MovedOnError):
        verbs.submit(version=saved, holder="Forest department", licence="CC BY 4.0", actor=actor)
    with pytest.raises(DataError, match="Say whose figures"):
        verbs.submit(version=saved, holder=" ", licence="CC BY 4.0", actor=actor)


def test_longer_study_asks_no_more_questions(client, saved):
    study = saved.study
    client.force_login(study.owner)
    for page in ("study", "study_classes", "study_criteria"):
        place = reverse(page, args=[study.pk])
        client.get(place)
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get(place)
        study.classes.bulk_create(
            [type(study.classes.first())(study=study, code=f"{page}{n}", confirmed_by=study.owner) for n in range(20)]
        )
        with CaptureQueriesContext(connection) as many:
            client.get(place)
        assert len(many) == len(few) <= 25


def test_progress_ends_in_a_fresh_page(client, begun):
    work = verbs.Measurement.objects.create(study=begun, maps=[], state=WorkState.RUNNING, done=3, total=9)
    client.force_login(begun.owner)
    text = client.get(reverse("study_progress", args=[begun.pk])).content.decode()
    assert 'max="9" value="3"' in text
    Measurement.objects.filter(pk=work.pk).update(state=WorkState.DONE)
    assert client.get(reverse("study_progress", args=[begun.pk]))["HX-Refresh"] == "true"


def test_page_never_sends_the_raster(client, tmp_path, saved):
    client.force_login(saved.study.owner)
    answer = client.get(reverse("study", args=[saved.study.pk]), HTTP_ACCEPT_ENCODING="gzip")
    assert len(gzip.decompress(answer.content)) < 150_000
    assert ".tif" not in [part for part in answer.content.decode("latin-1").split('"') if part.startswith("/")]


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("map.vrt", b"<VRTDataset/>", 422), ("map.tif", b"", 422), ("map.tif", b"<VRTDataset/>", 422),
     ("map.img", b"EHFA_HEADER_TAG", 422), ("map.exe", b"MZ", 422), ("map.gpkg", b"<OGRVRTDataSource/>", 422),
     ("map.tif", b"EHFA_HEADER_TAG" + b"0" * 99, 422)],
)  # fmt: skip
def test_uploaded_file_that_is_no_map_is_refused_in_words(client, begun, name, content, status):
    client.force_login(begun.owner)
    file = io.BytesIO(content)
    file.name = name
    answer = client.post(reverse("study_maps", args=[begun.pk]), {"file": file, "year": 2010})
    assert answer.status_code == status
    assert 'role="alert"' in answer.content.decode()
    assert begun.maps.count() == 2


@pytest.mark.parametrize(
    ("year", "said"), [(2000, "There is a map of that year already."), (1600, "the year of the map is missing")]
)
def test_year_of_a_map_is_checked(client, begun, tmp_path, year, said):
    client.force_login(begun.owner)
    file = io.BytesIO(write_map(tmp_path, 2020).read_bytes())
    file.name = "again.tif"
    answer = client.post(reverse("study_maps", args=[begun.pk]), {"file": file, "year": year})
    assert said in answer.content.decode()


def test_map_taken_out_stays_held_and_the_page_says_that_measures_are_old(client, measured):
    client.force_login(measured.owner)
    held = measured.maps.get(year=2000)
    client.post(reverse("study_maps", args=[measured.pk]), {"drop": held.pk})
    assert measured.maps.count() == 1
    page = client.get(reverse("study", args=[measured.pk])).content.decode()
    assert "The maps changed since they were measured." in page
    assert "2000 · cover_2000.tif" in page


def test_arabic_pages_are_whole(client, saved):
    client.force_login(saved.study.owner)
    pages = (("study", []), ("study_classes", []), ("study_criteria", []), ("study_version", [1]))
    for address in [reverse(page, args=[saved.study.pk, *more]) for page, more in pages]:
        text = client.get(f"/ar{address}").content.decode()
        assert 'dir="rtl"' in text
        assert "القائمة الحمراء" in text


def test_arabic_pages_give_the_reasons_in_arabic(client, saved):
    """Extent and cells of the maps with one answered condition, and a decline: on the pages of type and version."""
    study = saved.study
    client.force_login(study.owner)
    row = study.classes.get(code="1")
    criteria = "/ar" + reverse("study_criteria", args=[study.pk])
    addresses = [reverse("study_type", args=[study.pk, row.pk]), reverse("study_version", args=[study.pk, 1])]
    for address in addresses:
        english, arabic = (client.get(prefix + address).content.decode() for prefix in ("", "/ar"))
        assert REASON.search(english)
        assert REASON.search(arabic) is None
        assert "خلايا 10 كم المشغولة: " in arabic
        assert "تراجع " in arabic
    page = client.get(criteria).content.decode()
    assert "كل الخلايا " in page
    assert "cumulative" not in page


def test_class_whose_name_is_not_read_is_told(client, measured):
    client.force_login(measured.owner)
    names = {"1": "ป่าชายเลน", "2": "Mangroves", "9": ""}
    for row in measured.classes.all():
        measured.classes.filter(pk=row.pk).update(name=names[row.code])
    address = reverse("study_classes", args=[measured.pk])
    assert client.get(address).content.decode().count("No word of this name is known here") == 1
    assert client.get(f"/ar{address}").content.decode().count("لا تُعرف هنا أي كلمة من هذا الاسم") == 1
