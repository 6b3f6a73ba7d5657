"""What a model's answers to two tiny questions say of it, before a sweep is paid for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from niah.console import inert, shorten
from niah.models import Model
from niah.providers import Failure, Response
from niah.runner.budget import TEMPLATE_TOKENS
from niah.runner.keys import KeyState

# Servers that strip white space, or join the passage's end to the question, differ by a token.
SLACK_TOKENS = 3
# Beyond this another vocabulary is no stand-in, or the report is not a count of this prompt.
MOST_STAND_IN_RATIO = 2.0

# Of models that a server lists, so many are named, each by so much of its name.
SHOWN_NAMES, SHOWN_CHARS = 3, 80

TokenVerdict = Literal["agree", "differ", "stand-in", "not-reported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What we counted and what the provider did, for two prompts that differ by one passage.

    Attributes:
        counted: Of the longer prompt's message contents, with the model's tokenizer here.
        reported: By the provider for the same prompt; None = it does not say.
        template: Reported besides the contents: the provider's chat template. None = unknown.
        ratio: Reported over counted tokens of the passage alone.
        verdict: ``agree`` when the passage has as many tokens there as here; ``stand-in`` when
            the model's own vocabulary is not public, and the ratio says how far another one is.
    """

    counted: int
    reported: int | None
    template: int | None
    ratio: float | None
    verdict: TokenVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What is known of one model after asking it something tiny.

    Attributes:
        key: Whether the variable of its key is set.
        host: Of its provider, with the port if one is given; empty for a reference reader.
        host_answers: None = not asked.
        model_exists: None = the answer does not tell.
        response: To the first prompt; None when there was none.
        requests: Questions sent in all, repeated ones included.
        simulated: It is a reference reader, by its name or by what its answers say.
        latency_s: Of the first question's last request.
        tokens: None when nothing was answered.
        cost_usd: Of all answers; None = unknown.
        problems: What would keep a run from measuring this model, a sentence each.
        notes: What is worth knowing and no hindrance.
    """

    model: Model
    key: KeyState
    host: str
    host_answers: bool | None = None
    model_exists: bool | None = None
    response: Response | None = None
    simulated: bool = False
    requests: int = 0
    latency_s: float | None = None
    tokens: Tokens | None = None
    cost_usd: float | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether a run can measure the model."""
        return not self.problems


def with_problem(check: Check, problem: str) -> Check:
    """The check with one more thing that would keep a run from measuring."""
    return replace(check, problems=(*check.problems, problem))


def with_note(check: Check, note: str) -> Check:
    """The check with one more thing that is worth knowing."""
    return replace(check, notes=(*check.notes, note))


def after_failure(check: Check, failure: Failure) -> Check:
    """The check after its first question failed."""
    check = replace(
        check,
        host_answers=failure.status is not None,
        model_exists=False
        if failure.kind == "not-found" and (failure.status or 0) >= 400
        else None,
    )
    if check.key == "not set" and failure.kind == "auth":
        return check
    remedy = "; a model that is still loading needs more --timeout"
    return with_problem(check, failure.message + (remedy if failure.kind == "timeout" else ""))


def after_response(check: Check, response: Response, limit_tokens: int) -> Check:
    """The check after its first question was answered."""
    check = replace(check, host_answers=True, model_exists=True, response=response)
    served = response.served_model
    if served and served != check.model.wire_name:
        check = with_note(check, f"it answers as {served}")
    hindered = hindrance(response, limit_tokens)
    if hindered:
        return with_problem(check, hindered)
    if response.outcome == "output-limit":
        return with_note(check, f"it used up its output limit of {limit_tokens:,} tokens")
    return check


def after_listing(check: Check, others: Sequence[str]) -> Check:
    """The check once the server has listed its models.

    Args:
        check: After its first question was answered.
        others: What is listed where the model is not; empty = nothing is known against it.
    """
    if not others:
        return check
    shown = ", ".join(inert(shorten(name, SHOWN_CHARS)) for name in others[:SHOWN_NAMES])
    more = f" and {len(others) - SHOWN_NAMES} more" if len(others) > SHOWN_NAMES else ""
    return with_note(
        replace(check, model_exists=None),
        f"its server lists {shown}{more}, and no {check.model.wire_name}: another model may have "
        "answered under this name",
    )


def hindrance(response: Response, limit_tokens: int) -> str:
    """Why a sweep of such responses would measure nothing; empty when it would."""
    if response.outcome in ("answered", "output-limit") and response.text.strip():
        return ""
    if response.outcome == "output-limit":
        return (
            f"its output limit of {limit_tokens:,} tokens was used up before any text; raise "
            "max_output_tokens"
        )
    if response.outcome == "empty":
        return "it answered a tiny question with no text at all"
    return response.message


def compare_tokens(
    *, counted: Sequence[int], reported: Sequence[int | None], tokenizer_known: bool
) -> Tokens:
    """Whether the provider counts as we do, told by the growth from one prompt to a longer one.

    Args:
        counted: Of the shorter and the longer prompt's message contents, by our tokenizer.
        reported: Of the same two, by the provider, which counts its chat template too.
        tokenizer_known: Whether our tokenizer is the model's own.
    """
    short, long = reported
    if short is None or long is None:
        return Tokens(
            counted=counted[1], reported=long, template=None, ratio=None, verdict="not-reported"
        )
    growth, expected = long - short, counted[1] - counted[0]
    ratio = growth / expected
    template = short - counted[0] if tokenizer_known else round(short - counted[0] * ratio)
    if tokenizer_known:
        agrees = abs(growth - expected) <= SLACK_TOKENS and template >= -SLACK_TOKENS
        verdict: TokenVerdict = "agree" if agrees else "differ"
    else:
        verdict = (
            "stand-in" if 1 / MOST_STAND_IN_RATIO <= ratio <= MOST_STAND_IN_RATIO else "differ"
        )
    return Tokens(
        counted=counted[1],
        reported=long,
        template=template if verdict in ("agree", "stand-in") else None,
        ratio=ratio,
        verdict=verdict,
    )


def after_counting(check: Check, tokens: Tokens) -> Check:
    """The check once both questions were counted."""
    model = check.model
    check = replace(check, tokens=tokens)
    if tokens.verdict == "not-reported":
        return with_note(
            check, "it reports no prompt tokens, so that a cut prompt or a price cannot be seen"
        )
    if tokens.verdict == "differ" and (tokens.ratio or 0.0) <= 0:
        return with_problem(
            check,
            f"it reports {tokens.reported:,} prompt tokens for a prompt of {tokens.counted:,} and "
            "no fewer for a much shorter one, so its counts say nothing of the context length",
        )
    if tokens.verdict == "differ":
        return with_problem(
            check,
            f"it counts {tokens.ratio:.3f} times the tokens that {model.tokenizer} counts for the "
            f"same text, so its context lengths would be false: name its own vocabulary as "
            f'tokenizer in [model."{model.id}"]',
        )
    if tokens.verdict == "stand-in":
        check = with_note(
            check,
            f"its vocabulary is not known, and {model.tokenizer} stands in: it counts "
            f"{tokens.ratio:.3f} times as many tokens for the same text; a run calibrates this",
        )
    if (tokens.template or 0) > TEMPLATE_TOKENS:
        check = with_note(
            check,
            f"it adds {tokens.template:,} tokens to every prompt, more than a chat template "
            "usually has: perhaps a system prompt of its own",
        )
    return check
