from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from biosetu.centre import health as module
from biosetu.centre.queue import oldest_waiting

pytestmark = [pytest.mark.db, pytest.mark.django_db]


def test_health_says_ok_with_the_version(client):
    answer = client.get("/health")
    assert answer.status_code == 200
    assert {key: answer.json()[key] for key in ("status", "database", "queue")} == {
        "status": "ok",
        "database": "ok",
        "queue": "ok",
    }


def test_health_says_down_when_the_database_is(client, monkeypatch):
    def broken():
        raise DatabaseError

    monkeypatch.setattr(module, "oldest_waiting", broken)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")


def test_health_says_late_when_nobody_works_the_queue(client, monkeypatch):
    monkeypatch.setattr(module, "oldest_waiting", lambda: module.LATE_SECONDS + 1)
    assert client.get("/health").json()["queue"] == "late"


def test_health_is_not_cached_and_takes_no_post(client):
    assert "no-store" in client.get("/health")["Cache-Control"]
    assert client.post("/health").status_code == 405


def test_oldest_waiting_counts_from_the_first_task():
    from django_tasks_db.models import DBTaskResult

    assert oldest_waiting() == 0.0
    waiting = DBTaskResult.objects.create(task_path="x", args_kwargs={"args": [], "kwargs": {}}, backend_name="default")
    DBTaskResult.objects.filter(pk=waiting.pk).update(enqueued_at=timezone.now() - timedelta(seconds=90))
    assert 90 <= oldest_waiting() < 100
    assert connection.vendor in ("sqlite", "postgresql")
