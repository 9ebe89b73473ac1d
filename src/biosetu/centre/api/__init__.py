"""What programs may read: Parties, indicators, observations; requests, providers and open calls; with OpenAPI."""
