"""Is it up? For a load balancer, and for `serve`, which waits for it."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from biosetu import __version__
from biosetu.centre.queue import oldest_waiting

LATE_SECONDS = 120


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Return 200 when the database answers, 503 when it does not; a late queue is said, not fatal."""
    try:
        connection.ensure_connection()
        waiting = oldest_waiting()
    except DatabaseError:
        return JsonResponse({"status": "down", "database": "down"}, status=503)
    queue = "late" if waiting > LATE_SECONDS else "ok"
    return JsonResponse(
        {"status": "ok", "database": "ok", "queue": queue, "oldest_waiting_s": round(waiting), "version": __version__}
    )
