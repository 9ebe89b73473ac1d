"""National targets in, from where they are: exports and records of the reporting tool, our own template."""
