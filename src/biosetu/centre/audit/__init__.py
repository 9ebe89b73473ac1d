"""One append-only table of what was done, by whom, to what."""
