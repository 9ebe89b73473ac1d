import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

ENDORSED = (
    "what", "purpose", "needed_by", "title", "problem", "objectives", "assistance_types", "targets", "coverage",
    "jurisdiction", "organization", "information_only", "touches_communities",
)  # fmt: skip


def keep(apps, schema_editor):
    """Say of the steps which were one Party's of several, and keep what was endorsed as it reads today."""
    steps = apps.get_model("helpdesk", "Step").objects.filter(verb__in=("endorse", "lapse_endorsement"))
    steps.filter(after=F("before")).update(partial=True)
    parties = apps.get_model("helpdesk", "RequestParty").objects.filter(endorsed_on__isnull=False)
    for row in parties.select_related("request").iterator():
        row.endorsed_values = {name: row.request.values[name] for name in ENDORSED if row.request.values.get(name)}
        row.save(update_fields=["endorsed_values"])


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_append_only'),
        ('helpdesk', '0008_checks_by_choice'),
    ]

    operations = [
        migrations.AddField(
            model_name='step',
            name='partial',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='requestparty',
            name='endorsed_values',
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name='Concerned',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('office', models.CharField(db_index=True, max_length=200)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='concerned', to='helpdesk.supportrequest')),
            ],
            options={
                'ordering': ('pk',),
                'constraints': [models.UniqueConstraint(fields=('request', 'office'), name='concerned_once')],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
