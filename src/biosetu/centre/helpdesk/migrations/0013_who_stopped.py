from django.db import migrations, models

from biosetu.centre.audit.guards import install_for_requests, remove_for_requests


class Migration(migrations.Migration):

    dependencies = [("helpdesk", "0012_names_composed")]

    operations = [
        migrations.RunPython(remove_for_requests, install_for_requests),
        migrations.AddField("step", "office", models.CharField(blank=True, default="", max_length=200)),
        migrations.RunPython(install_for_requests, remove_for_requests),
    ]
