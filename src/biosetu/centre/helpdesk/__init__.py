"""The helpdesk: support requests from draft to result."""
