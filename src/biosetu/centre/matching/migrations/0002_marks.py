import django.db.models.deletion
from django.db import migrations, models

from biosetu.cooperation.duplicates import marks

CHUNK = 500
TEXTS = ("what", "purpose", "problem", "objectives")


def mark_all(apps, schema_editor):
    """Mark the requests that are there by their words."""
    made = apps.get_model("matching", "Mark").objects
    for row in apps.get_model("helpdesk", "SupportRequest").objects.iterator(CHUNK):
        text = " ".join((row.title, *(row.values.get(name, "") for name in TEXTS)))
        made.bulk_create([made.model(request_id=row.pk, mark=one) for one in marks(text)])


class Migration(migrations.Migration):

    dependencies = [
        ('helpdesk', '0008_checks_by_choice'),
        ('matching', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.BigIntegerField(db_index=True)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='helpdesk.supportrequest')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('request', 'mark'), name='one_mark_of_a_request')],
            },
        ),
        migrations.RunPython(mark_all, migrations.RunPython.noop),
    ]
