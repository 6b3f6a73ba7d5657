"""The corpus as prompts show it: whose it is, in which order, escaped or as it is."""

from __future__ import annotations

from itertools import pairwise

from niah.draws import Stream
from niah.haystacks import Corpus
from niah.haystacks.corpus import make_corpus
from niah.prompts import SentenceOrder, Wrapper
from niah.prompts.frames import as_wrapped
from niah.prompts.sentences import sentence_gaps
from niah.tasks import Task

_SHUFFLED, _ESCAPED = ", shuffled", ", escaped"


def unpresented(name: str) -> str:
    """The name that a corpus had before it was presented."""
    return name.removesuffix(_ESCAPED).removesuffix(_SHUFFLED)


def lines_of(task: Task, language: str, longest_context: int) -> Corpus | None:
    """The corpus of a task that has lines of its own; None = it plants in the user's.

    Args:
        task: As prepared.
        language: Of the task.
        longest_context: In tokens.
    """
    if task.lines is None:
        return None
    return make_corpus(
        f"written by {task.kind}",
        language,
        task.lines.parted_by.join(task.lines.write(longest_context)),
        parted_by=task.lines.parted_by,
        fence=task.lines.fence,
    )


def present(corpus: Corpus, *, order: SentenceOrder, wrapper: Wrapper, seed: int) -> Corpus:
    """The corpus as prompts are to show it; the same one where nothing changes.

    Args:
        corpus: As it was loaded.
        order: ``shuffled`` parts it into sentences and joins them with spaces in a drawn order;
            lines are in no order that could be lost.
        wrapper: ``json`` escapes it, so that any stretch of it can stand in a JSON string.
        seed: Draws the order.
    """
    name, text = corpus.name, corpus.text
    if order == "shuffled" and not corpus.parted_by:
        gaps = sentence_gaps(text)
        sentences = [" ".join(text[start:end].split()) for (_, start), (end, _) in pairwise(gaps)]
        Stream(seed, "sentence order").shuffle(sentences)
        name, text = name + _SHUFFLED, " ".join(filter(None, sentences)) + "\n"
    if wrapper == "json":
        name, text = name + _ESCAPED, as_wrapped(text, "json")
    if text == corpus.text:
        return corpus
    return make_corpus(
        name,
        corpus.language,
        text,
        repeated=corpus.repeated,
        parted_by=as_wrapped(corpus.parted_by, wrapper),
        fence=corpus.fence,
    )
