"""S2: where secrets may be sent, and when they must not be sent to another place."""

import pytest

from tools.graph import address

SAFE = [
    "https://graph.facebook.com",
    "https://graph.facebook.com/",
    "https://proxy.example:8443/meta",
    "http://127.0.0.1:8095",
    "http://localhost:8095",
    "http://[::1]:8095",
]
UNSAFE = [
    "",
    "graph.facebook.com",
    "http://graph.facebook.com",
    "http://10.0.0.1",
    "ftp://graph.facebook.com",
    "https://",
    "https://@",
    "https://user@evil.example",
    "https://graph.facebook.com@evil.example",
    "https://evil.example\\@graph.facebook.com",
    "https://graph.facebook.com#x",
    "https://graph.facebook.com?x",
    "https://graph.facebook.com x",
    "https://graph.facebook.com\n",
    "https://graph.facebook.com\t",
    "https://127.0.0.1:99999",
    "https://[::1",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "https://gräph.example",
]


@pytest.mark.parametrize("url", SAFE)
def test_safe(url):
    assert address.is_allowed(url)


@pytest.mark.parametrize("url", UNSAFE)
def test_unsafe(url):
    assert not address.is_allowed(url)


@pytest.mark.parametrize(
    ("former", "new", "moved"),
    [
        ("https://graph.facebook.com", "https://graph.facebook.com/", False),
        ("https://graph.facebook.com", "https://evil.example", True),
        ("https://graph.facebook.com", "https://graph.facebook.com:8443", True),
        ("https://graph.facebook.com", "http://127.0.0.1:8095", True),
        ("http://127.0.0.1:8095", "https://graph.facebook.com", True),
        ("http://127.0.0.1:8095", "http://localhost:8096", False),
        ("not an address", "https://graph.facebook.com", True),
    ],
)
def test_moving(former, new, moved):
    assert address.has_moved(former, new) is moved
