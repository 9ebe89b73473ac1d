import re

import pytest

from biosetu.centre.headers import CONTENT_SECURITY_POLICY, HEADERS

pytestmark = [pytest.mark.db, pytest.mark.django_db]
PAGES = ["/", "/ar/", "/about/", "/account/login/", "/ar/account/login/", "/account/signup/", "/no-such-page"]
INLINE = re.compile(rb"<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
SCRIPT = re.compile(rb"<script(?P<attributes>[^>]*)>", re.IGNORECASE)


def test_policy_allows_nothing_inline():
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(" ".join(CONTENT_SECURITY_POLICY.values()).split())


@pytest.mark.parametrize("page", PAGES)
def test_every_page_sends_the_security_headers(client, page):
    response = client.get(page)
    expected = {**HEADERS, "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}
    assert {name: response[name] for name in expected} == expected


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_inline_script_or_style(client, page):
    body = client.get(page).content
    assert INLINE.findall(body) == []
    scripts = [match["attributes"] for match in SCRIPT.finditer(body)]
    assert [tag for tag in scripts if b"src=" not in tag and b"application/json" not in tag] == []


def test_public_pages_set_no_cookie(client):
    assert client.get("/about/").cookies == {}
