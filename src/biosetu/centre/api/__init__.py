"""What programs may read: Parties, indicators, observations, with OpenAPI."""
