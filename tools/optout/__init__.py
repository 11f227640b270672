"""What customers write when they want no more messages, or messages again, in thirty languages."""

from .reading import LANGUAGES, Said, asks_to_stop, is_question, label, says_no, shipped, without_courtesy

__all__ = ["LANGUAGES", "Said", "asks_to_stop", "is_question", "label", "says_no", "shipped", "without_courtesy"]
