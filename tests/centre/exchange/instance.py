"""A centre of its own, in a process, home and database of its own: `python instance.py east|west` in its BIOSETU_HOME.

`east` hands a request over and writes the signed file to its standard output; `west` reads files, one a line, from its
standard input, takes each in, and tells as JSON what became of each and what it then holds.
"""

import json
import sys

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402 - Django first
from django.core.management import call_command  # noqa: E402

from biosetu.centre.accounts.models import Account, Role  # noqa: E402
from biosetu.centre.exchange import verbs as exchange  # noqa: E402
from biosetu.centre.exchange.signing import public_key  # noqa: E402
from biosetu.centre.helpdesk import verbs  # noqa: E402
from biosetu.centre.helpdesk.models import SupportRequest  # noqa: E402
from biosetu.problems import BioSetuError  # noqa: E402


def person(name, role, *, party="", centre=""):
    made = Account.objects.open(username=name, password="quite-a-long-password-1", name=name.title())
    Role.objects.create(account=made, role=role, party=party, centre=centre, office=f"Office of {name}")
    Authenticator.objects.create(user=made, type=Authenticator.Type.TOTP, data={"secret": "unused"})
    return made


def east():
    asks, officer = person("asks", "contributor", party="JOR"), person("east", "officer", centre="iucn-west-asia")
    values = {
        "who": "Royal Society", "what": "Mapping of rivers", "purpose": "Target 2", "needed_by": "2027-06-30",
        "party": "JOR", "targets": "2", "confidential": "yes", "contact": "desk",
    }  # fmt: skip
    request = verbs.open_request(by=asks, values=values)
    verbs.act(request=request, verb="submit", by=asks)
    verbs.write(request=request, by=officer, text="private words")
    verbs.act(request=request, verb="hand_over", by=officer, reason="It lies elsewhere.")
    sys.stdout.write(exchange.hand_over_file(request=request, by=officer).decode())


def west():
    officer = person("west", "officer", centre="iucn-west-asia")
    told = [taken_in(json.loads(line), officer) for line in sys.stdin]
    held = list(SupportRequest.objects.values("state", "title", "centre", "confidential", "came_from", "owner"))
    words = [step.verb for row in SupportRequest.objects.all() for step in row.steps.all()]
    json.dump({"told": told, "held": held, "steps": words, "key": public_key()}, sys.stdout)


def taken_in(content, officer):
    try:
        arrival = exchange.arrive(content=content.encode(), by=officer)
        exchange.take_in(arrival=arrival, by=officer, confirmed_name="Centre East")
    except BioSetuError as error:
        return str(error)
    return "taken in"


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    {"east": east, "west": west}[sys.argv[1]]()
