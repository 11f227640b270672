"""What must not stand in a report: secrets, ids, phones, names, whatever an answer brought of them."""

from __future__ import annotations

import json
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
#: What stands in a text for what was hidden.
_STAND_INS = re.compile(r"<(?:id|phone|name|handle|address|text|message|upload|person|number|hash)>")
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
        """Keep a value in each spelling in which a text may quote it.

        Names may be short (Bo, 王): rather is a word of Meta's hidden that happens to be somebody's name. One or two digits
        or signs are nobody's, and would take codes of errors with them.
        """
        telling = len(value) > 2 or not value.isascii() or any(map(str.isalpha, value))
        if telling and value not in _HARMLESS and not value.startswith("wa_live_check_"):
            for spelling in (value, repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
                self._words.setdefault(spelling, f"<{word}>")

    def hide(self, text: str, length: int = 0) -> str:
        """Return a text without anything of that.

        :param length: characters it may have afterwards; 0 for any number. What is cut before could be half a secret, which
            nobody recognises.
        """
        shown = str(redact(text, self.secrets))
        if known := "|".join(map(_pattern, self._in(shown))):
            shown = re.sub(known, lambda found: self._words[found[0]], shown)
        for pattern, word in _PATTERNS:
            shown = pattern.sub(word, shown)
        return shown if not length or len(shown) <= length else shown[: length - 1] + "…"

    def found_in(self, text: str) -> list[str]:
        """Return the words (not the values) for whatever still stands in a text; empty when it is clean."""
        left = ["<secret>" for secret in self.secrets if secret in text]
        bare = _STAND_INS.sub("", text)
        return left + [self._words[value] for value in self._in(bare) if re.search(_pattern(value), bare)]

    def _in(self, text: str) -> list[str]:
        """Return the values that stand in a text, the longest first."""
        return sorted((value for value in self._words if value in text), key=len, reverse=True)


def _pattern(value: str) -> str:
    """Return a regular expression for a value that is not part of a longer word, in scripts that part words."""
    before, after = (r"(?<!\w)", r"(?!\w)")
    return (before if _parts_words(value[0]) else "") + re.escape(value) + (after if _parts_words(value[-1]) else "")


def _parts_words(letter: str) -> bool:
    """Tell Latin, Greek, Cyrillic and Armenian from scripts that write words together or hang others on to them."""
    return letter.isalnum() and letter < "\u0590"


#: Values of those keys that are Meta's words, not somebody's.
_HARMLESS = frozenset({"messages", "whatsapp", "hello_world", "flow", "Flow"})
