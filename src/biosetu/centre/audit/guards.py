"""The database's own refusal to change or delete what the audit table holds."""

from __future__ import annotations

from collections.abc import Mapping

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "audit_entry"
_SQLITE = tuple(
    f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    f"""CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit entries are append-only'; END $$""",
    f"""CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()""",
)
INSTALL: Mapping[str, tuple[str, ...]] = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
REMOVE: Mapping[str, tuple[str, ...]] = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {TABLE}_no_{verb}" for verb in ("update", "delete")),
    "postgresql": (
        f"DROP TRIGGER IF EXISTS {TABLE}_append_only ON {TABLE}",
        f"DROP FUNCTION IF EXISTS {TABLE}_refuse()",
    ),
}


def install(apps: Apps | None, editor: BaseDatabaseSchemaEditor) -> None:
    """Add the triggers (a migration step)."""
    for statement in INSTALL.get(editor.connection.vendor, ()):
        editor.execute(statement, params=None)


def remove(apps: Apps | None, editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away (the migration step undone)."""
    for statement in REMOVE.get(editor.connection.vendor, ()):
        editor.execute(statement, params=None)
