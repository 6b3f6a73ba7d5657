"""Azure OpenAI: a deployment's own address, a dated interface, the key in a header of its own."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import openai
import pytest

from niah.models import PROVIDERS, Provider, resolve_model
from niah.prompts import Message
from niah.providers import Sampling, WireRequest
from niah.providers.openai import build_request
from niah.runner.sending import request_url
from tests.command import Niah
from tests.servers_raw import Received, scripted
from tests.test_run import write_sweep

KEY = "canary-0123456789abcdef"
VERSION = "2024-10-21"


def built(base_url: str, version: str | None = VERSION, model: str = "my gpt-4o") -> WireRequest:
    azure = Provider(name="azure", api="openai", base_url=base_url, api_version=version)
    return build_request(
        [Message(role="user", content="Where?")],
        model=resolve_model(f"azure/{model}", providers={"azure": azure}),
        sampling=Sampling(max_output_tokens=8),
    )


def address(base_url: str, version: str | None = VERSION, model: str = "gpt-4o") -> str:
    url = request_url(base_url, built(base_url, version, model).path)
    assert isinstance(url, httpx.URL)
    return str(url)


def official(name: str, endpoint: str) -> httpx.Request:
    """What the official client sends for a deployment of that name."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(500)

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as http,
        openai.AzureOpenAI(  # type: ignore[call-overload,unused-ignore]
            azure_endpoint=endpoint,
            api_key=KEY,
            api_version=VERSION,
            http_client=http,
            max_retries=0,
        ) as client,
        pytest.raises(openai.InternalServerError),
    ):
        client.chat.completions.create(model=name, messages=[{"role": "user", "content": "Where?"}])
    return sent[0]


@pytest.mark.parametrize("name", ["gpt-4o", "prod_o3.v2"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_address_is_the_official_clients(name: str, slash: str) -> None:
    """Deployment and version stand where Azure's own client puts them, the key where it puts it."""
    base = "https://me.openai.azure.com"
    expected = official(name, base)
    assert address(base + slash, model=name) == str(expected.url)
    assert expected.headers[built(base).key_header] == KEY
    assert "authorization" not in expected.headers


@pytest.mark.parametrize("base", ["https://me.openai.azure.com/openai", "https://gate.example/x"])
def test_longer_addresses_are_completed(base: str) -> None:
    """What is already there does not stand twice, and a gateway may put a path before it."""
    whole = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
    assert address(base) == base.removesuffix("/openai") + whole
    deployment = f"{base}/openai/deployments/gpt-4o".replace("/openai/openai", "/openai")
    assert address(deployment) == f"{deployment}/chat/completions?api-version=2024-10-21"


def test_azures_undated_interface_has_no_version() -> None:
    """Below /openai/v1 it is the format that everybody speaks, the model in the body."""
    base = "https://me.openai.azure.com/openai/v1"
    assert address(base, None) == f"{base}/chat/completions"
    assert built(base, None).key_header == ""


def test_a_deployments_name_cannot_leave_its_place() -> None:
    """Slashes and question marks in it are escaped."""
    path = built("https://me.openai.azure.com", model="a/../b?c").path
    assert path.startswith("/openai/deployments/a%2F..%2Fb%3Fc/chat/completions?")


def test_a_sweep_reaches_a_deployment(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two keys in the file are enough; the preset's variable holds the key, in its own header."""
    monkeypatch.setenv(PROVIDERS["azure"].api_key_env or "", KEY)
    answer = {"choices": [{"message": {"content": "ready"}, "finish_reason": "stop"}]}
    with scripted(lambda _: answer) as server:
        extra = f'\n[providers.azure]\nbase_url = "{server.url}"\napi_version = "{VERSION}"\n'
        extra += '[model."azure/prod"]\nreasoning = true\n'
        config = write_sweep(tmp_path, model="azure/prod", extra=extra)
        done = niah("check", config)
        assert done.code == 0, done.err
        requests: list[Received] = server.requests
    assert len(requests) == 2
    for request in requests:
        assert request.path == f"/openai/deployments/prod/chat/completions?api-version={VERSION}"
        assert request.headers["api-key"] == KEY
        assert "authorization" not in request.headers
        body = json.loads(request.body)
        assert "max_completion_tokens" in body
        assert "temperature" not in body


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('base_url = "https://x.example/openai?api-version=2024-10-21"', ["query", "api_version"]),
        (
            'base_url = "https://x.example/openai/deployments/d/chat/completions"',
            ["leave out", "/chat/completions"],
        ),
        ('base_url = "https://x.example"\napi_version = "2024 10"', ["api_version"]),
        (
            'base_url = "https://x.example"\napi = "google"\napi_version = "2024-10-21"',
            ["api_version", "google"],
        ),
    ],
)
def test_a_wrong_address_names_the_right_key(
    niah: Niah, tmp_path: Path, lines: str, words: list[str]
) -> None:
    """One sentence, exit code 2, before anything is sent."""
    extra = f"\n[providers.azure]\n{lines}\n"
    done = niah("plan", write_sweep(tmp_path, model="azure/gpt-4o", extra=extra))
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert all(word in done.err for word in words), done.err


def test_another_presets_key_stays_with_its_host(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that points a known name elsewhere does not get that name's key."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    answer = {"choices": [{"message": {"content": "ready"}, "finish_reason": "stop"}]}
    with scripted(lambda _: answer) as server:
        extra = f'\n[providers.openai]\nbase_url = "{server.url}"\n'
        niah("check", write_sweep(tmp_path, model="openai/gpt-4o", extra=extra))
        assert server.requests
        assert all(KEY not in str(request.headers) for request in server.requests)
