"""Connectors to official services: paged, cached, resumable, polite; the licence stays with the data.

To add one: a row in `data/services.csv`, a module with `pull` here, a line in `registry.PULLERS`, a test against a
local server that speaks its format.
"""

from biosetu.sources.services.client import Client, ServiceError
from biosetu.sources.services.registry import ANEW, PULLERS, Pull, Service, pull, series_of, services

__all__ = ["ANEW", "PULLERS", "Client", "Pull", "Service", "ServiceError", "pull", "series_of", "services"]
