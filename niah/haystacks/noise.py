"""The noise haystack: a handful of short sentences, over and over.

Source: the construction, not the wording, follows Mohtashami & Jaggi 2023 (passkey retrieval) and
RULER (Hsieh et al. 2024), niah_single_1.
"""

from __future__ import annotations

_BLOCKS = {
    "en": "The road is long. The hills are quiet. The bread is warm. We carry on. "
    "And home we come.",
    "de": "Der Weg ist lang. Die Hügel sind still. Das Brot ist warm. Wir gehen weiter. "
    "Und heim geht es wieder.",
}

LANGUAGES = tuple(_BLOCKS)


def version(language: str) -> str:
    """The name of the language's text, such as ``noise-en-1``."""
    return f"noise-{language}-1"


def generate(language: str, min_bytes: int) -> str:
    """The block, once a line, until the text has at least so many UTF-8 bytes.

    Raises:
        KeyError: if there is no block in the language.
    """
    line = _BLOCKS[language] + "\n"
    return line * max(1, -(-min_bytes // len(line.encode())))
