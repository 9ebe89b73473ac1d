"""The directory: who can help."""
