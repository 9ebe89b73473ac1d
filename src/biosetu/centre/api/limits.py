"""How often one address may ask."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import AnonRateThrottle


class PerMinute(AnonRateThrottle):
    """So many requests a minute from one address, as the settings say."""

    scope = "api"

    def __init__(self) -> None:
        super().__init__(f"{settings.BIOSETU_API_PER_MINUTE}/m")

    def get_cache_key(self, request: HttpRequest) -> str | None:
        """Count everybody by address, signed in or not."""
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
