"""Degraded land, stored plants and breeds, crop material received: held under their indicators since 23 Nov 2026."""

from django.db import migrations

from biosetu.centre.evidence.renaming import rename_figures, rename_rows, rename_withdrawals


def rename(apps, _):
    figures, withdrawals = apps.get_model("evidence", "Figure"), apps.get_model("evidence", "Withdrawal")
    rename_withdrawals(withdrawals, figures)
    rename_figures(figures, withdrawals)
    for name in ("UploadRow", "Proposal"):
        rename_rows(apps.get_model("evidence", name))


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
