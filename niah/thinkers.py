"""Which models think before they answer unless they are told not to, by name, whoever serves them.

It decides how much room for output a model is given. A thinker that is not known spends a short
answer's room on its thoughts and never answers, which looks like a needle that was not found; a
model that is wrongly taken for one is only planned for at a higher price.

Sources: https://ai.google.dev/gemini-api/docs/thinking;
https://platform.claude.com/docs/en/build-with-claude/thinking;
https://api-docs.deepseek.com/guides/thinking_mode; https://docs.x.ai/docs/guides/reasoning.
"""

from __future__ import annotations

import re

_OPENAI = r"^(o[1-9]|gpt-[5-9](?!-chat)|gpt-chat-latest|codex)"

_THINKERS = re.compile(
    rf"{_OPENAI}|^gpt-oss"
    r"|deepseek-(reasoner|r1|flash|v[4-9])"
    r"|gemini-(2\.5-(pro|flash(?!-lite))|[3-9]|(pro|flash|flash-lite)-latest)"
    r"|claude-(fable|mythos|(opus|sonnet|haiku)-[5-9])"
    r"|magistral"
    r"|grok-(3-mini|[4-9])(?!.*non-reasoning)"
    r"|qwq|qwen-?3(?!.*(instruct|coder|non-thinking))"
    r"|glm-(4\.[5-9]|[5-9])"
    r"|kimi-k(2\.[5-9]|[3-9])|minimax-m[1-9]"
    r"|(?<!non-)(thinking|reasoning|reasoner)",
    re.IGNORECASE,
)

# OpenAI's refuse a request with a temperature or a top_p; DeepSeek's first ones have none.
_WITHOUT_TEMPERATURE = re.compile(rf"{_OPENAI}|deepseek-(reasoner|r1)", re.IGNORECASE)


def thinks(wire_name: str) -> bool:
    """Whether a model of that name thinks when a request says nothing about it."""
    return bool(_THINKERS.search(_bare(wire_name)))


def takes_temperature(wire_name: str) -> bool:
    """Whether chat completions of a model of that name may have a temperature and a ``top_p``."""
    return not _WITHOUT_TEMPERATURE.search(_bare(wire_name))


def _bare(wire_name: str) -> str:
    """Without the vendor that gateways put before a name."""
    return wire_name.rpartition("/")[2]
