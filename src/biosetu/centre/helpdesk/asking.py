"""What will be asked after a request was closed with a report."""

from __future__ import annotations

from datetime import date

from biosetu.centre.helpdesk.models import FollowUp, SupportRequest
from biosetu.cooperation.following import follow_ups


def schedule(request: SupportRequest, closed: date) -> None:
    """Keep what will be asked, once; the provider's part where one was chosen."""
    helped = request.candidates.filter(chosen=True).exists()
    FollowUp.objects.bulk_create(
        (
            FollowUp(request=request, months=one.months, side=one.side, due_on=one.due(closed))
            for one in follow_ups()
            if one.side == "requester" or helped
        ),
        ignore_conflicts=True,
    )
