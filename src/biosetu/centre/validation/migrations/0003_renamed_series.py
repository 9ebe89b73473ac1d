"""Looks and suggested answers follow the series that are held under their indicators since 23 Nov 2026."""

from django.db import migrations

from biosetu.observations import named_before, named_now
from biosetu.observations.answers import reference
from biosetu.sources import official

COLUMNS = ("party", "indicator", "series", "disaggregation_type", "disaggregation", "year", "source", "method", "vintage")


def rename(apps, _):
    for look in apps.get_model("validation", "Look").objects.all():
        named = [named_now(row) for row in look.figures]
        if named != look.figures:
            look.figures = named
            look.save()
    suggestions = apps.get_model("validation", "Suggestion").objects.all()
    if not suggestions.exists():
        return
    stored = apps.get_model("evidence", "Figure").objects.filter(current=True).values(*COLUMNS)
    known = {
        reference(before): reference(row)
        for row in (*official.observations().to_pylist(), *stored)
        for before in named_before(row)
    }
    for suggestion in suggestions.filter(reference__in=list(known)):
        suggestion.reference = known[suggestion.reference]
        suggestion.save()


class Migration(migrations.Migration):
    dependencies = [("validation", "0002_suggestion"), ("evidence", "0002_renamed_series")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
