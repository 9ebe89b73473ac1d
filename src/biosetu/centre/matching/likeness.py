"""Which requests may be the same one asked twice or elsewhere: found in an index of marks, among any number."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from biosetu.centre.helpdesk.models import SupportRequest
from biosetu.centre.matching.models import Mark
from biosetu.cooperation.duplicates import marks


def keep_marks(request: SupportRequest) -> None:
    """Mark a request anew by its words; called whenever they change."""
    asked = request.question()
    wanted, held = set(marks(f"{asked.title} {asked.text}")), set(request.marks.values_list("mark", flat=True))
    request.marks.filter(mark__in=held - wanted).delete()
    Mark.objects.bulk_create(Mark(request=request, mark=one) for one in sorted(wanted - held))


def nearest(request: SupportRequest, among: QuerySet[SupportRequest], most: int) -> list[int]:
    """Return the requests (keys) that share most marks with one, the newest of equals first."""
    mine = request.marks.values("mark")
    shared = Mark.objects.filter(mark__in=mine, request__in=among.order_by().values("pk"))
    found = shared.values("request").annotate(many=Count("pk")).order_by("-many", "-request")
    return [row["request"] for row in found[:most]]
