"""Silent truncation: a server that cut the prompt to its window and answered all the same."""

from __future__ import annotations

from dataclasses import replace

from niah.models import Model
from niah.providers import Response, Usage

# The model's own tokenizer counts message contents only; the server adds its chat template. So
# the report is never below the count, but for servers that strip white space or leave out a
# token or two; 3 in 100 is far more than that and far less than any cut worth the name.
EXACT_FLOOR = 0.97
# A tokenizer that stands in for an unpublished one may count a third more than the model's own:
# larger vocabularies need fewer tokens, most of all outside English. Cuts above this share stay
# unseen until the ratio of the two tokenizers has been measured.
STAND_IN_FLOOR = 0.60
# With a measured ratio only the spread between texts of one corpus is left.
MEASURED_FLOOR = 0.90

_SETTINGS = {
    "ollama": "num_ctx (OLLAMA_CONTEXT_LENGTH, or PARAMETER num_ctx in the Modelfile)",
    "llama-cpp": "-c / --ctx-size, which is shared between the slots of --parallel",
    "lm-studio": "the context length that the model was loaded with",
}


def truncation_floor(*, tokenizer_known: bool, measured_ratio: float | None = None) -> float:
    """The least share of the counted tokens that an uncut prompt is reported with.

    Args:
        tokenizer_known: Whether the prompt was counted with the model's own vocabulary.
        measured_ratio: Reported over counted tokens of short prompts that cannot have been cut.
    """
    if tokenizer_known:
        return EXACT_FLOOR
    if measured_ratio is not None:
        return MEASURED_FLOOR * measured_ratio
    return STAND_IN_FLOOR


def detect_truncation(prompt_tokens: int, usage: Usage, *, floor: float) -> bool:
    """Whether the reported prompt tokens fall well short of what was sent.

    A server that reports nothing is not accused.

    Args:
        prompt_tokens: Counted before sending.
        usage: As reported.
        floor: See ``truncation_floor``.
    """
    return usage.input_tokens is not None and usage.input_tokens < floor * prompt_tokens


def mark_truncated(
    response: Response, *, prompt_tokens: int, model: Model, measured_ratio: float | None = None
) -> Response:
    """The response, with the outcome ``truncated`` if the server cut the prompt.

    Only an answer can be demoted: a response that says why it has none keeps its reason.
    """
    floor = truncation_floor(tokenizer_known=model.tokenizer_known, measured_ratio=measured_ratio)
    if response.outcome not in ("answered", "empty", "output-limit") or not detect_truncation(
        prompt_tokens, response.usage, floor=floor
    ):
        return response
    known = _SETTINGS.get(model.provider.name)
    setting = (
        known
        if known
        else f"the server's context window (Ollama: {_SETTINGS['ollama']}; llama.cpp: -c)"
    )
    return replace(
        response,
        outcome="truncated",
        message=(
            f"the server read {response.usage.input_tokens:,} of {prompt_tokens:,} prompt tokens "
            f"and answered without the rest; raise {setting}"
        ),
    )
