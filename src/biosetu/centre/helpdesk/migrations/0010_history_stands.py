from django.db import migrations

from biosetu.centre.audit.guards import install_for_requests, remove_for_requests


class Migration(migrations.Migration):

    dependencies = [("helpdesk", "0009_history_and_holders")]

    operations = [migrations.RunPython(install_for_requests, remove_for_requests)]
