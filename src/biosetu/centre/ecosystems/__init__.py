"""The workbench for ecosystems: maps, their classes, extent and change, the Red List criteria, versions, review."""
