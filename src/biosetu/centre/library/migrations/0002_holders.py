from django.db import migrations, models
import django.db.models.deletion


def keep(apps, schema_editor):
    holders = apps.get_model("library", "ItemHolder")
    for item in apps.get_model("library", "Item").objects.exclude(holder=""):
        office = " ".join(item.holder.casefold().split())[:200]
        holders.objects.create(item=item, name=item.holder, office=office, released_on=item.released_on)


class Migration(migrations.Migration):

    dependencies = [
        ('library', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemHolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('office', models.CharField(db_index=True, max_length=200)),
                ('released_on', models.DateField(blank=True, null=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holders', to='library.item')),
            ],
            options={
                'ordering': ('pk',),
                'constraints': [models.UniqueConstraint(fields=('item', 'office'), name='one_row_per_item_and_holder')],
            },
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.RemoveField(model_name='item', name='holder'),
    ]
