from django.db import migrations, models


class Migration(migrations.Migration):
    """Which codes of the maps mean no data, as a person says when they are measured."""

    dependencies = [("ecosystems", "0002_degradation")]

    operations = [migrations.AddField("measurement", "nodata", models.JSONField(default=list))]
