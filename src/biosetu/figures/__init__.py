"""Charts and small maps as SVG, from tables: no script, text stays text, right-to-left where the language is."""
