"""People at their windows: the marks of a test that plays in a browser, keys of the second step, signing in."""

import os

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from tests.browsers import IN_BROWSER
from tests.centre.people import PASSWORD

from biosetu.centre.accounts.demonstration import one_time_code

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PLAYED = [*IN_BROWSER, pytest.mark.db, pytest.mark.django_db(transaction=True)]
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"  # Playwright's own loop runs in the thread of the test


def with_key(made):
    data = {"secret": get_adapter().encrypt(KEY)}
    Authenticator.objects.create(user=made, type=Authenticator.Type.TOTP, data=data)
    return made


def sign_in(page, username, prefix=""):
    """Sign in; who has a second step is asked for its code, and gives it."""
    page.goto(f"{prefix}/account/login/")
    page.fill("#id_login", username)
    page.fill("#id_password", PASSWORD)
    page.click("form.stack button[type=submit]")
    if Authenticator.objects.filter(user__username=username).exists():
        page.fill("#id_code", one_time_code(KEY))
        page.click("form.stack button[type=submit]")
    page.wait_for_url(f"**{prefix}/")
