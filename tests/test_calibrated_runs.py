"""Runs of models whose vocabulary is unknown: what is asked is what the provider reports."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from niah.providers.noted import stored_calibrations
from niah.reference.behaviour import Behaviour
from niah.store.database import open_store
from niah.store.runs import find_run
from niah.store.trials import replaced_trials
from tests.command import Niah, Outcome
from tests.servers import listening
from tests.servers_raw import response_bytes, scripted
from tests.small_vocabularies import half_of_deepseek

CONFIG = """
name = "unknown"
models = ["local/exact"]
seed = 11

[grid]
context_lengths = {lengths}
depth_percents = [0, 50, 100]
trials = {trials}

[haystack]
language = "{language}"

[limits]
concurrency = 16
max_attempts = 2

[providers.local]
api = "{api}"
base_url = "{url}"
"""


def write_config(
    directory: Path,
    url: str,
    *,
    api: str = "openai",
    language: str = "en",
    lengths: str = '["1K", "2K"]',
    trials: int = 1,
    extra: str = "",
) -> Path:
    path = directory / "unknown.toml"
    if api == "openai":
        url += "/v1"
    text = CONFIG.format(url=url, api=api, language=language, lengths=lengths, trials=trials)
    path.write_text(text + extra, encoding="utf-8")
    return path


def exported(niah: Niah) -> list[dict[str, Any]]:
    out = niah("export", "latest", "--format", "jsonl").out
    return [json.loads(line) for line in out.splitlines()]


def deviations(niah: Niah) -> dict[int, list[float]]:
    """Of each trial's reported prompt tokens from those asked, by context length."""
    found: dict[int, list[float]] = defaultdict(list)
    for trial in exported(niah):
        found[trial["context_length"]].append(trial["input_tokens"] / trial["context_length"] - 1)
    return found


@pytest.fixture(scope="module")
def unpublished(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A vocabulary that niah has no name for: DeepSeek's with the first half of its tokens."""
    path = tmp_path_factory.mktemp("vocabulary") / "tokenizer.json"
    path.write_text(half_of_deepseek())
    return str(path)


LENGTHS = pytest.mark.parametrize(
    "lengths", ['["1K", "4K"]', pytest.param('["16K", "64K"]', marks=pytest.mark.slow)]
)


@LENGTHS
@pytest.mark.parametrize(("api", "language"), [("anthropic", "en"), ("google", "de")])
def test_a_provider_that_counts_reports_what_was_asked(
    niah: Niah, tmp_path: Path, unpublished: str, api: str, language: str, lengths: str
) -> None:
    """Each single prompt from 1K to 64K is within 1%, and it is said who counted."""
    with listening(Behaviour(tokenizer=unpublished)) as endpoint:
        config = write_config(
            tmp_path, endpoint.url, api=api, language=language, lengths=lengths, trials=2
        )
        told = niah("plan", config).out
        assert "counted by the provider's count endpoint" in told
        done = niah("run", config, "--json")
        assert done.code == 0, done.err
        assert endpoint.app.state.seen.requests == 12  # counting is no request for an answer
    calibration = done.json["calibrations"]["local/exact"]
    assert calibration["method"] == "count-endpoint"
    assert calibration["ratio"] > 1.02, "the two vocabularies are too alike to tell"
    assert max(abs(off) for offs in deviations(niah).values() for off in offs) <= 0.01
    shown = niah("show", "latest").out
    assert "calibrated by the count endpoint" in shown
    length = json.loads(lengths)[0]
    prompt = niah("show", "latest", "--length", length, "--depth", "50", "--prompt", "--json")
    assert prompt.code == 0, prompt.err  # its hash has been compared with the stored one
    assert prompt.json["prompt_tokens"] < int(length[:-1]) * 1_000  # as composed


@LENGTHS
def test_a_server_with_a_tokenizer_counts_for_nothing(
    niah: Niah, tmp_path: Path, unpublished: str, lengths: str
) -> None:
    """vLLM's way: no probe is paid for, each prompt is within 1%, and it is said who counted."""
    with listening(Behaviour(tokenizer=unpublished, tokenizes=True)) as endpoint:
        config = write_config(tmp_path, endpoint.url, language="de", lengths=lengths, trials=2)
        assert "the server's own tokenizer if it has one" in niah("plan", config).out
        done = niah("run", config, "--json")
        assert done.code == 0, done.err
        assert endpoint.app.state.seen.requests == 12
    assert done.json["calibrations"]["local/exact"]["method"] == "tokenize-endpoint"
    assert max(abs(off) for offs in deviations(niah).values() for off in offs) <= 0.01
    assert "calibrated by the server's own tokenizer" in niah("show", "latest").out


@LENGTHS
@pytest.mark.parametrize("language", ["en", "de"])
def test_first_responses_calibrate_where_nobody_counts(
    niah: Niah, tmp_path: Path, unpublished: str, language: str, lengths: str
) -> None:
    """Each single prompt is within 1%, those up to 16K by being asked again where they were not."""
    with listening(Behaviour(tokenizer=unpublished)) as endpoint:
        config = write_config(tmp_path, endpoint.url, language=language, lengths=lengths, trials=8)
        told = niah("plan", config).out
        done = niah("run", config, "--json")
        assert done.code == 0, done.err
        trials = exported(niah)
        probes = endpoint.app.state.seen.requests - sum(trial["attempts"] for trial in trials)
    assert len(trials) == 48
    assert f"calibrated by {probes} requests" in told
    assert done.json["calibrations"]["local/exact"]["method"] == "responses"
    offs = [off for offs in deviations(niah).values() for off in offs]
    assert abs(sum(offs) / len(offs)) <= 0.01
    assert max(map(abs, offs)) < 0.01 + 1e-9
    again = [trial for trial in trials if "composed like" in trial["tags"]]
    assert again or "1K" not in lengths
    assert all((trial["attempts"] > 1) == (trial in again) for trial in trials)
    assert "calibrated by the first responses" in niah("show", "latest").out


def test_an_answer_to_a_prompt_that_was_too_short_is_kept_and_not_counted(
    niah: Niah, tmp_path: Path, unpublished: str
) -> None:
    """Both answers are paid for, the second counts, and its prompt can be shown as it was sent."""
    price = '\n[model."local/exact".price]\ninput = 10.0\noutput = 0.0\n'
    with listening(Behaviour(tokenizer=unpublished)) as endpoint:
        config = write_config(tmp_path, endpoint.url, language="de", trials=2, extra=price)
        assert "composed anew and asked again" in niah("plan", config).out
        done = niah("run", config, "--json")
        assert done.code == 0, done.err
        assert done.json["trials"] == 12
        assert done.json["outcomes"] == {"answered": 12}
        sent = endpoint.app.state.seen.requests
        assert niah("run", config, "--json").json["run"] == done.json["run"]
        assert endpoint.app.state.seen.requests == sent  # what is finished is not asked again
    again = [trial for trial in exported(niah) if "composed like" in trial["tags"]]
    assert again
    billed_usd = sum(trial["cost_usd"] for trial in exported(niah))
    with open_store(Path("niah.db")) as store:
        noted = stored_calibrations(find_run(store, done.json["run"]).versions)
        probes = noted["local/exact"].probes
        billed_usd += 1e-5 * sum(probe.reported_tokens for probe in probes)
        for trial in again:
            earlier = replaced_trials(store, done.json["run"], trial["trial_id"])
            assert len(earlier) == trial["attempts"] - 1
            assert all(record.outcome == "answered" for record in earlier)
            assert str(earlier[0].prompt_tokens) == trial["tags"]["composed like"]
            billed_usd += sum(record.cost_usd or 0.0 for record in earlier)
    assert done.json["cost_usd"] == pytest.approx(billed_usd)
    for repeat in ("0", "1"):
        for depth in ("0", "50", "100"):
            where = ("--length", "1K", "--depth", depth, "--repeat", repeat)
            shown = niah("show", "latest", *where, "--prompt", "--json")
            assert shown.code == 0, shown.err  # its hash has been compared with the stored one
    assert "composed anew" in niah("show", "latest", "--length", "1K").out


def test_an_answer_stands_when_its_trial_cannot_be_asked_again(niah: Niah, tmp_path: Path) -> None:
    """Refused when it comes again, a trial is measured all the same, and the run complete."""
    questions: list[str] = []

    def answer(body: bytes) -> bytes:
        if is_probe(body):
            return a_third(body)
        questions.append(content_of(body).splitlines()[-1])
        if questions.count(questions[-1]) > 1:
            return refused(400, "not like this")
        return answer_with(5 + int(len(content_of(body)) / 2.8))  # 7% more than the probes said

    with scripted(answer) as server:
        config = write_config(tmp_path, server.url, lengths='["1K"]', trials=2)
        done = niah("run", config, "--json")
    assert done.code == 0, done.err
    assert (len(questions), len(set(questions))) == (12, 6)
    assert done.json["outcomes"] == {"answered": 6}
    assert not any("composed like" in trial["tags"] for trial in exported(niah))


def test_reports_that_follow_no_text_are_not_paid_for_again_and_again(
    niah: Niah, tmp_path: Path
) -> None:
    """A server that adds up to 200 tokens at random is asked again a few times, then no more."""

    def answer(body: bytes) -> bytes:
        noise = 0 if is_probe(body) else zlib.crc32(body) % 200
        return answer_with(5 + len(content_of(body)) // 3 + noise)

    with scripted(answer) as server:
        config = write_config(tmp_path, server.url, lengths='["1K"]', trials=20)
        done = niah("run", config, "--concurrency", "4", "--json")
    assert done.code == 0, done.err
    again = sum(trial["attempts"] - 1 for trial in exported(niah))
    assert 8 <= again <= 16  # of 120 that there could be


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_public_vocabulary_is_recognised(niah: Niah, tmp_path: Path, language: str) -> None:
    """A server that counts with one that has a name is composed for to the token."""
    with listening(Behaviour(tokenizer="cl100k_base")) as endpoint:
        done = niah("run", write_config(tmp_path, endpoint.url, language=language))
        assert done.code == 0, done.err
    assert "cl100k_base, which the first responses agree with to the token" in done.out
    assert {off for offs in deviations(niah).values() for off in offs} == {0.0}


def answer_with(tokens: int | None) -> bytes:
    usage = {} if tokens is None else {"prompt_tokens": tokens, "completion_tokens": 1}
    choice = {"message": {"content": "4711"}, "finish_reason": "stop"}
    return response_bytes({"choices": [choice], "usage": usage})


def content_of(body: bytes) -> str:
    return "".join(message["content"] for message in json.loads(body)["messages"])


def a_third(body: bytes) -> bytes:
    """A server whose tokens are three characters, with a template of five."""
    return answer_with(5 + len(content_of(body)) // 3)


def is_probe(body: bytes) -> bool:
    return bool(json.loads(body)["max_tokens"] == 16)


def refused(status: int, message: str) -> bytes:
    return response_bytes({"error": {"message": message}}, status=status)


def test_a_calibration_is_paid_for_once(niah: Niah, tmp_path: Path) -> None:
    """Cut off among its probes and again among its trials, a run goes on with what it has."""
    allowed = 2

    def answer(body: bytes) -> bytes:
        nonlocal allowed
        allowed -= 1
        return a_third(body) if allowed >= 0 else refused(402, "Insufficient Balance")

    with scripted(answer) as server:
        config = write_config(tmp_path, server.url)
        first = niah("run", config)
        assert first.code == 3
        assert "local/exact is not asked any more" in first.err
        assert "Insufficient Balance" in first.err
        allowed = 3
        second = niah("run", config, "--json")
        assert second.code == 3
        allowed = 100
        third = niah("run", config, "--json")
        assert third.code == 0, third.err
        again = niah("run", config, "--json")
        answered = [content_of(request.body) for request in server.requests]
        probes = [request for request in server.requests if is_probe(request.body)]
    assert third.json["calibrations"] == second.json["calibrations"] == again.json["calibrations"]
    assert len({content_of(request.body) for request in probes}) == 4
    assert len(probes) == 4 + 1  # the third was refused once
    assert len(answered) <= 5 + 6 + 2 * 16
    assert deviations(niah)
    shown = niah("show", "latest", "--length", "2K", "--depth", "50", "--prompt", "--json")
    assert shown.code == 0, shown.err
    assert shown.json["messages"][-1]["content"] in answered


def test_a_budget_holds_among_the_probes(niah: Niah, tmp_path: Path) -> None:
    """A probe that could cost more than is left is not sent; what is spent is counted."""
    price = '\n[model."local/exact".price]\ninput = 10.0\noutput = 10.0\n'
    with scripted(a_third) as server:
        config = write_config(tmp_path, server.url, extra=price)
        done = niah("run", config, "--max-cost", "0.05", "--json")
        assert done.code == 3
        assert "budget of $0.05" in done.err
        assert 0 < len(server.requests) < 4
        billed = sum(
            (5 + len(content_of(request.body)) // 3 + 1) * 10 / 1e6 for request in server.requests
        )
    assert done.json["cost_usd"] == pytest.approx(billed)
    assert billed <= 0.05


@pytest.mark.parametrize("count", [refused(404, "Not Found"), response_bytes({"total": "many"})])
def test_without_a_count_the_responses_decide(niah: Niah, tmp_path: Path, count: bytes) -> None:
    """A count endpoint that is not there, or that counts nothing, costs the run nothing else."""

    def answer(body: bytes) -> bytes:
        asked: dict[str, Any] = json.loads(body)
        if "max_tokens" not in asked:
            return count
        text = "".join(message["content"] for message in asked["messages"])
        text += asked.get("system", "")
        return response_bytes(
            {
                "content": [{"type": "text", "text": "4711"}],
                "stop_reason": "end_turn",
                "usage": {"input_tokens": 5 + len(text) // 3, "output_tokens": 1},
            }
        )

    with scripted(answer) as server:
        done = niah("run", write_config(tmp_path, server.url, api="anthropic"))
    assert done.code == 0, done.err
    assert "its prompts are not counted" in done.err
    assert "calibrated by the first responses" in done.out


def test_a_busy_count_endpoint_is_waited_for(niah: Niah, tmp_path: Path) -> None:
    """Every second count is turned away; each prompt is counted all the same, and none is lost."""
    counts = 0

    def answer(body: bytes) -> bytes:
        nonlocal counts
        asked: dict[str, Any] = json.loads(body)
        tokens = 5 + (len(content_of(body)) + len(asked.get("system", ""))) // 3
        if "max_tokens" in asked:
            usage = {"input_tokens": tokens, "output_tokens": 1}
            content = [{"type": "text", "text": "4711"}]
            return response_bytes({"content": content, "stop_reason": "end_turn", "usage": usage})
        counts += 1
        if counts % 2:
            error = {"type": "rate_limit_error", "message": "slowly"}
            return response_bytes(
                {"type": "error", "error": error}, status=429, headers={"retry-after": "0.02"}
            )
        return response_bytes({"input_tokens": tokens})

    with scripted(answer) as server:
        done = niah("run", write_config(tmp_path, server.url, api="anthropic"), "--json")
        asked = [r for r in server.requests if "max_tokens" in json.loads(r.body)]
    assert done.code == 0, done.err
    assert len(asked) == 6
    assert "counted again in" in done.err
    assert "not counted" not in done.err
    assert max(abs(off) for offs in deviations(niah).values() for off in offs) <= 0.01


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda _: answer_with(None), "not calibrated"),
        (lambda _: answer_with(17), "not calibrated"),
    ],
    ids=["no usage", "a constant"],
)
def test_reports_that_say_nothing_are_said_to(
    niah: Niah, tmp_path: Path, answer: Callable[[bytes], bytes], said: str
) -> None:
    """Without usable reports the trials are asked all the same, their lengths approximate."""
    with scripted(answer) as server:
        done: Outcome = niah("run", write_config(tmp_path, server.url))
        assert len([r for r in server.requests if not is_probe(r.body)]) == 6
    assert said in done.out
    assert "approximate" in done.out


def test_a_model_that_cannot_be_calibrated_stops_alone(niah: Niah, tmp_path: Path) -> None:
    """It is said why, and another model of the same provider is measured."""

    def answer(body: bytes) -> bytes:
        broken = json.loads(body)["model"] == "broken"
        return refused(400, "no such option") if broken else a_third(body)

    with scripted(answer) as server:
        config = write_config(tmp_path, server.url)
        text = config.read_text().replace('["local/exact"]', '["local/broken", "local/exact"]')
        config.write_text(text)
        done = niah("run", config, "--json")
    assert done.code == 3
    assert 'calibrate = "off" in [model."local/broken"]' in done.err
    assert done.json["trials"] == 6


def test_a_given_ratio_asks_nobody(niah: Niah, tmp_path: Path) -> None:
    """Neither ``off`` nor a number sends a probe, and each is said."""
    for how, said in (('"off"', "is not known"), ("1.4", "calibrated by the experiment file")):
        with scripted(a_third) as server:
            extra = f'\n[model."local/exact"]\ncalibrate = {how}\n'
            config = write_config(tmp_path, server.url, extra=extra)
            done = niah("run", config, "--new")
            assert len(server.requests) == 6
        assert said in done.out + done.err
