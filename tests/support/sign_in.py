"""Signing in, for tests of what takes it."""

import httpx

from model.access.middleware import SESSION_COOKIE
from tests.support.server import PATIENCE

PASSWORD = "correct horse battery"


def sign_in(address, name="Ana", password=PASSWORD, **headers):
    """The answer of the form."""
    form = {"name": name, "password": password}
    return httpx.post(f"{address}/sign-in", data=form, headers=headers, timeout=PATIENCE, verify=False)


def signed_in(browser, address, name="Ana", password=PASSWORD, **options):
    """A context of a browser in which somebody has signed in."""
    secret = sign_in(address, name, password).cookies[SESSION_COOKIE]
    context = browser.new_context(**options)
    context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
    return context


def client(address, name="Ana", password=PASSWORD):
    """A program that has signed in as a person."""
    cookies = {SESSION_COOKIE: sign_in(address, name, password).cookies[SESSION_COOKIE]}
    return httpx.Client(base_url=address, cookies=cookies, timeout=PATIENCE, verify=False)
