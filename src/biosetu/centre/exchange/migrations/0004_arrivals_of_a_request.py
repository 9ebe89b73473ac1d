import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("exchange", "0003_rows_emptied"), ("helpdesk", "0001_initial")]

    operations = [
        migrations.AlterField(
            "arrival",
            "request",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="arrivals",
                to="helpdesk.supportrequest",
            ),
        ),
    ]
