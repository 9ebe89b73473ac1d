from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("helpdesk", "0013_who_stopped")]

    operations = [
        migrations.AddField(
            model_name="requestparty",
            name="named_on",
            field=models.DateField(blank=True, null=True),
        ),
    ]
