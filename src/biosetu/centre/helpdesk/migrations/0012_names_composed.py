from unicodedata import normalize

from django.db import migrations


def compose(apps, schema_editor):
    """Write names as they are compared now: a letter in one sign or in two is the same."""
    for row in apps.get_model("helpdesk", "Concerned").objects.order_by("pk"):
        office = normalize("NFKC", normalize("NFKC", row.office).casefold())[:200]
        if office == row.office:
            continue
        if type(row).objects.filter(request_id=row.request_id, office=office).exists():
            row.delete()
        else:
            row.office = office
            row.save(update_fields=["office"])


class Migration(migrations.Migration):

    dependencies = [("helpdesk", "0011_people_struck")]

    operations = [migrations.RunPython(compose, migrations.RunPython.noop)]
