"""Prompts of exactly the asked number of tokens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

import orjson

QuestionPosition = Literal["after", "before", "both"]
Wrapper = Literal["xml", "plain", "markdown", "json"]
SentenceOrder = Literal["kept", "shuffled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Where a text is cut into blocks when it is sent; offsets in characters, ascending.

    Attributes:
        blocks: Where a block ends; what follows the last one is a block too.
        breakpoints: Of these, where the provider is asked to keep all that stands before.
    """

    blocks: tuple[int, ...] = ()
    breakpoints: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One chat message: ``role`` is "system", "user" or "assistant".

    Attributes:
        split: How the content is cut for a prompt cache; no part of what the model reads.
    """

    role: Literal["system", "user", "assistant"]
    content: str
    split: Split | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What stands around the haystack.

    Attributes:
        system: Content of the system message; None = no system message.
        question_position: Where the question stands relative to the haystack.
        wrapper: What marks the haystack: tags, nothing, headings, or a JSON object.
        turns: Messages of the user that the haystack is split over.
        reply: What the assistant says between them.
    """

    system: str | None
    question_position: QuestionPosition = "after"
    wrapper: Wrapper = "xml"
    turns: int = 1
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where one needle came to stand.

    Attributes:
        role: The needle's role.
        asked_depth_percent: The depth asked for, 0..100.
        placed_depth_percent: Haystack tokens before the needle / all haystack tokens x 100.
        token_offset: Haystack tokens before the needle.
        char_offset: Start of the needle's sentence in the content of the message it is in.
        asked: Whether the question is about it.
        turn: Which of the user's messages it is in, from 0.
    """

    role: str
    asked_depth_percent: float
    placed_depth_percent: float
    token_offset: int
    char_offset: int
    asked: bool = True
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One composed prompt.

    Attributes:
        messages: What is sent, in order.
        tokens: Context length: the tokens of all message contents, each encoded on its own.
        haystack_tokens: Tokens of the haystack alone, the needles not counted.
        placements: One per needle, in the challenge's order.
    """

    messages: tuple[Message, ...]
    tokens: int
    haystack_tokens: int
    placements: tuple[Placement, ...]

    @property
    def sha256(self) -> str:
        """SHA-256 of the messages as compact JSON in UTF-8; computed anew at each access."""
        messages = [{"role": message.role, "content": message.content} for message in self.messages]
        return hashlib.sha256(orjson.dumps(messages)).hexdigest()
