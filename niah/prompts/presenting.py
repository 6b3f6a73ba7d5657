"""How a corpus is shown: its sentences in their order or shuffled, as it is or escaped for JSON."""

from __future__ import annotations

from itertools import pairwise

from niah.draws import Stream
from niah.haystacks import Corpus
from niah.haystacks.corpus import make_corpus
from niah.prompts import SentenceOrder, Wrapper
from niah.prompts.frames import as_wrapped
from niah.prompts.sentences import sentence_gaps

_SHUFFLED, _ESCAPED = ", shuffled", ", escaped"


def unpresented(name: str) -> str:
    """The name that a corpus had before it was presented."""
    return name.removesuffix(_ESCAPED).removesuffix(_SHUFFLED)


def present(corpus: Corpus, *, order: SentenceOrder, wrapper: Wrapper, seed: int) -> Corpus:
    """The corpus as prompts are to show it; the same one where nothing changes.

    Args:
        corpus: As it was loaded.
        order: ``shuffled`` parts it into sentences and joins them with spaces in a drawn order.
        wrapper: ``json`` escapes it, so that any stretch of it can stand in a JSON string.
        seed: Draws the order.
    """
    name, text = corpus.name, corpus.text
    if order == "shuffled":
        gaps = sentence_gaps(text)
        sentences = [" ".join(text[start:end].split()) for (_, start), (end, _) in pairwise(gaps)]
        Stream(seed, "sentence order").shuffle(sentences)
        name, text = name + _SHUFFLED, " ".join(filter(None, sentences)) + "\n"
    if wrapper == "json":
        name, text = name + _ESCAPED, as_wrapped(text, "json")
    if text == corpus.text:
        return corpus
    return make_corpus(name, corpus.language, text, repeated=corpus.repeated)
