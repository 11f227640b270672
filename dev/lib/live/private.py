"""What must not stand in a report: secrets, ids, phones, names, whatever an answer brought of them."""

from __future__ import annotations

import re
from typing import Any

from tools.phone import digits, variants
from tools.redact import redact

#: Keys of Meta's answers and webhooks whose values belong to somebody -> the word that stands for them.
PRIVATE_KEYS = {
    "id": "id",
    "waba_id": "id",
    "app_id": "id",
    "user_id": "id",
    "business_id": "id",
    "phone_number_id": "id",
    "parent_user_id": "id",
    "recipient_user_id": "id",
    "recipient_parent_user_id": "id",
    "from_user_id": "id",
    "message_template_namespace": "id",
    "wa_id": "phone",
    "input": "phone",
    "from": "phone",
    "recipient_id": "phone",
    "display_phone_number": "phone",
    "verified_name": "name",
    "name": "name",
    "username": "name",
    "application": "name",
    "h": "handle",
    "email": "address",
    "address": "address",
    "about": "text",
    "description": "text",
}
_PATTERNS = (
    (re.compile(r"wamid\.[A-Za-z0-9+/=_\-]+"), "<message>"),
    (re.compile(r"\bupload:[^\s'\"]+"), "<upload>"),
    (re.compile(r"\b\d+::[A-Za-z0-9+/=_:\-]{6,}"), "<handle>"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "<address>"),
    (re.compile(r"(https?://)[^\s'\"<>|]+"), r"\1…"),
    (re.compile(r"\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{6,}"), "<person>"),
    # ids and phones; codes of errors have seven digits at most
    (re.compile(r"\+?\d(?:[\s().\-]?\d){7,}"), "<number>"),
    (re.compile(r"\b[0-9a-f]{32,}\b"), "<hash>"),
)


class Private:
    """Knows what has to be hidden, learns more from every answer, and hides it.

    :param secrets: tokens and app secrets.
    :param values: ids and addresses given by the user.
    :param phone: the recipient.
    """

    def __init__(self, secrets: tuple[str, ...], values: tuple[str, ...], phone: str) -> None:
        self.secrets = tuple(secret for secret in secrets if secret)
        self._words: dict[str, str] = {value: "<id>" for value in values if value}
        for one in {digits(phone), *variants(digits(phone))}:
            self._words[one] = "<phone>"

    def learn(self, data: Any) -> None:
        """Remember what an answer or a webhook says about somebody."""
        if isinstance(data, dict):
            if data.keys() == {"name", "version"}:
                return  # a field of webhooks, Meta's own word
            for key, value in data.items():
                if isinstance(value, (dict, list)):
                    self.learn(value)
                elif key in PRIVATE_KEYS and isinstance(value, (str, int)) and not isinstance(value, bool):
                    self._remember(str(value), PRIVATE_KEYS[key])
        elif isinstance(data, list):
            for item in data:
                self.learn(item)

    def _remember(self, value: str, word: str) -> None:
        if len(value) > 2 and value not in _HARMLESS and not value.startswith("wa_live_check_"):
            self._words.setdefault(value, f"<{word}>")

    def hide(self, text: str) -> str:
        """Return a text without anything of that."""
        shown = str(redact(text, self.secrets))
        for value in sorted(self._words, key=len, reverse=True):
            if value in shown:
                shown = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", self._words[value], shown)
        for pattern, word in _PATTERNS:
            shown = pattern.sub(word, shown)
        return shown

    def found_in(self, text: str) -> list[str]:
        """Return the words (not the values) for whatever still stands in a text; empty when it is clean."""
        left = ["<secret>" for secret in self.secrets if secret in text]
        return left + [word for value, word in self._words.items() if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text)]


#: Values of those keys that are Meta's words, not somebody's.
_HARMLESS = frozenset({"messages", "whatsapp", "hello_world", "flow", "Flow"})
