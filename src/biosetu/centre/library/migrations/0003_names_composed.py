from unicodedata import normalize

from django.db import migrations


def compose(apps, schema_editor):
    """Write names as they are compared now; of two that are one, that which has not released stays."""
    for row in apps.get_model("library", "ItemHolder").objects.order_by("pk"):
        office = normalize("NFKC", normalize("NFKC", row.office).casefold())[:200]
        if office == row.office:
            continue
        same = type(row).objects.filter(item_id=row.item_id, office=office)
        if same.exists():
            if row.released_on is None:
                same.update(released_on=None)
            row.delete()
        else:
            row.office = office
            row.save(update_fields=["office"])


class Migration(migrations.Migration):

    dependencies = [("library", "0002_holders")]

    operations = [migrations.RunPython(compose, migrations.RunPython.noop)]
