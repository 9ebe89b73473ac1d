from django.db import migrations


def empty(apps, schema_editor):
    """What a row held is kept in the record that it became."""
    apps.get_model("exchange", "SheetRow").objects.filter(sheet__state="done").update(values={})


class Migration(migrations.Migration):

    dependencies = [("exchange", "0002_sheets")]

    operations = [migrations.RunPython(empty, migrations.RunPython.noop)]
