"""The helpdesk's people serve here too."""

from tests.centre.helpdesk.conftest import in_english, people, providers, request_of

__all__ = ["in_english", "people", "providers", "request_of"]
