import json
import logging

import pytest

from biosetu.centre.tracing import HEADER, JsonFormatter, RequestIdFilter, request_id

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_request_id_of_the_caller_is_kept_when_well_formed(client):
    assert client.get("/health", headers={HEADER: "abc-12345"})[HEADER] == "abc-12345"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space 123", "<script>alert(1)</script>"])
def test_request_id_that_is_malformed_is_replaced(client, given):
    answered = client.get("/health", headers={HEADER: given})[HEADER]
    assert len(answered) == 32
    assert answered != given


def test_each_log_line_of_a_request_carries_its_id(client, caplog):
    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.INFO, logger="biosetu.request"):
        response = client.get("/about/")
    assert [record.request_id for record in caplog.records if record.name == "biosetu.request"] == [response[HEADER]]


@pytest.mark.parametrize("place", ["/plans/shared/", "/office/"])
def test_the_secret_of_a_shared_link_is_in_no_log_line(client, caplog, place):
    with caplog.at_level(logging.INFO, logger="biosetu.request"):
        client.get(f"{place}a-secret-token/")
    lines = [record.getMessage() for record in caplog.records if record.name == "biosetu.request"]
    assert [line for line in lines if "…" in line] == lines != []
    assert "a-secret-token" not in "".join(lines)


def test_outside_of_a_request_there_is_no_id():
    assert request_id() == "-"


def test_json_lines_are_whole_objects():
    record = logging.LogRecord("biosetu", logging.INFO, __file__, 1, "said %s", ('\n"this"',), None)
    assert json.loads(JsonFormatter().format(record))["message"] == 'said \n"this"'
