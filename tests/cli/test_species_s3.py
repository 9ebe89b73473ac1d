"""Occurrences on object storage: read over S3's protocol from a small server of our own, or refused with a reason."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from biosetu.cli.main import run

BUCKET = "records"
DATED = "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>x</ETag>"
LISTED = f"<Contents><Key>{{}}</Key>{DATED}<Size>{{}}</Size></Contents>"


class Bucket(BaseHTTPRequestHandler):
    """One bucket: listing by prefix, heads, whole objects and ranges of them. Nothing else."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]
    asked: list[str]

    def do_HEAD(self):
        self._object(body=False)

    def do_GET(self):
        parts = urlsplit(self.path)
        asked = parse_qs(parts.query)
        if unquote(parts.path).strip("/") == BUCKET:
            return self._list(asked.get("prefix", [""])[0])
        return self._object(body=True)

    def _list(self, prefix):
        found = {key: data for key, data in self.objects.items() if key.startswith(prefix)}
        listed = "".join(LISTED.format(escape(key), len(data)) for key, data in found.items())
        counted = f"<Name>{BUCKET}</Name><KeyCount>{len(found)}</KeyCount><IsTruncated>false</IsTruncated>"
        self._answer(200, f"<ListBucketResult>{counted}{listed}</ListBucketResult>".encode(), "application/xml")

    def _object(self, *, body):
        bucket, _, key = unquote(urlsplit(self.path).path).strip("/").partition("/")
        data = self.objects.get(key) if bucket == BUCKET else None
        self.asked.append(f"{self.command} {key} {self.headers.get('Range', '')}".strip())
        if key.startswith("secret"):
            return self._answer(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        if data is None:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml")
        span = self.headers.get("Range")
        if span is None:
            return self._answer(200, data, "application/octet-stream", body=body)
        first, last = (int(text) for text in span.removeprefix("bytes=").split("-"))
        return self._answer(206, data[first : last + 1], "application/octet-stream", body=body)

    def _answer(self, status, data, kind, *, body=True):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.send_header("ETag", '"x"')
        self.end_headers()
        if body and self.command == "GET":
            self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def bucket(monkeypatch, tmp_path):
    s3fs = pytest.importorskip("s3fs", reason="files on object storage need biosetu[cluster]")
    Bucket.objects, Bucket.asked = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("BIOSETU_HOME", str(tmp_path / "home"))
    for name, value in (("ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}"), ("ACCESS_KEY_ID", "nobody"),
                        ("SECRET_ACCESS_KEY", "nothing"), ("DEFAULT_REGION", "us-east-1"), ("MAX_ATTEMPTS", "1"),
                        ("EC2_METADATA_DISABLED", "true")):  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    s3fs.S3FileSystem.clear_instance_cache()
    yield Bucket
    s3fs.S3FileSystem.clear_instance_cache()
    server.shutdown()
    server.server_close()


@pytest.fixture
def records(tmp_path):
    names = [f"Sp {k % 5}" for k in range(500)]
    lon, lat = [80 + (k * 37 % 100) / 50 for k in range(500)], [27 + (k * 53 % 100) / 70 for k in range(500)]
    table = pa.table({"species": names, "decimalLongitude": lon, "decimalLatitude": lat})
    pa_csv.write_csv(table, tmp_path / "o.csv")
    for k in range(3):
        pq.write_table(table.slice(k * 200, 200), tmp_path / f"{k}.parquet", row_group_size=50)
    return table


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("address", ["s3://records/in/o.csv", "s3://records/parts"])
def test_objects_give_what_the_same_files_give(bucket, records, tmp_path, address):
    bucket.objects["in/o.csv"] = (tmp_path / "o.csv").read_bytes()
    bucket.objects |= {f"parts/{k}.parquet": (tmp_path / f"{k}.parquet").read_bytes() for k in range(3)}
    found = [tmp_path / "local.csv", tmp_path / "remote.csv"]
    assert run(["species", "range", str(tmp_path / "o.csv"), "--quiet", "--out", str(found[0])]) == 0
    assert run(["species", "range", address, "--quiet", "--out", str(found[1])]) == 0
    assert found[0].read_text() == found[1].read_text()
    assert len(found[0].read_text().splitlines()) == 6
    assert any(asked.startswith("GET") for asked in bucket.asked)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("s3://records/nothing.csv", 2, "there is no such file"),
        ("s3://records/secret.csv", 2, "may not be read"),
    ],
)
def test_objects_that_are_not_there_or_not_open_are_refused(bucket, tmp_path, capsys, address, code, said):
    assert run(["species", "range", address, "--quiet", "--out", str(tmp_path / "o.csv")]) == code
    heard = capsys.readouterr().err
    assert address in heard
    assert said in heard


@pytest.mark.filterwarnings("ignore")
def test_storage_that_does_not_answer_is_said(bucket, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert run(["species", "range", "s3://records/o.csv", "--quiet", "--out", str(tmp_path / "o.csv")]) == 2
    heard = capsys.readouterr().err
    assert "s3://records/o.csv" in heard
    assert "Traceback" not in heard


@pytest.mark.filterwarnings("ignore")
def test_storage_without_credentials_says_what_is_missing(bucket, monkeypatch, tmp_path, capsys):
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.delenv(f"AWS_{name}")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert run(["species", "range", "s3://records/o.csv", "--quiet", "--out", str(tmp_path / "o.csv")]) == 2
    heard = capsys.readouterr().err
    assert "credentials" in heard
    assert "Traceback" not in heard
