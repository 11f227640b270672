"""The HTTP session: one connection pool, no retries, no cookies, no surprises."""

from __future__ import annotations

import os
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.util import Retry

POOL_SIZE = 160
"""Connections kept open; the sender uses up to this many at once."""


def new_session(base_url: str) -> requests.Session:
    """Return a session fit for many threads that all talk to ``base_url``.

    * Nothing is ever repeated by the HTTP layer: a POST that is sent twice is a
      message that is sent twice.
    * Proxies and certificates of the environment are looked up once, instead of
      at every request; ``~/.netrc`` never replaces our token.
    * No cookies: they would be the only state the threads share.
    """
    session = requests.Session()
    adapter = HTTPAdapter(
        pool_connections=4,
        pool_maxsize=POOL_SIZE,
        max_retries=Retry(total=0, read=False, redirect=False),
    )
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.trust_env = False
    session.proxies.update(get_environ_proxies(base_url))
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    session.verify = bundle or True
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session
