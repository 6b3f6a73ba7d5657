"""How a Claude is told to think: up to 4.6 by a budget, from 4.6 on by an effort.

Source: https://platform.claude.com/docs/en/build-with-claude/thinking
"""

from __future__ import annotations

import re

from niah.errors import ModelError
from niah.models import Model
from niah.providers import Sampling
from niah.providers.bodies import JsonObject

# Those that take a budget, a temperature and a top_p; later ones refuse a request that has them.
_EARLY = re.compile(
    r"claude-(instant|v?[123]\b|(opus|sonnet|haiku)-4([-.][0-6])?(-\d{8}|-latest|@.*)?$)"
)
# Of these, those that refuse a temperature and a top_p at once.
_ONE_OF_BOTH = re.compile(r"claude-(opus-4[-.][1-6]|(sonnet|haiku)-4[-.][56])")
_DECIDES_ITSELF = re.compile(r"claude-(opus|sonnet)-4[-.]6")
_NEVER_STOPS = re.compile(r"claude-(fable|mythos|opus-5[-.][5-9])")
_BETWEEN_TOOLS_ALONE = re.compile(r"claude-sonnet-5[-.][5-9]")


def thinking_fields(model: Model, sampling: Sampling) -> JsonObject:
    """The fields of a request that set thinking and effort; none when the sampling says nothing.

    An effort alone has a model think that decides itself how much. Later ones keep their thoughts
    to themselves unless they are asked for a summary.

    Raises:
        ModelError: if the model cannot be told so, or the budget does not fit under the output
            limit.
    """
    fields: JsonObject = {}
    effort = sampling.reasoning_effort
    if effort is not None:
        fields["output_config"] = {"effort": effort}
    budget = sampling.thinking_budget_tokens
    if budget is not None:
        fields["thinking"] = _with_budget(budget, model, sampling) if budget else _none(model)
    elif effort is not None and _DECIDES_ITSELF.search(model.wire_name):
        fields["thinking"] = {"type": "adaptive"}
    elif effort is not None and _is_later(model):
        fields["thinking"] = {"type": "adaptive", "display": "summarized"}
    return fields


def sampling_fields(model: Model, sampling: Sampling, thinking: JsonObject) -> JsonObject:
    """Temperature and ``top_p``: for early models, while they do not think.

    At temperature 0 the likeliest token is taken, whatever ``top_p``.

    Args:
        model: Who is asked.
        sampling: How.
        thinking: From ``thinking_fields``.

    Raises:
        ModelError: if the model takes one of both, and both would matter.
    """
    thinks = thinking.get("thinking", {}).get("type", "disabled") != "disabled"
    if thinks or model.reasoning or not _EARLY.search(model.wire_name):
        return {}
    temperature, top_p = sampling.temperature, sampling.top_p
    if None not in (temperature, top_p) and _ONE_OF_BOTH.search(model.wire_name):
        if temperature:
            raise ModelError(
                f"{model.id} takes temperature or top_p, not both: set temperature = 0"
            )
        top_p = None
    # The format ends at a temperature of 1, where the others go on to 2.
    fields = {"temperature": temperature and min(temperature, 1.0), "top_p": top_p}
    return {name: value for name, value in fields.items() if value is not None}


def _with_budget(budget: int, model: Model, sampling: Sampling) -> JsonObject:
    if _is_later(model):
        raise ModelError(
            f"{model.id} takes no thinking_budget_tokens: it decides itself how much it thinks; "
            "set reasoning_effort in its place"
        )
    if budget >= sampling.max_output_tokens:
        raise ModelError(
            f"thinking_budget_tokens = {budget} leaves {model.id} no room to answer: raise "
            f"max_output_tokens above it (now {sampling.max_output_tokens})"
        )
    return {"type": "enabled", "budget_tokens": budget}


def _none(model: Model) -> JsonObject:
    if _NEVER_STOPS.search(model.wire_name):
        raise ModelError(
            f"{model.id} always thinks: thinking_budget_tokens = 0 would be refused; remove it, "
            'and set reasoning_effort = "low" for less of it'
        )
    if _BETWEEN_TOOLS_ALONE.search(model.wire_name):
        return {"type": "between_tools"}
    return {"type": "disabled"}


def _is_later(model: Model) -> bool:
    """Whether it is a Claude after 4.6; other models speak this wire format too."""
    return "claude" in model.wire_name and not _EARLY.search(model.wire_name)
