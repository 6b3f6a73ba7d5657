"""Task families: from a seed to needles, question, accepted answers and a scorer's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from niah.documents import Document

Role = Literal["needle", "distractor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needle:
    """One planted sentence, a few that stand together, or a passage.

    Attributes:
        text: No space at either end; no line feeds, and ends in punctuation, unless it is a
            paragraph of its own.
        role: ``needle`` holds the answer, ``distractor`` resembles one that does.
        depth_percent: Where it stands, 0..100; None = at the trial's asked depth, or as
            ``turn_percent`` or ``sway`` say from there.
        turn_percent: So much deeper than the asked depth, going on at 0 after 100.
        sway: In [-1, 1]: from the asked depth so far towards the nearer end of the haystack, as a
            share of the way; needles with sways that cancel have the asked depth as their centre.
        asked: Whether the question is about it; the trial's query depth is where it stands.
        own_paragraph: Whether blank lines part it from what stands around it.
    """

    text: str
    role: Role = "needle"
    depth_percent: float | None = None
    turn_percent: float = field(default=0.0, repr=False)
    sway: float = field(default=0.0, repr=False)
    asked: bool = field(default=True, repr=False)
    own_paragraph: bool = field(default=False, repr=False)

    def depth_in(self, depth_percent: float) -> float:
        """Where it stands in a trial of this depth, 0..100."""
        if self.depth_percent is not None:
            return self.depth_percent
        if self.turn_percent:
            return (depth_percent + self.turn_percent) % 100
        return depth_percent + self.sway * min(depth_percent, 100 - depth_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What one trial plants and asks, drawn from the trial's seed.

    Attributes:
        needles: In the order in which they stand in the prompt where depths are equal.
        instruction: What the model is told about the text and the form of the answer.
        question: What is asked.
        answers: Accepted answers. With ``match`` "any" one suffices, with "all" the score is the
            share of them that the response states.
        match: See ``answers``.
        forbidden: Values whose statement as an answer makes the response wrong (distractors').
        answer_kind: How the scorer normalises: a number, a code such as a UUID, or words.
        keywords: For ``answer_kind`` "phrase": groups of alternatives; every group must be met.
        scorer: Name of the scorer; ``niah.scoring.scorers`` has them.
        prefix: For the scorer "similarity": what the response has to begin with.
        withheld: Whether what answers it was left out of the text, as a control.
        fixed: Whether question and answers are the same in every trial that asks it, so that a
            model may know them by heart.
        document: Name of the user's document that holds what answers it; empty = not known.
    """

    needles: tuple[Needle, ...]
    instruction: str
    question: str
    answers: tuple[str, ...]
    match: Literal["any", "all"] = "any"
    forbidden: tuple[str, ...] = ()
    answer_kind: Literal["number", "code", "words", "phrase"] = "words"
    keywords: tuple[tuple[str, ...], ...] = field(default=())
    scorer: str = field(default="values", repr=False)
    prefix: str = field(default="", repr=False)
    withheld: bool = field(default=False, repr=False)
    fixed: bool = field(default=False, repr=False)
    document: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A haystack that a family wrote itself, and what is asked about it.

    Attributes:
        text: The whole haystack, needles included; no blank space at either end.
        begins: Character offset of each of the challenge's needles in the text, ascending.
        challenge: Its needles are parts of the text, word for word.
    """

    text: str
    begins: tuple[int, ...]
    challenge: Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """How a family writes its own haystacks, as long as they are needed.

    Attributes:
        write: From a trial's seed, a number of units (lines, words, edges, turns) and a depth in
            percent to the haystack; pure, longer with more units.
        least: The fewest units that make sense.
        most: The most that it can tell apart; None = no limit.
        padding: A line that tells the reader to ignore what follows on it; it brings the prompt to
            the exact length.
    """

    write: Callable[[int, int, float], Written]
    least: int
    padding: str
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A corpus of a family's own: lines like the one that is planted, none of which answers.

    Attributes:
        write: From the longest context in tokens to lines that hold several haystacks of it; pure.
        parted_by: What stands between two of them.
        fence: What stands on a line before and after every haystack; None = nothing.
    """

    write: Callable[[int], Sequence[str]]
    parted_by: str = "\n"
    fence: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task family with its parameters, ready to draw challenges.

    Attributes:
        kind: Name of the family.
        version: Of its construction and wording, and of the user's own facts.
        draw: From a trial's seed to what it plants and asks.
        writer: For a family that writes each haystack anew; None = needles in a corpus.
        lines: The corpus, where it is the family's own and not the user's.
        cuts: Passages of the corpus, word for word, that stand there no longer: each is planted
            where it is asked for.
        notes: What the user should know before paying, a sentence each.
        asks: How many of the user's own questions it draws from, in words; empty = none.
        knowledge: What is to be known besides the text to answer, as a clause that says so; empty
            = nothing.
    """

    kind: str
    version: str
    draw: Callable[[int], Challenge]
    writer: Writer | None = None
    lines: Lines | None = None
    cuts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    asks: str = ""
    knowledge: str = ""

    @property
    def has_own_haystack(self) -> bool:
        """Whether the user's haystack is not in its prompts."""
        return self.writer is not None or self.lines is not None


def scored_by(task: Task, scorer: str) -> Task:
    """The same task, its responses scored by another scorer than the family's own."""
    return replace(
        task,
        draw=lambda seed: replace(task.draw(seed), scorer=scorer),
        writer=task.writer and _writer_scored_by(task.writer, scorer),
    )


def _writer_scored_by(writer: Writer, scorer: str) -> Writer:
    def write(seed: int, units: int, depth_percent: float) -> Written:
        written = writer.write(seed, units, depth_percent)
        return replace(written, challenge=replace(written.challenge, scorer=scorer))

    return replace(writer, write=write)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One key that a family takes in ``[task]``."""

    name: str
    description: str


PLAIN_OUTPUT_TOKENS = 512
"""Wide enough that a verbose answer is not cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A task family.

    Attributes:
        kind: Its name in ``[task]``.
        summary: One line for ``niah tasks``.
        source: The paper or test that it follows.
        parameters: The keys that it takes.
        prepare: From parameters, language and haystack text to a task.
        has_depth: Whether depth means anything; a family that aggregates has length alone.
        output_tokens: Output limit of a model that does not think, when the user sets none.
        example: A ``[task]`` table to begin with, for ``niah tasks KIND``.
        no_control: Controls that mean nothing for it, by name, each with the reason why.
        prepare_among: For a family that tells the user's documents apart: as ``prepare``, which it
            takes the place of, with where each of them stands in the haystack text.
    """

    kind: str
    summary: str
    source: str
    parameters: tuple[Parameter, ...]
    prepare: Callable[[Mapping[str, Any], str, str], Task]
    has_depth: bool = True
    output_tokens: int = PLAIN_OUTPUT_TOKENS
    example: str = ""
    no_control: Mapping[str, str] = field(default_factory=dict)
    prepare_among: Callable[[Mapping[str, Any], str, str, Sequence[Document]], Task] | None = None
