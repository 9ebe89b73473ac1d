"""Sources: where official figures come from, and how they are fetched; the licence stays with the data."""
