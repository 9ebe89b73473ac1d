"""A small problem as files: sixteen squares in Nepal, two features."""

import io
import json

import shapely
from django.urls import reverse

from biosetu.centre.planning.models import Version
from biosetu.centre.planning.working import perform


def squares(**changes):
    """Return 16 squares as GeoJSON; unit 1 is locked in, each costs its number."""
    features = []
    for number in range(1, 17):
        west, south = 84 + 0.1 * ((number - 1) % 4), 27 + 0.1 * ((number - 1) // 4)
        properties = {
            "unit": number,
            "cost": float(number),
            "status": "in" if number == 1 else "free",
            "forest": 10.0,
            "wetland": 5.0 if number > 8 else 0.0,
        }
        shape = json.loads(shapely.to_geojson(shapely.box(west, south, west + 0.1, south + 0.1)))
        features.append({"type": "Feature", "properties": properties | changes.get(str(number), {}), "geometry": shape})
    return json.dumps({"type": "FeatureCollection", "features": features})


def send(client, text=None, name="units.geojson", **data):
    content = squares() if text is None else text
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    file.name = name
    said = {"party": "NPL", "title": "Terai", "sources": "National forest map 2024 (test)"} | data
    return client.post(reverse("plan_upload"), said | {"file": file})


ASKED = {
    "base": "0",
    "objective": "minimum-set",
    "cost": "given",
    "budget": "",
    "penalty": "0",
    "locked_in": "1",
    "locked_out": "",
    "gap": "0.1",
    "seconds": "5",
    "on-0": "on",
    "kind-0": "relative",
    "value-0": "50",
    "on-1": "on",
    "kind-1": "relative",
    "value-1": "25",
    "action": "ask",
}


def ask(client, study, **changes):
    return client.post(reverse("plan", args=[study.pk]), ASKED | changes)


def asked_and_found(client, study, **changes):
    """Ask, let a worker do it, and return the version."""
    answer = ask(client, study, **changes)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    made = Version.objects.latest("pk")
    perform(made.pk)
    made.refresh_from_db()
    return made
