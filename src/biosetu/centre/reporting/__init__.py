"""The national report in the browser: collected from offices, decided, cleared, signed off; files out and in."""
