"""One tiny exchange with each model of an experiment, before a sweep is paid for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from time import monotonic
from urllib.parse import urlsplit

import httpx

from niah.errors import ConfigurationError
from niah.experiment import Experiment
from niah.experiment.origin import concerning
from niah.models import Model
from niah.prompts import Message
from niah.providers import Failure, Response
from niah.providers.listing import lists_its_own
from niah.providers.wire import WIRE_FORMATS
from niah.runner.budget import check_prices
from niah.runner.connections import open_transport
from niah.runner.findings import (
    Check,
    after_counting,
    after_failure,
    after_listing,
    after_response,
    compare_tokens,
    hindrance,
    with_note,
    with_problem,
)
from niah.runner.keys import key_remedy, key_state
from niah.runner.prepare import load_vocabulary
from niah.runner.records import cost_usd, sampling_of
from niah.runner.retries import Retry, RetryLimits, decide
from niah.runner.transport import ask, ask_listed

ATTEMPTS = 2
MOST_AT_ONCE = 16
LIST_S = 10.0

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
        check = with_problem(check, f"no API key: {key_remedy(model.provider)}")
    asker = _Asker(experiment, model, key=key, transport=transport, timeout_s=timeout_s)
    try:
        vocabulary = load_vocabulary(experiment, model)
        with concerning(experiment.origin, "limits", "max_cost_usd"):
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
            return after_failure(check, first)
        check = after_response(check, first, experiment.max_output_tokens(model))
        if asker.simulated and not model.simulated:
            check = with_note(check, "a reference reader answers, simulated; no model was asked")
        elif check.usable and lists_its_own(model):
            check = after_listing(check, await asker.listed())
        if not check.usable:
            return replace(check, cost_usd=cost_usd(model, first.usage))
        second = await asker.ask(long)
    except ConfigurationError as error:
        return with_problem(check, str(error))
    check = replace(check, requests=asker.requests)
    hindered = (
        second.message
        if isinstance(second, Failure)
        else hindrance(second, experiment.max_output_tokens(model))
    )
    if isinstance(second, Failure) or hindered:
        return with_problem(
            replace(check, cost_usd=cost_usd(model, first.usage)),
            f"it answered the first question and not the second: {hindered}",
        )
    costs = [cost_usd(model, response.usage) for response in (first, second)]
    known = [cost for cost in costs if cost is not None]
    check = replace(check, cost_usd=sum(known) if len(known) == len(costs) else None)
    return after_counting(
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

    async def listed(self) -> tuple[str, ...]:
        """What the server lists in place of the model; none where it has it, or does not say.

        Raises:
            ModelError: if the key cannot stand in a header.
        """
        return await ask_listed(
            self._transport,
            model=self._model,
            key=self._key,
            timeout_s=min(LIST_S, self._timeout_s),
        )

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
