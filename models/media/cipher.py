"""Files of forms, as WhatsApp's file host keeps them: encrypted, with the keys in the answer.

Source: developers.facebook.com, WhatsApp Flows, "Media upload" (decrypting and validating); cloud-api reference 2 §2.6.
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

#: Bytes of the authentication code behind the encrypted file.
TAG = 10
#: What an answer has to bring along.
NEEDED = ("encryption_key", "hmac_key", "iv")


class Damaged(Exception):
    """These are not the bytes that were announced; another download may bring them."""


class Unusable(Exception):
    """The answer lacks a key, or holds one that is none: no download helps."""


def decrypt(blob, metadata):
    """Return the file inside an encrypted one.

    :param bytes blob: as the file host gave it.
    :param dict metadata: ``encryption_metadata`` of the answer: keys and checksums in base64.
    :raises Damaged: checksum or authentication code do not fit.
    :raises Unusable: the keys do not.
    """
    key, hmac_key, iv = (_decoded(metadata, name) for name in NEEDED)
    if len(key) not in (16, 24, 32) or len(iv) != 16:
        raise Unusable("keys of another length")
    _compare(blob, metadata.get("encrypted_hash"))
    body, tag = blob[:-TAG], blob[-TAG:]
    if not body or len(body) % 16 or not hmac.compare_digest(hmac.digest(hmac_key, iv + body, "sha256")[:TAG], tag):
        raise Damaged("authentication code")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    try:
        plain = unpadder.update(decryptor.update(body) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise Damaged("padding") from None
    _compare(plain, metadata.get("plaintext_hash"))
    return plain


def _decoded(metadata, name):
    try:
        value = base64.b64decode(metadata.get(name) or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        value = b""
    if not value:
        raise Unusable(f"no {name}")
    return value


def _compare(content, given):
    """Compare with a checksum, if there is one."""
    if isinstance(given, str) and given and given != base64.b64encode(hashlib.sha256(content).digest()).decode():
        raise Damaged("checksum")
