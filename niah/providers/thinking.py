"""Thinking that local servers leave in the answer, split off so that it is never scored."""

from __future__ import annotations

# What a model writes around its thinking when no parser of the server took it out.
_MARKS = (
    ("<think>", "</think>"),  # DeepSeek-R1, Qwen, most others
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),  # Magistral
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),  # gpt-oss
)


def split_thinking(text: str) -> tuple[str, str]:
    """The thinking at the start of a text, and the answer after it.

    An opening mark counts only at the very start. Without its closing mark everything is
    thinking: the answer was never reached. A closing ``</think>`` without an opening one counts
    too: chat templates of thinking models often write the opening mark into the prompt.
    """
    start = text.lstrip()
    for opening, closing in _MARKS:
        if start.startswith(opening):
            thinking, _, answer = start[len(opening) :].partition(closing)
            return thinking.strip(), answer.strip()
    thinking, mark, answer = text.partition("</think>")
    if mark and "<think>" not in thinking:
        return thinking.strip(), answer.strip()
    return "", text
