"""Texts that are hard to cut: small generators, the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Callable

from niah.draws import Stream
from niah.haystacks.corpus import Corpus, make_corpus

Words = tuple[str, ...]


def _prose(words: Words, *, gap: str, stop: str, size: int, seed: int) -> str:
    """Sentences of 4 to 25 words, paragraphs of 1 to 7 sentences."""
    stream = Stream(seed, "prose")
    parts: list[str] = []
    length = 0
    while length < size:
        sentence = gap.join(words[stream.below(len(words))] for _ in range(4 + stream.below(22)))
        sentence = sentence[:1].upper() + sentence[1:] + stop
        parts.append(sentence + ("\n\n" if stream.below(5) == 0 else gap))
        length += len(parts[-1])
    return "".join(parts)


ENGLISH = tuple(
    "the river old harbour wind carries salt over stone and barley while merchants count copper "
    "coins, nobody's boat returns: seven lanterns; a bridge (half-built) waits".split()
)
GERMAN = tuple(
    "über Größe Straße der Fluss trägt Öl, Äpfel und Mühlen, während Händler zählen: süße Bäche "
    "Donaudampfschifffahrt weiß Jungfräulichkeit".split()
)
CHINESE = tuple("山水之间有一座古老的城市人们在那里种植茶叶并且写诗")
ARABIC = tuple("كان النهر القديم يحمل الملح عبر المدينة والتجار يعدون النقود".split())
THAI = tuple("แม่น้ำเก่าแก่ไหลผ่านเมืองและพ่อค้านับเหรียญ")
RUSSIAN = tuple("старая река несёт соль через город, а купцы считают медные монеты: ёлка".split())
EMOJI = ("🎉", "👩‍👩‍👧", "fin", "🇩🇪", "né́e", "e\u0301", "ok", "\u200b", "½", "ﬁ")
SPECIAL = (
    "<|endoftext|>",
    "word",
    "<｜begin▁of▁sentence｜>",
    "and",
    "<|im_start|>",
    "text",
    "<|fim_prefix|>",
)
CODE = ("def f(x):", "    return x**2 ", "#", "\t", "==", "0x1F", "{", "}", "//", "'s", "I'll")


def _lines(words: Words, size: int, seed: int) -> str:
    stream = Stream(seed, "lines")
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        parts.append(
            " " * stream.below(9)
            + " ".join(words[stream.below(len(words))] for _ in range(stream.below(12)))
            + "\n" * (1 + stream.below(3))
        )
    return "".join(parts)


TEXTS: dict[str, Callable[[int], str]] = {
    "english": lambda size: _prose(ENGLISH, gap=" ", stop=".", size=size, seed=1),
    "german": lambda size: _prose(GERMAN, gap=" ", stop="!", size=size, seed=2),
    "chinese": lambda size: _prose(CHINESE, gap="", stop="。", size=size, seed=3),
    "arabic": lambda size: _prose(ARABIC, gap=" ", stop="؟", size=size, seed=4),
    "thai": lambda size: _prose(THAI, gap="", stop=" ", size=size, seed=5),
    "russian": lambda size: _prose(RUSSIAN, gap=" ", stop="…", size=size, seed=6),
    "emoji": lambda size: _prose(EMOJI, gap=" ", stop=".", size=size, seed=7),
    "special-tokens": lambda size: _prose(SPECIAL, gap=" ", stop=".", size=size, seed=8),
    "code": lambda size: _lines(CODE, size, seed=9),
    "no-punctuation": lambda size: _prose(ENGLISH[:14], gap=" ", stop="", size=size, seed=10),
    "one-line": lambda size: "abcdefghij" * (size // 10),
    "digits": lambda size: "3141592653 " * (size // 11),
    "spaces": lambda size: "a    b  .   " * (size // 12),
}


def text_corpus(name: str, size: int) -> Corpus:
    """A corpus of about so many characters."""
    return make_corpus(f"test-{name}", "und", TEXTS[name](size))
