"""A file for the reporting tool checked in the page: said by row, hostile files refused, a corrected copy to take."""

import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.centre.people import account

from biosetu.centre.evidence.intake import bounds
from biosetu.centre.reporting import reader
from biosetu.problems import DataError
from biosetu.reports.cbd.tables import columns

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PAGE = "/report-check/"
HEADER = [column.header for column in columns()]


def workbook(value, name="f.xlsx", *more):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(["A.3", "Red List Index", "No", None, None, 2023, "index", value, None])
    target = io.BytesIO()
    book.save(target)
    for extra, content in more:
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(extra, content)
    return SimpleUploadedFile(name, target.getvalue())


@pytest.fixture
def person(client):
    client.force_login(account("somebody"))


def test_visitor_signs_in_first(client):
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, {"file": workbook(0.8)}).status_code == 302


def test_sound_file_is_said_to_be_sound(client, person, in_its_own_process):
    shown = client.post(PAGE, {"file": workbook(0.82), "code": "A.3"})
    assert shown.status_code == 200
    assert "Nothing was found wrong" in shown.content.decode()


def test_corrected_copy_is_for_the_session_that_asked(client, person, client_of_another):
    shown = client.post(PAGE, {"file": workbook("0,82", "my file.xlsx")})
    assert shown.status_code == 422
    assert "a decimal comma" in shown.content.decode()
    assert "فاصلة عشرية" in client.post(f"/ar{PAGE}", {"file": workbook("0,82")}).content.decode()
    address = f"{PAGE}{shown.context['copy']}.xlsx" if shown.context else _address(shown)
    response = client.get(address)
    assert 'filename="my file-corrected.xlsx"' in response["Content-Disposition"]
    assert openpyxl.load_workbook(io.BytesIO(response.content)).active["H2"].value == 0.82
    assert client_of_another.get(address).status_code == 404


def _address(shown):
    text = shown.content.decode()
    start = text.index(f'href="{PAGE}') + len('href="')
    return text[start : text.index('"', start)]


@pytest.fixture
def client_of_another():
    from django.test import Client

    other = Client()
    other.force_login(account("another"))
    return other


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (workbook(0.8, "f.xlsx", ("xl/vbaProject.bin", b"x")), "macros"),
        (workbook(0.8, "f.xlsx", ("xl/media/big.bin", b"\0" * 300_000_000)), "unpacks to"),
        (SimpleUploadedFile("f.csv", b"a,b\n1,2\n"), "not a file of the reporting tool"),
        (SimpleUploadedFile("f.csv", "Année\n".encode("latin-1")), "UTF-8"),
        (SimpleUploadedFile("f.csv", b"x" * 2_000_000), "a line longer than any record"),
        (SimpleUploadedFile("f.xls", b"\xd0\xcf\x11\xe0" + b"x" * 100), "this type of file is not taken here"),
        (SimpleUploadedFile("f.json", b"[" * 100_000), "JSON"),
        (SimpleUploadedFile("f.xlsx", b"not a zip"), "the file is not what its name says"),
    ],
    ids=["macros", "bomb", "other", "latin-1", "line", "xls", "deep-json", "no-zip"],
)
def test_hostile_file_is_refused_with_a_sentence(client, person, file, said):
    shown = client.post(PAGE, {"file": file})
    assert shown.status_code == 422
    assert said in shown.content.decode()


def test_page_without_a_file_asks_for_one(client, person):
    shown = client.post(PAGE, {"code": "A.3"})
    assert (shown.status_code, "Choose a file" in shown.content.decode()) == (422, True)


def test_reading_beyond_the_memory_allowed_is_a_refusal(tmp_path, in_its_own_process):
    tight = bounds().__class__(**{**_values(bounds()), "memory_bytes": 60_000_000})
    path = tmp_path / "f.xlsx"
    path.write_bytes(workbook(0.8).read())
    with pytest.raises(DataError, match="too much time or memory"):
        reader.check_file(path, tight, code="", attachment=False, out=tmp_path / "c.xlsx", party="")


def _values(found):
    from dataclasses import asdict

    return asdict(found)


def test_upload_beyond_the_size_allowed_is_refused_unread(client, person, settings):
    settings.BIOSETU_UPLOAD_BYTES = 1000
    shown = client.post(PAGE, {"file": workbook(0.8)})
    assert (shown.status_code, "the file is too large" in shown.content.decode()) == (422, True)
