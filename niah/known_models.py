"""Names of models that are known before anything is asked."""

from __future__ import annotations

import re

from niah.models import PROVIDERS
from niah.prices import published_names

# What people test, by the names that the providers' interfaces take; all else about them comes
# from the patterns in ``niah.models`` and the price list.
TESTED: tuple[str, ...] = (
    "openai/gpt-4",
    "openai/gpt-4-turbo",
    "openai/gpt-4o",
    "openai/gpt-4o-mini",
    "openai/gpt-4.1",
    "openai/gpt-4.1-mini",
    "openai/gpt-4.1-nano",
    "openai/o1",
    "openai/o3",
    "openai/o3-mini",
    "openai/o4-mini",
    "openai/gpt-5",
    "openai/gpt-5-mini",
    "openai/gpt-5-nano",
    "openai/gpt-5.1",
    "openai/gpt-5.2",
    "openai/gpt-5.4",
    "openai/gpt-5.5",
    "openai/gpt-5.6-sol",
    "openai/gpt-6-sol",
    "openai/gpt-6-luna",
    "deepseek/deepseek-chat",
    "deepseek/deepseek-reasoner",
    "deepseek/deepseek-v4-flash",
    "deepseek/deepseek-v4-pro",
    "anthropic/claude-2.1",
    "anthropic/claude-3-5-sonnet-20241022",
    "anthropic/claude-3-5-haiku-20241022",
    "anthropic/claude-3-7-sonnet-20250219",
    "anthropic/claude-sonnet-4-20250514",
    "anthropic/claude-opus-4-1",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-haiku-4-5",
    "anthropic/claude-opus-4-5",
    "anthropic/claude-opus-4-6",
    "anthropic/claude-sonnet-4-6",
    "anthropic/claude-opus-4-8",
    "anthropic/claude-opus-5",
    "anthropic/claude-sonnet-5",
    "anthropic/claude-fable-5",
    "anthropic/claude-haiku-5-5",
    "google/gemini-1.5-pro",
    "google/gemini-1.5-flash",
    "google/gemini-2.0-flash",
    "google/gemini-2.5-pro",
    "google/gemini-2.5-flash",
    "google/gemini-2.5-flash-lite",
    "google/gemini-3-pro-preview",
    "google/gemini-3.1-pro-preview",
    "google/gemini-3.5-flash",
    "google/gemini-3.8-flash",
    "mistral/mistral-large-latest",
    "mistral/mistral-medium-latest",
    "mistral/mistral-small-latest",
    "openrouter/deepseek/deepseek-chat",
    "openrouter/qwen/qwen3-235b-a22b",
    "openrouter/meta-llama/llama-3.3-70b-instruct",
    "reference/exact",
    "reference/lost-in-the-middle",
)

# Names in the price list that take no chat completion, and models of others that a cloud resells.
_NOT_ASKED = re.compile(
    r"embed|tts|whisper|transcri|realtime|audio|image|moderation|ocr|\blive\b|davinci|babbage"
    r"|\bada\b|curie|turbo-instruct|robotics|vision|voxtral|computer-use|deep-research|search"
    r"|nano-banana|omni|safeguard|^ft:|-$|ft-$"
)
_RESOLD = re.compile(r"google/(?!gem)")
# Asked through OpenAI's other interface alone.
_RESPONSES_ALONE = re.compile(r"openai/.*(-pro$|codex)")


def known_models(provider: str) -> tuple[str, ...]:
    """Names of a preset's models that are known before anything is asked, ``provider/model``.

    First those that people test, then the others of the price list, which may name a family
    where the provider's interface wants a dated release.
    """
    tested = [name for name in TESTED if name.partition("/")[0] == provider]
    listed = (f"{provider}/{name}" for name in published_names(provider))
    if not PROVIDERS[provider].base_url:  # such as Azure: its models are the user's deployments
        return ()
    return (
        *tested,
        *(
            name
            for name in listed
            if name not in tested
            and not _NOT_ASKED.search(name.partition("/")[2])
            and not _RESOLD.match(name)
            and not _RESPONSES_ALONE.match(name)
        ),
    )
