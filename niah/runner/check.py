"""One tiny exchange with each model of an experiment, before a sweep is paid for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from time import monotonic
from typing import Literal
from urllib.parse import urlsplit

import httpx

from niah import tokenizers
from niah.errors import ConfigurationError
from niah.experiment import Experiment
from niah.models import Model
from niah.prompts import Message
from niah.providers import Failure, Response
from niah.providers.wire import WIRE_FORMATS
from niah.runner.budget import TEMPLATE_TOKENS, check_prices
from niah.runner.connections import open_transport
from niah.runner.keys import KeyState, key_remedy, key_state
from niah.runner.records import cost_usd, sampling_of
from niah.runner.retries import Retry, RetryLimits, decide
from niah.runner.transport import ask

ATTEMPTS = 2
MOST_AT_ONCE = 16

QUESTION = "Answer with the single word: ready"

# Two prompts that differ by this text alone: what the provider counts for it tells whether its
# vocabulary is ours, and what it counts besides is its chat template. Numbers, code and several
# scripts, because English prose alone is cut alike by most vocabularies.
PASSAGE = """\
Read this and remember nothing of it. Invoice no. 2024-117/B, 3,418.75 EUR, due 05.11.2031.
The harbourmaster's 1,204 barrels of unsalted butter went to Quilverton on the 17th at 06:45.
Der Müllergeselle übergab dem Straßenwärter siebenundzwanzig Schlüssel und eine Zwiebelsuppe.
for (let i = 0; i < barrels.length; ++i) { total += barrels[i].weight_kg * 0.98; }
仓库里有三百四十一只铜壶。昨天少了一只。Вчера в порту пересчитали все медные чайники.
HTTP/1.1 206; ETag "9f-c0ffee"; x-request-count: 00007 -> see §12(b), p. 88ff.
"""

# Servers that strip white space, or join the passage's end to the question, differ by a token.
SLACK_TOKENS = 3
# Beyond this another vocabulary is no stand-in, or the report is not a count of this prompt.
MOST_STAND_IN_RATIO = 2.0

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
        requests: Sent in all, repeated ones included.
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


def check_models(
    experiment: Experiment,
    environment: Mapping[str, str],
    *,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    timeout_s: float = 30.0,
) -> tuple[Check, ...]:
    """Ask each model of an experiment two tiny questions, as a run would ask them.

    Nothing is stored. A model that is missing its key is asked without one, which tells whether
    its host answers.

    Args:
        experiment: As validated.
        environment: Where keys are looked up.
        transports: In place of the network, by provider name; the reference readers need one.
        timeout_s: For each of the questions, repeats included.

    Raises:
        ModelError: if a model's name cannot be resolved.
    """
    models = experiment.resolved_models()

    async def check_all() -> tuple[Check, ...]:
        gate = asyncio.Semaphore(min(MOST_AT_ONCE, experiment.limits.concurrency))
        async with AsyncExitStack() as stack:
            network = await stack.enter_async_context(open_transport())

            async def one(model: Model) -> Check:
                async with gate:
                    return await _check(
                        experiment,
                        model,
                        environment,
                        transport=(transports or {}).get(model.provider.name, network),
                        timeout_s=timeout_s,
                    )

            return tuple(await asyncio.gather(*map(one, models)))

    return asyncio.run(check_all())


async def _check(
    experiment: Experiment,
    model: Model,
    environment: Mapping[str, str],
    *,
    transport: httpx.AsyncBaseTransport,
    timeout_s: float,
) -> Check:
    state, key = key_state(model.provider, environment)
    check = Check(
        model=model,
        key=state,
        host="" if model.simulated else urlsplit(model.provider.base_url).netloc,
    )
    if state == "not set":
        check = _with_problem(check, f"no API key: {key_remedy(model.provider)}")
    asker = _Asker(experiment, model, key=key, transport=transport, timeout_s=timeout_s)
    try:
        vocabulary = tokenizers.load(model.tokenizer)
        check_prices([model], experiment.limits.max_cost_usd)
        short, long = _prompts(experiment)
        first = await asker.ask(short)
        check = replace(
            check,
            latency_s=asker.latency_s,
            requests=asker.requests,
            simulated=model.simulated or asker.simulated,
        )
        if isinstance(first, Failure):
            return _after_failure(check, first)
        check = _after_response(check, first, experiment.max_output_tokens(model))
        if asker.simulated and not model.simulated:
            check = _with_note(check, "a reference reader answers, simulated; no model was asked")
        if not check.usable:
            return replace(check, cost_usd=cost_usd(model, first.usage))
        second = await asker.ask(long)
    except ConfigurationError as error:
        return _with_problem(check, str(error))
    check = replace(check, requests=asker.requests)
    hindrance = (
        second.message
        if isinstance(second, Failure)
        else _hindrance(second, experiment.max_output_tokens(model))
    )
    if isinstance(second, Failure) or hindrance:
        return _with_problem(
            replace(check, cost_usd=cost_usd(model, first.usage)),
            f"it answered the first question and not the second: {hindrance}",
        )
    costs = [cost_usd(model, response.usage) for response in (first, second)]
    known = [cost for cost in costs if cost is not None]
    check = replace(check, cost_usd=sum(known) if len(known) == len(costs) else None)
    return _after_counting(
        check,
        compare_tokens(
            counted=[
                sum(len(vocabulary.encode(message.content)) for message in messages)
                for messages in (short, long)
            ],
            reported=[response.usage.input_tokens for response in (first, second)],
            tokenizer_known=model.tokenizer_known,
        ),
    )


def _prompts(experiment: Experiment) -> tuple[list[Message], list[Message]]:
    """A short and a longer prompt, with the experiment's own system prompt."""
    system = experiment.prompt.system
    before = [] if system is None else [Message(role="system", content=system)]
    return (
        [*before, Message(role="user", content=QUESTION)],
        [*before, Message(role="user", content=f"{PASSAGE}\n{QUESTION}")],
    )


class _Asker:
    """Asks one model, again where a short wait may help; counts requests, times the last one."""

    def __init__(
        self,
        experiment: Experiment,
        model: Model,
        *,
        key: str | None,
        transport: httpx.AsyncBaseTransport,
        timeout_s: float,
    ) -> None:
        self.requests = 0
        self.latency_s = 0.0
        self.simulated = False
        self._experiment = experiment
        self._model = model
        self._key = key
        self._transport = transport
        self._timeout_s = min(timeout_s, experiment.limits.timeout_s)

    async def ask(self, messages: Sequence[Message]) -> Response | Failure:
        """The answer, or the last failure within the time.

        Raises:
            ModelError: if the experiment asks for what the wire format cannot say, or the key
                cannot stand in a header.
        """
        request = WIRE_FORMATS[self._model.provider.api].build_request(
            messages, model=self._model, sampling=sampling_of(self._experiment, self._model)
        )
        ends_s = monotonic() + self._timeout_s
        attempt, waited_s = 0, 0.0
        while True:
            attempt += 1
            self.requests += 1
            began_s = monotonic()
            exchange = await ask(
                self._transport,
                request,
                model=self._model,
                key=self._key,
                timeout_s=ends_s - began_s,
            )
            result = exchange.result
            self.simulated = self.simulated or exchange.simulated
            self.latency_s = monotonic() - began_s
            if isinstance(result, Response):
                return result
            decision = decide(
                result,
                attempt=attempt,
                waited_s=waited_s,
                limits=RetryLimits(max_attempts=ATTEMPTS, max_retry_s=self._timeout_s / 2),
                jitter=0.0,
            )
            if not isinstance(decision, Retry) or monotonic() + decision.after_s >= ends_s:
                return result
            waited_s += decision.after_s
            await asyncio.sleep(decision.after_s)


def _with_problem(check: Check, problem: str) -> Check:
    return replace(check, problems=(*check.problems, problem))


def _with_note(check: Check, note: str) -> Check:
    return replace(check, notes=(*check.notes, note))


def _after_failure(check: Check, failure: Failure) -> Check:
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
    return _with_problem(check, failure.message + (remedy if failure.kind == "timeout" else ""))


def _after_response(check: Check, response: Response, limit_tokens: int) -> Check:
    check = replace(check, host_answers=True, model_exists=True, response=response)
    served = response.served_model
    if served and served != check.model.wire_name:
        check = _with_note(check, f"it answers as {served}")
    hindrance = _hindrance(response, limit_tokens)
    if hindrance:
        return _with_problem(check, hindrance)
    if response.outcome == "output-limit":
        return _with_note(check, f"it used up its output limit of {limit_tokens:,} tokens")
    return check


def _hindrance(response: Response, limit_tokens: int) -> str:
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


def _after_counting(check: Check, tokens: Tokens) -> Check:
    model = check.model
    check = replace(check, tokens=tokens)
    if tokens.verdict == "not-reported":
        return _with_note(
            check, "it reports no prompt tokens, so that a cut prompt or a price cannot be seen"
        )
    if tokens.verdict == "differ" and (tokens.ratio or 0.0) <= 0:
        return _with_problem(
            check,
            f"it reports {tokens.reported:,} prompt tokens for a prompt of {tokens.counted:,} and "
            "no fewer for a much shorter one, so its counts say nothing of the context length",
        )
    if tokens.verdict == "differ":
        return _with_problem(
            check,
            f"it counts {tokens.ratio:.3f} times the tokens that {model.tokenizer} counts for the "
            f"same text, so its context lengths would be false: name its own vocabulary as "
            f'tokenizer in [model."{model.id}"]',
        )
    if tokens.verdict == "stand-in":
        check = _with_note(
            check,
            f"its vocabulary is not known, and {model.tokenizer} stands in: it counts "
            f"{tokens.ratio:.3f} times as many tokens for the same text; a run calibrates this",
        )
    if (tokens.template or 0) > TEMPLATE_TOKENS:
        check = _with_note(
            check,
            f"it adds {tokens.template:,} tokens to every prompt, more than a chat template "
            "usually has: perhaps a system prompt of its own",
        )
    return check
