"""LiteLLM's proxy as a gateway: three wire formats, errors and usage that nobody here wrote."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from niah.reference.behaviour import Behaviour, Faults
from niah.reference.serving import Listening
from tests.command import Niah
from tests.integration.needs import free_port, missing, serving
from tests.servers import listening

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("litellm")]  # one gateway for them all

INSTALL = (
    "python3 -m venv ~/litellm && ~/litellm/bin/pip install 'litellm[proxy]' "
    "&& export NIAH_LITELLM=~/litellm/bin/litellm"
)
KEY = "sk-canary-0123456789abcdef"

# What the proxy calls each model: readers behind it, and its own mocks.
# Requests 2 and 3 of each flaky one meet a 429 and a 503.
FORMATS = ("chat", "messages", "gemini")
READERS = {
    "reader": Behaviour(),
    "narrow": Behaviour(window_tokens=1_200),
    "filtered": Behaviour(faults=Faults(content_filter=1.0)),
    **{
        f"flaky-{name}": Behaviour(faults=Faults(rate_limit=0.08, unavailable=0.12, seed=24))
        for name in FORMATS
    },
}
MOCKS = {
    "parrot": "I do not know.",
    "busy": "litellm.RateLimitError",
    "full": "litellm.ContextWindowExceededError",
    "down": "litellm.InternalServerError",
}

SWEEP = """
name = "gateway"
models = {models}

[grid]
context_lengths = ["1K", "2K"]
depth_percents = {depths}

[limits]
concurrency = 4
timeout_s = 20
max_attempts = 8
max_retry_s = {max_retry_s}

[providers.chat]
base_url = "{url}/v1"
[providers.messages]
api = "anthropic"
base_url = "{url}"
[providers.gemini]
api = "google"
base_url = "{url}"
"""


@dataclass(frozen=True)
class Gateway:
    """The proxy, and the endpoints behind it by the name of their model."""

    url: str
    behind: dict[str, Listening]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One proxy for all tests here: it takes some ten seconds to start."""
    command = os.environ.get("NIAH_LITELLM") or shutil.which("litellm")
    if not command:
        command = missing("litellm[proxy]", install=INSTALL)
    directory = tmp_path_factory.mktemp("litellm")
    port = free_port()
    with ExitStack() as stack:
        behind = {
            name: stack.enter_context(listening(behaviour)) for name, behaviour in READERS.items()
        }
        settings = directory / "config.yaml"
        settings.write_text(json.dumps(_settings(behind)), encoding="utf-8")  # JSON is YAML
        url = f"http://127.0.0.1:{port}"
        with serving(
            [command, "--config", str(settings), "--host", "127.0.0.1", "--port", str(port)],
            f"{url}/health/liveliness",
            log=directory / "output.log",
            deadline_s=90,
            env={"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        ):
            yield Gateway(url, behind)


def _settings(behind: dict[str, Listening]) -> dict[str, Any]:
    """The proxy neither retries nor rests a model: what it meets, we meet."""
    models = {
        name: {"model": "hosted_vllm/exact", "api_base": f"{endpoint.url}/v1", "api_key": "none"}
        for name, endpoint in behind.items()
    } | {
        name: {"model": f"openai/{name}", "api_key": "none", "mock_response": said}
        for name, said in MOCKS.items()
    }
    return {
        "model_list": [
            {"model_name": name, "litellm_params": {**parameters, "max_retries": 0}}
            for name, parameters in models.items()
        ],
        "general_settings": {"master_key": KEY},
        "litellm_settings": {"num_retries": 0, "telemetry": False},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
    }


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_KEY", KEY)


def sweep(
    niah: Niah,
    directory: Path,
    gateway: Gateway,
    *models: str,
    depths: tuple[int, ...] = (0, 50, 100),
    max_retry_s: float = 300,
) -> tuple[Any, list[dict[str, Any]]]:
    """Run it; the outcome of the command and the trials."""
    config = directory / "sweep.toml"
    text = SWEEP.format(
        models=json.dumps(models), url=gateway.url, depths=list(depths), max_retry_s=max_retry_s
    )
    for name in FORMATS:
        head = f"[providers.{name}]\n"
        text = text.replace(head, f'{head}api_key_env = "GATEWAY_KEY"\ntokenizer = "o200k_base"\n')
    config.write_text(text, encoding="utf-8")
    done = niah("run", config, "--json")
    return done, [json.loads(line) for line in niah("export", "latest").out.splitlines()]


def by_format(trials: list[dict[str, Any]], field: str) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {}
    for trial in trials:
        found.setdefault(trial["model"].partition("/")[0], set()).add(trial[field])
    return found


def each(value: object) -> dict[str, set[object]]:
    return {name: {value} for name in FORMATS}


def test_one_reader_is_measured_alike_through_three_wire_formats(
    niah: Niah, tmp_path: Path, gateway: Gateway
) -> None:
    """The proxy translates requests, answers and usage; score and token counts stay the same."""
    models = [f"{name}/reader" for name in FORMATS]
    before = gateway.behind["reader"].app.state.seen.requests
    done, trials = sweep(niah, tmp_path, gateway, *models)
    assert done.code == 0, done.err
    assert done.json["outcomes"] == {"answered": 18}
    assert done.json["accuracy"] == 1.0
    assert gateway.behind["reader"].app.state.seen.requests - before == 18
    for trial in trials:
        assert trial["input_tokens"] == trial["prompt_tokens"] == trial["context_length"]
        assert trial["output_tokens"] > 0
    assert by_format(trials, "attempts") == each(1)
    answers: dict[str, set[str]] = {}
    for trial in trials:
        answers.setdefault(trial["prompt_sha256"], set()).add(trial["response"])
    assert sorted(map(len, answers.values())) == [1] * 6


def test_an_overflow_behind_the_proxy_is_no_miss(
    niah: Niah, tmp_path: Path, gateway: Gateway
) -> None:
    """The window's refusal keeps its meaning through each translation, and is sent once."""
    done, trials = sweep(niah, tmp_path, gateway, *(f"{name}/narrow" for name in FORMATS))
    assert done.json["outcomes"] == {"answered": 9, "context-exceeded": 9}
    assert done.json["accuracy"] == 1.0
    assert {t["context_length"] for t in trials if t["outcome"] == "answered"} == {1_000}
    assert by_format(trials, "attempts") == each(1)


def test_what_passes_behind_the_proxy_is_retried(
    niah: Niah, tmp_path: Path, gateway: Gateway
) -> None:
    """429 and 503 of the endpoint come through as such in each format, and cost no trial."""
    models = [f"{name}/flaky-{name}" for name in FORMATS]
    done, trials = sweep(niah, tmp_path, gateway, *models)
    assert done.code == 0, done.err
    assert done.json["outcomes"] == {"answered": 18}
    assert done.json["accuracy"] == 1.0
    for name in FORMATS:
        seen = gateway.behind[f"flaky-{name}"].app.state.seen
        assert seen.faults == {"rate_limit": 1, "unavailable": 1}
        assert seen.requests == 8
        attempts = [trial["attempts"] for trial in trials if trial["model"].startswith(name)]
        assert sum(attempts) == 8


@pytest.mark.parametrize(
    ("mock", "outcome", "kind"),
    [
        ("busy", "failed", "rate-limit"),
        ("full", "context-exceeded", None),
        ("down", "failed", "server-error"),
    ],
)
def test_the_proxys_own_errors_have_their_kinds(
    niah: Niah, tmp_path: Path, gateway: Gateway, mock: str, outcome: str, kind: str | None
) -> None:
    """Its mocked 429, overflow and 500, in the two formats that have them."""
    models = [f"{name}/{mock}" for name in ("chat", "messages")]
    done, trials = sweep(niah, tmp_path, gateway, *models, depths=(50,), max_retry_s=0.4)
    assert done.code == (0 if kind is None else 3)
    assert done.json["accuracy"] is None
    assert len(trials) == 4
    assert {trial["outcome"] for trial in trials} == {outcome}
    assert {trial["failure_kind"] for trial in trials} == {kind}
    assert {trial["score"] for trial in trials} == {None}


def test_usage_that_cannot_be_true_is_not_scored(
    niah: Niah, tmp_path: Path, gateway: Gateway
) -> None:
    """The mocks report 10 prompt tokens (2,095 for Messages): far too few is a cut prompt."""
    done, trials = sweep(niah, tmp_path, gateway, *(f"{name}/parrot" for name in FORMATS))
    assert by_format(trials, "outcome") == {
        "chat": {"truncated"},
        "messages": {"answered"},
        "gemini": {"truncated"},
    }
    assert by_format(trials, "response") == each("I do not know.")
    assert done.json["accuracy"] == 0.0
    assert done.json["n"] == 6


def test_a_wrong_key_reaches_no_model(
    niah: Niah, tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy reads each format's own header; without a database it answers 400, not 401."""
    monkeypatch.setenv("GATEWAY_KEY", "sk-wrong-0123456789abcdef")
    before = gateway.behind["reader"].app.state.seen.requests
    models = [f"{name}/reader" for name in FORMATS]
    done, trials = sweep(niah, tmp_path, gateway, *models, depths=(50,))
    assert done.code == 3
    assert by_format(trials, "outcome") == each("failed")
    assert by_format(trials, "failure_kind") == each("bad-request")
    assert by_format(trials, "attempts") == each(1)
    assert "0123456789abcdef" not in done.err + json.dumps(trials)
    assert gateway.behind["reader"].app.state.seen.requests == before


def test_a_withheld_answer_is_blocked(niah: Niah, tmp_path: Path, gateway: Gateway) -> None:
    """A content filter behind the proxy, as each format tells it."""
    _, trials = sweep(niah, tmp_path, gateway, *(f"{name}/filtered" for name in FORMATS))
    assert by_format(trials, "outcome") == each("blocked")


def test_a_model_that_the_proxy_does_not_have_is_named(
    niah: Niah, tmp_path: Path, gateway: Gateway
) -> None:
    """The proxy's 400 carries no code for it; its sentence tells, and stops the model at once."""
    models = [f"{name}/nobody" for name in FORMATS]
    done, trials = sweep(niah, tmp_path, gateway, *models, depths=(50,))
    assert done.code == 3
    assert by_format(trials, "outcome") == each("failed")
    assert by_format(trials, "failure_kind") == each("not-found")
    for model in models:
        (line,) = (
            said for said in done.err.splitlines() if f"{model} is not asked any more" in said
        )
        assert "Invalid model name passed in model=nobody" in line
