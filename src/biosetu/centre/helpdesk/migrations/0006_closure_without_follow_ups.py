from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('helpdesk', '0005_follow_ups'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='closure',
            name='follow_up_12',
        ),
        migrations.RemoveField(
            model_name='closure',
            name='follow_up_6',
        ),
    ]
