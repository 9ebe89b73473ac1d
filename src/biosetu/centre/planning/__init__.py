"""The planning workbench: problems from files or made here, plans as versions, compared, shared, downloaded."""
