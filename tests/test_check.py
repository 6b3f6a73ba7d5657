"""niah check, over real sockets: what is wrong with a model before a sweep is paid for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.experiment import load_experiment
from niah.providers.listing import lists_its_own
from niah.reference.behaviour import Behaviour, Faults
from niah.runner.check import PASSAGE, QUESTION
from niah.runner.findings import SLACK_TOKENS, compare_tokens
from niah.tokenizers import NAMES, load
from tests.command import Niah
from tests.servers import listening
from tests.servers_raw import response_bytes, scripted
from tests.test_run import price, write_sweep

KEY = "canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_KEY", KEY)


def answer(text: str = "ready", **body: Any) -> dict[str, Any]:
    return {
        "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
        "model": "exact",
        **body,
    }


def counting(template: int, tokenizer: str = "o200k_base") -> Callable[[bytes], dict[str, Any]]:
    """A server that counts the contents with a vocabulary and adds its chat template."""

    def reply(body: bytes) -> dict[str, Any]:
        messages = json.loads(body)["messages"]
        contents = sum(len(load(tokenizer).encode(message["content"])) for message in messages)
        return answer(usage={"prompt_tokens": contents + template, "completion_tokens": 1})

    return reply


def test_a_reference_reader_is_said_to_be_one(niah: Niah) -> None:
    """In process, without key, host or price; the marker stands in the line and in the JSON."""
    done = niah("check", "quickstart")
    assert done.code == 0
    header, line = done.out.splitlines()
    assert "reference reader" in line
    assert " ok " in line
    assert header.startswith("model")
    (model,) = niah("check", "quickstart", "--json").json["models"]
    assert model["simulated"]
    assert model["tokens"]["verdict"] == "agree"


@pytest.mark.parametrize("api", ["openai", "anthropic", "google"])
def test_each_wire_format_is_asked_in_its_own_way(niah: Niah, tmp_path: Path, api: str) -> None:
    """Key, host, model, answer, count and cost, by two requests and nothing stored."""
    with listening(Behaviour(require_key=KEY)) as endpoint:
        config = write_sweep(tmp_path, endpoint.url, extra=price(2.0, 8.0))
        base = endpoint.url + ("/v1" if api == "openai" else "")
        settings = [
            "--set",
            f"providers.local.api={api}",
            "--set",
            f"providers.local.base_url={base}",
        ]
        done = niah("check", config, *settings, "--json")
        assert done.code == 0, done.err
        assert endpoint.app.state.seen.requests == 2
    assert done.json["ok"]
    (model,) = done.json["models"]
    assert (model["key"], model["host_answers"], model["model_exists"]) == ("set", True, True)
    assert model["tokens"]["verdict"] == "agree"
    assert (
        model["tokens"]["reported"] - model["tokens"]["counted"]
        == (model["tokens"]["chat_template"])
    )
    assert 0 < model["cost_usd"] < 0.01
    assert model["response"]
    assert KEY not in done.out + done.err
    assert not (tmp_path / "niah.db").exists()


def test_the_chat_template_is_told_from_the_contents(niah: Niah, tmp_path: Path) -> None:
    """What the provider counts beside the contents is explained, not taken for a difference."""
    with scripted(counting(template=11)) as server:
        done = niah("check", write_sweep(tmp_path, server.url))
    assert done.code == 0, done.err
    assert "agree, +11 chat template" in done.out


def test_another_vocabulary_is_wrong(niah: Niah, tmp_path: Path) -> None:
    """A provider that counts the same text otherwise makes context lengths false: exit code 2."""
    with scripted(counting(template=7, tokenizer="cl100k_base")) as server:
        config = write_sweep(tmp_path, server.url)
        done = niah("check", config)
        assert done.code == 2
        assert "differ" in done.out
        assert "o200k_base" in done.err
        right = niah("check", config, "--set", "providers.local.tokenizer=cl100k_base")
        assert right.code == 0


def test_a_stand_in_is_measured(niah: Niah, tmp_path: Path) -> None:
    """Where no vocabulary is named, the ratio of the two counts is said, and nothing is wrong."""
    with scripted(counting(template=7, tokenizer="cl100k_base")) as server:
        config = write_sweep(tmp_path, server.url)
        config.write_text(config.read_text().replace('tokenizer = "o200k_base"', ""))
        done = niah("check", config, "--json")
    assert done.code == 0, done.err
    (model,) = done.json["models"]
    assert not model["tokenizer_known"]
    assert model["tokens"]["verdict"] == "stand-in"
    counted = [len(load(name).encode(PASSAGE)) for name in ("cl100k_base", "o200k_base")]
    assert model["tokens"]["ratio"] == pytest.approx(counted[0] / counted[1], abs=0.02)
    assert "stands in" in done.err


@pytest.mark.parametrize("usage", [{}, {"usage": None}, {"usage": {"prompt_tokens": 0}}])
def test_a_server_that_does_not_count_is_noted(
    niah: Niah, tmp_path: Path, usage: dict[str, Any]
) -> None:
    """No report is no disagreement; that nothing can be seen is said."""
    with scripted(lambda _: answer(**usage)) as server:
        done = niah("check", write_sweep(tmp_path, server.url))
    assert done.code == 0
    assert "none reported" in done.out
    assert "unknown" in done.out
    assert "reports no prompt tokens" in done.err


@pytest.mark.parametrize("known", [True, False])
def test_a_count_that_does_not_grow_is_wrong(niah: Niah, tmp_path: Path, known: bool) -> None:
    """A constant is no count of this prompt, whatever the vocabulary."""
    with scripted(lambda _: answer(usage={"prompt_tokens": 10})) as server:
        config = write_sweep(tmp_path, server.url)
        if not known:
            config.write_text(config.read_text().replace('tokenizer = "o200k_base"', ""))
        done = niah("check", config)
        assert done.code == 2
        assert "its counts say nothing of the context length" in done.err


@pytest.mark.parametrize(
    ("behaviour", "settings", "host_answers", "exists", "words"),
    [
        (Behaviour(), ["models=local/gpt-9"], True, False, "gpt-9"),
        (Behaviour(require_key="another-key-entirely"), [], True, None, "401"),
        (Behaviour(faults=Faults(quota=1.0)), [], True, None, "quota"),
        (Behaviour(faults=Faults(server_error=1.0)), [], True, None, "500"),
        (Behaviour(faults=Faults(overloaded=1.0)), [], True, None, "503"),
        (Behaviour(faults=Faults(rate_limit=1.0)), [], True, None, "429"),
        (Behaviour(faults=Faults(hang=1.0)), [], False, None, "--timeout"),
        (Behaviour(faults=Faults(cut=1.0)), [], False, None, "127.0.0.1"),
        (Behaviour(faults=Faults(reset=1.0)), [], False, None, "127.0.0.1"),
        (Behaviour(faults=Faults(half_body=1.0)), [], True, None, "JSON"),
        (Behaviour(faults=Faults(wrong_json=1.0)), [], True, None, "choice"),
        (Behaviour(faults=Faults(redirect=1.0)), [], True, None, "redirect"),
        (Behaviour(faults=Faults(error_in_body=1.0)), [], True, None, "error"),
        (Behaviour(faults=Faults(empty=1.0)), [], True, True, "no text"),
        (Behaviour(faults=Faults(content_filter=1.0)), [], True, True, "withheld"),
        (Behaviour(window_tokens=100), [], True, True, "not the second"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    niah: Niah,
    tmp_path: Path,
    behaviour: Behaviour,
    settings: list[str],
    host_answers: bool,
    exists: bool | None,
    words: str,
) -> None:
    """Exit code 2, one sentence for the model, within a few seconds, and never the key."""
    flags = [part for setting in settings for part in ("--set", setting)]
    with listening(behaviour) as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        began_s = time.monotonic()
        done = niah("check", config, *flags, "--timeout", "1", "--json")
        assert time.monotonic() - began_s < 5
    assert done.code == 2, done
    assert not done.json["ok"]
    (model,) = done.json["models"]
    assert (model["host_answers"], model["model_exists"]) == (host_answers, exists)
    (line,) = (line for line in done.err.splitlines() if line.startswith("niah: "))
    assert words in line
    assert KEY not in done.out + done.err


def test_a_host_that_is_not_there(niah: Niah, tmp_path: Path) -> None:
    """Connection refused is told apart from a model that does not exist."""
    done = niah("check", write_sweep(tmp_path, "http://127.0.0.1:9"))
    assert done.code == 2
    assert "127.0.0.1:9 (silent)" in done.out
    assert "unknown" in done.out


def test_a_missing_key_names_its_variable(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the host answers is still found out; a file with the key puts it right."""
    monkeypatch.delenv("LOCAL_KEY")
    with listening(Behaviour(require_key=KEY)) as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        done = niah("check", config, "--json")
        assert done.code == 2
        (model,) = done.json["models"]
        assert (model["key"], model["host_answers"]) == ("not set", True)
        assert len(done.err.splitlines()) == 1
        assert "LOCAL_KEY" in done.err
        (tmp_path / ".env").write_text(f"LOCAL_KEY={KEY}\n")
        assert niah("check", config, "--env-file", ".env").code == 0


def test_one_bad_model_does_not_hide_the_others(niah: Niah, tmp_path: Path) -> None:
    """A line each, in the experiment's order; one that is wrong makes the exit code 2."""
    with listening() as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        done = niah("check", config, "-m", "local/gpt-9", "-m", "local/exact")
    assert done.code == 2
    _, first, second = done.out.splitlines()
    assert first.split()[:2] == ["local/gpt-9", "wrong"]
    assert second.split()[:2] == ["local/exact", "ok"]


def test_a_budget_that_cannot_be_kept_is_found(niah: Niah, tmp_path: Path) -> None:
    """An unknown price under a budget would stop the run, so it is wrong, and nothing is sent."""
    with listening() as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        done = niah("check", config, "--set", "limits.max_cost_usd=1")
        assert done.code == 2
        assert "price of local/exact is unknown" in done.err
        assert endpoint.app.state.seen.requests == 0


def test_the_experiments_own_request_is_sent(niah: Niah, tmp_path: Path) -> None:
    """Output limit, sampling, extra fields and system prompt are those of the run."""
    bodies: list[dict[str, Any]] = []

    def reply(body: bytes) -> dict[str, Any]:
        bodies.append(json.loads(body))
        return answer()

    extra = '\n[prompt]\nsystem = "Be brief."\n[request]\nmax_output_tokens = 77\nseed = 5\n'
    with scripted(reply) as server:
        assert niah("check", write_sweep(tmp_path, server.url, extra=extra)).code == 0
    assert len(bodies) == 2
    for body in bodies:
        assert (body["max_tokens"], body["seed"]) == (77, 5)
        assert body["messages"][0] == {"role": "system", "content": "Be brief."}


def test_a_hostile_answer_is_inert(niah: Niah, tmp_path: Path) -> None:
    """Escapes in answers and error texts never reach the terminal; the key is blotted out."""
    with scripted(lambda _: answer(f"\x1b[2J\u202e{KEY}", model="\x1b]0;x\x07")) as server:
        done = niah("check", write_sweep(tmp_path, server.url))
    assert "\x1b" not in done.out + done.err
    assert "\u202e" not in done.out
    assert KEY not in done.out + done.err
    assert done.code == 0


def listing(*names: str, **entry: Any) -> bytes:
    """A server's list of models, the last one with more to its name."""
    entries: list[dict[str, Any]] = [{"id": name, "object": "model"} for name in names]
    entries[-1].update(entry)
    return response_bytes({"object": "list", "data": entries})


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        (listing("tiny"), "lists tiny, and no exact"),
        (listing("/models/tiny.gguf"), "lists /models/tiny.gguf, and no exact"),
        (listing("a", "b", "c", "exactly", "e"), "lists a, b, c and 2 more, and no exact"),
        (listing("\x1b[2J\u202etiny"), "lists \\u001b[2J\\u202etiny, and no exact"),
        (listing("x" * 500), f"lists {'x' * 79}…, and no exact"),
    ],
)
def test_a_server_that_lists_other_models_is_noted(
    niah: Niah, tmp_path: Path, listed: bytes, words: str
) -> None:
    """One that answers under any name says what it has: no model is taken to exist, exit code 0."""
    with scripted(counting(template=3), listed=listed) as server:
        config = write_sweep(tmp_path, server.url)
        done = niah("check", config)
        (model,) = niah("check", config, "--json").json["models"]
    assert done.code == 0, done.err
    assert f"note: local/exact: its server {words}" in done.err
    assert "another model may have answered" in done.err
    assert " unknown " in done.out
    assert model["model_exists"] is None
    assert any(words in note for note in model["notes"])


@pytest.mark.parametrize(
    "listed",
    [
        listing("a", "b", "c", "exact"),
        listing("/models/exact.gguf"),
        listing("a", "org/Exact"),
        listing("exact:latest"),
        listing("tiny", aliases=["small", "exact"]),
        listing("served", root="/weights/exact"),
        listing("openai/*"),
        listing(*(f"model-{number}" for number in range(101))),
        b"",
        response_bytes({"error": "no"}, status=500),
        response_bytes({"data": []}),
        response_bytes({"data": 7}),
        response_bytes({"data": [7, {"id": None}]}),
        response_bytes({"data": {"id": "tiny"}}),
        response_bytes({}),
        response_bytes([]),
        response_bytes(b"<html>"),
        response_bytes(b"[" * 100_000),
    ],
)
def test_a_list_that_says_nothing_against_a_model_is_not_told(
    niah: Niah, tmp_path: Path, listed: bytes
) -> None:
    """The model under its name or another of its names, a gateway's list, no list, or nonsense."""
    with scripted(counting(template=3), listed=listed) as server:
        done = niah("check", write_sweep(tmp_path, server.url), "--json")
    assert done.code == 0, done.err
    (model,) = done.json["models"]
    assert model["model_exists"]
    assert model["notes"] == []


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("http://10.0.0.7:8080/v1", True),
        ("https://llm.example/v1", True),
        ("https://openrouter.ai/api/v1", False),
        ("https://api.openai.com/v1", False),
        ("https://eu.api.openai.com/v1", False),
        ("https://mine.openai.azure.com/openai/v1", False),
    ],
)
def test_hosted_catalogues_are_not_asked_for(tmp_path: Path, address: str, asked: bool) -> None:
    """Hosts that resell or rename models are known by their address, whatever they are called."""
    path = write_sweep(tmp_path)
    path.write_text(path.read_text().replace("http://127.0.0.1:9/v1", address), "utf-8")
    (model,) = load_experiment(path).resolved_models()
    assert lists_its_own(model) == asked


def test_the_passage_tells_the_vocabularies_apart() -> None:
    """No two of the known vocabularies count it alike, nor within the slack."""
    sizes = [len(load(name).encode(f"{PASSAGE}\n{QUESTION}")) for name in NAMES]
    for index, one in enumerate(sizes):
        for other in sizes[:index]:
            assert abs(one - other) > 2 * SLACK_TOKENS


@given(
    st.integers(1, 100),
    st.integers(100, 400),
    st.integers(0, 500),
    st.integers(-SLACK_TOKENS, SLACK_TOKENS),
)
def test_any_template_agrees(short: int, growth: int, template: int, slack: int) -> None:
    """A constant beside the contents never counts as a difference; it is found exactly."""
    found = compare_tokens(
        counted=[short, short + growth],
        reported=[short + template, short + growth + template + slack],
        tokenizer_known=True,
    )
    assert found.verdict == "agree"
    assert found.template == template
