"""Tokens are summed where a provider reported them, or its answer shows that they were read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.command import Niah
from tests.servers_raw import response_bytes, scripted
from tests.test_run import write_sweep


def answer(tokens: int | None) -> dict[str, Any]:
    """A right form, a wrong answer, and perhaps what it took."""
    usage = {"prompt_tokens": tokens, "completion_tokens": 2, "total_tokens": (tokens or 0) + 2}
    message = {"role": "assistant", "content": "I do not know."}
    return {
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        **({} if tokens is None else {"usage": usage}),
    }


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_KEY", "canary-0123456789abcdef")


@pytest.mark.parametrize("status", [401, 403, 404, None])
def test_what_was_turned_away_unread_used_no_tokens(
    niah: Niah, tmp_path: Path, status: int | None
) -> None:
    """A refused key, model or connection: no tokens in the summary, the gauges or the report."""
    refusal = response_bytes({"error": {"message": "no"}}, status=status or 500)
    with scripted(lambda _: refusal) as server:
        url = server.url if status else "http://127.0.0.1:9"
        config = write_sweep(tmp_path, url, max_attempts=1)
        done = niah("run", config, "--json", "--metrics", "niah.prom")
        assert done.code == 3, done.err
        assert done.json["outcomes"].keys() == {"failed"}
        assert done.json["input_tokens"] == 0
        assert "  0 tokens  " in done.err
        assert ", 0 input tokens, " in niah("run", config).out
    gauges = (tmp_path / "niah.prom").read_text("utf-8")
    (line,) = (one for one in gauges.splitlines() if one.startswith("niah_sweep_input_tokens{"))
    assert line.endswith(" 0.0")
    assert niah("report", "latest", "--out", "report.md").code == 0
    assert "; 0 prompt tokens were read." in (tmp_path / "report.md").read_text("utf-8")


def test_what_was_answered_without_usage_is_counted_here(niah: Niah, tmp_path: Path) -> None:
    """Reported tokens as reported, an answer's without a report as counted, a refusal's not."""

    def reply(body: bytes) -> dict[str, Any] | bytes:
        if len(body) < 6_000:  # 1,000 tokens of content
            return answer(1_234)
        number[0] += 1
        overflow = {
            "error": {"message": "maximum context length", "code": "context_length_exceeded"}
        }
        return answer(None) if number[0] == 1 else response_bytes(overflow, status=400)

    number = [0]
    with scripted(reply) as server:
        done = niah("run", write_sweep(tmp_path, server.url), "--json")
    assert done.json["outcomes"] == {"answered": 4, "context-exceeded": 2}, done.err
    assert done.json["input_tokens"] == 3 * 1_234 + 2_000
