"""The people and requests of the helpdesk's tests."""

from tests.centre.helpdesk.conftest import people, providers, request_of

__all__ = ["people", "providers", "request_of"]
