from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('helpdesk', '0007_choices_checks_budget'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='supportrequest',
            name='due_diligence_done',
        ),
        migrations.RemoveField(
            model_name='supportrequest',
            name='safeguards_done',
        ),
    ]
