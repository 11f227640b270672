"""How we prove who we are: a header and, on request of the app, a proof.

Source: developers.facebook.com, Graph API "Secure Graph API calls".
"""

from __future__ import annotations

import hashlib
import hmac
import re

import requests
from requests.auth import AuthBase

_HEADER_SAFE = re.compile(r"[\x21-\x7e]+")


def appsecret_proof(app_secret: str, access_token: str) -> str:
    """Return the hex HMAC-SHA256 of the token under the app secret."""
    key, message = app_secret.encode(), access_token.encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def is_usable(access_token: str) -> bool:
    """Tell whether a token can stand in a header at all."""
    return _HEADER_SAFE.fullmatch(access_token) is not None


class BearerAuth(AuthBase):
    """Adds the token as a header, at the last moment and nowhere else."""

    def __init__(self, access_token: str) -> None:
        self._access_token = access_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header of a request that is about to leave."""
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request

    def __repr__(self) -> str:
        return "BearerAuth(***)"
