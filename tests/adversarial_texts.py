"""Texts that are hard to compose exactly, each generated from a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from niah.draws import Stream
from niah.haystacks import Corpus
from niah.haystacks.corpus import make_corpus


def _words(stream: Stream, alphabet: str, below: int) -> str:
    return "".join(alphabet[stream.below(len(alphabet))] for _ in range(1 + stream.below(below)))


def _sentences(
    alphabet: str, ends: Sequence[str], *, space: str = " ", gap: str = " "
) -> Callable[..., str]:
    """Random words in sentences, five to a paragraph or so."""

    def text(stream: Stream, sentences: int) -> str:
        out = []
        for _ in range(sentences):
            words = [_words(stream, alphabet, 9) for _ in range(3 + stream.below(15))]
            out.append(space.join(words).capitalize() + ends[stream.below(len(ends))])
            out.append("\n\n" if stream.below(5) == 0 else gap)
        return "".join(out)

    return text


def _code(stream: Stream, sentences: int) -> str:
    lines = []
    for _ in range(sentences):
        name = _words(stream, "abcdefgh_", 8)
        lines.append(f"def {name}(x, *, y={stream.below(999)}):")
        lines.append(f"\tif x['{name}'] >= 0x{stream.below(9999):x}:  # {name.upper()}")
        lines.append(
            f'        return {{**x, "k": y}}  // {stream.below(99)}\n' + "\n" * stream.below(3)
        )
    return "\n".join(lines)


def _no_punctuation(stream: Stream, sentences: int) -> str:
    return " ".join(_words(stream, "etaoinshrdlu", 10) for _ in range(sentences * 12))


def _one_line(stream: Stream, sentences: int) -> str:
    return "".join(_words(stream, "abcdefXYZ0123456789+/", 40) for _ in range(sentences * 3))


def _emoji(stream: Stream, sentences: int) -> str:
    faces = ["😀", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "❤️", "🤷🏿‍♀️", "ok", "!", "?", " ", " ", ". "]
    return "".join(faces[stream.below(len(faces))] for _ in range(sentences * 20))


def _marks(stream: Stream, sentences: int) -> str:
    plain = _sentences("aeiounlst\u0301\u0308\u0327\u0300", ".!")(stream, sentences)
    return plain.replace("\u0327 ", "\u0327\u00a0")


def _specials(stream: Stream, sentences: int) -> str:
    odd = ["<|endoftext|>", "<｜begin▁of▁sentence｜>", "<｜User｜>", "<think>", "</text>", "<s>"]
    odd += ["<｜end▁of▁sentence｜>", "[CLS]", "<|im_start|>", "<|EOT|>", "<unk>"]
    plain = _sentences("abcdefghij", ".?!")(stream, sentences).split(" ")
    return " ".join(
        word + odd[stream.below(len(odd))] if stream.below(9) == 0 else word for word in plain
    )


def _quotes(stream: Stream, sentences: int) -> str:
    plain = _sentences("abcdEFGHI'’", '."?!…', gap="  ")(stream, sentences)
    return plain.replace(". ", ".” ").replace("\n\n", "\n \n* ").replace("? ", '?" “')


_LATIN = "etaoinshrdlucmfwypvbgkqjxz"
_HAN = "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生"
_KANA = "あいうえおかきくけこさしすせそアイウエオカキクケコ日本語大学生電車"
_ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_THAI = "กขคงจฉชซญดตถทธนบปผพภมยรลวสหอะาำิีึืุู"
_HINDI = "अआइईउऊएऐओऔकखगघचछजझटठडढतथदधनपफबभमयरलवशषसहािीुूे"
_HANGUL = "가나다라마바사아자차카타파하국한글말"

KINDS: dict[str, Callable[[Stream, int], str]] = {
    "english": _sentences(_LATIN, "..!?"),
    "german": _sentences("etaoinsäöüßrdlucm", "..!?"),
    "russian": _sentences("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфё", ".!?"),
    "chinese": _sentences(_HAN + "，、", "。！？", space="", gap=""),
    "japanese": _sentences(_KANA, "。。」", space="", gap=""),
    "korean": _sentences(_HANGUL, ".!?"),
    "arabic": _sentences(_ARABIC, ".؟۔"),
    "thai": _sentences(_THAI, [""], space="", gap=" "),
    "hindi": _sentences(_HINDI, "।!"),
    "hard-wrapped": _sentences(_LATIN, ".,", gap="\n"),
    "digits": _sentences("0123456789,.", ".", gap=" "),
    "code": _code,
    "no-punctuation": _no_punctuation,
    "one-line": _one_line,
    "emoji": _emoji,
    "marks": _marks,
    "specials": _specials,
    "quotes": _quotes,
}


def corpus(kind: str, *, seed: int = 0, sentences: int = 800) -> Corpus:
    """A corpus of that kind, about so many sentences long."""
    text = KINDS[kind](Stream(seed, kind), sentences)
    return make_corpus(f"{kind}-{seed}", "und", text.replace("\r", "\n"))
