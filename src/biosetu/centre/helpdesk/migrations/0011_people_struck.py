from django.db import migrations

from biosetu.centre.audit.guards import install_for_requests, remove_for_requests


def anew(apps, schema_editor):
    """Guard anew: a name may be struck from who entered a decision, too."""
    remove_for_requests(apps, schema_editor)
    install_for_requests(apps, schema_editor)


class Migration(migrations.Migration):

    dependencies = [("helpdesk", "0010_history_stands")]

    operations = [migrations.RunPython(anew, migrations.RunPython.noop)]
