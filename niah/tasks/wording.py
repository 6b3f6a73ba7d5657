"""Sentences that several families share, in each language."""

from __future__ import annotations

PADDING = {
    "en": "Please skip the rest of this line:",
    "de": "Den Rest dieser Zeile bitte übergehen:",
}

REPLIES = {
    "en": "I have read this part.",
    "de": "Diesen Teil habe ich gelesen.",
}

NOTHING = {
    "en": "If the text does not say it, answer that the text does not say it.",
    "de": "Wenn der Text es nicht sagt, antworten Sie, dass der Text es nicht sagt.",
}
