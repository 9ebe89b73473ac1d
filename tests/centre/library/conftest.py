"""The helpdesk's people serve here too."""

from tests.centre.helpdesk.conftest import people, providers, request_of

__all__ = ["people", "providers", "request_of"]
