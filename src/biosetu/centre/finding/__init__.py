"""Finding by text through an index of the database, ranked as `framework.find` ranks."""
