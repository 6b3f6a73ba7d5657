"""Sweeps end to end, over real sockets: measured, stored, resumed, never paid for twice."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from niah.reference.behaviour import Behaviour, Faults
from niah.tokenizers import load
from tests.command import Niah
from tests.servers import listening, reference_endpoint

SWEEP = """
name = "sweep"
models = ["{model}"]
seed = 3

[grid]
context_lengths = ["1K", "2K"]
depth_percents = [0, 50, 100]
trials = {trials}

[limits]
concurrency = 8
timeout_s = 20
max_attempts = {max_attempts}

[providers.local]
base_url = "{url}/v1"
api_key_env = "LOCAL_KEY"
tokenizer = "o200k_base"
"""


def write_sweep(
    directory: Path,
    url: str = "http://127.0.0.1:9",
    *,
    model: str = "local/exact",
    trials: int = 1,
    max_attempts: int = 6,
    extra: str = "",
) -> Path:
    path = directory / "sweep.toml"
    text = SWEEP.format(url=url, model=model, trials=trials, max_attempts=max_attempts)
    path.write_text(text + extra, encoding="utf-8")
    return path


def price(input_usd: float, output_usd: float) -> str:
    return f'\n[model."local/exact".price]\ninput = {input_usd}\noutput = {output_usd}\n'


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_KEY", "canary-0123456789abcdef")


def test_a_sweep_measures_stores_and_plots(niah: Niah, tmp_path: Path) -> None:
    """Every cell is asked once, found, kept, and drawn in three formats."""
    with listening() as endpoint:
        done = niah("run", write_sweep(tmp_path, endpoint.url), "--json")
        assert done.code == 0, done.err
        assert endpoint.app.state.seen.requests == 6
    summary = done.json
    assert summary["trials"] == 6
    assert summary["outcomes"] == {"answered": 6}
    assert summary["accuracy"] == 1.0
    low, high = summary["interval"]
    assert 0 < low < high == 1.0
    assert summary["input_tokens"] == 9_000
    assert [Path(figure).suffix for figure in summary["figures"]] == [".png", ".svg", ".pdf"]
    assert all((tmp_path / figure).stat().st_size > 5_000 for figure in summary["figures"])
    (listed,) = niah("runs", "--json").json["runs"]
    assert (listed["run"], listed["status"]) == (summary["run"], "complete")


def test_the_same_command_again_sends_nothing(niah: Niah, tmp_path: Path) -> None:
    """A complete run is plotted again, not paid for again; --new measures anew."""
    with listening() as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        first = niah("run", config, "--json").json
        again = niah("run", config, "--json")
        assert endpoint.app.state.seen.requests == 6
        assert again.json["run"] == first["run"]
        assert "was complete already" in again.err
        fresh = niah("run", config, "--new", "--json").json
        assert endpoint.app.state.seen.requests == 12
        assert fresh["run"] != first["run"]


def test_an_exported_trial_has_the_promised_fields(niah: Niah, tmp_path: Path) -> None:
    """One object a line, the prompt's length counted by niah and by the server alike."""
    with reference_endpoint() as url:
        niah("run", write_sweep(tmp_path, url))
    lines = niah("export", "latest", "--format", "jsonl").out.splitlines()
    promised = (
        "run trial_id model task context_length depth_percent placed_depth_percent repeat seed "
        "prompt_sha256 prompt_tokens outcome response answers score input_tokens "
        "cached_input_tokens output_tokens cost_usd latency_s attempts started_at"
    ).split()
    for line in lines:
        trial = json.loads(line)
        assert set(promised) <= set(trial)
        assert trial["prompt_tokens"] == trial["context_length"] == trial["input_tokens"]
        assert (trial["score"], trial["attempts"], trial["cost_usd"]) == (1.0, 1, None)
    assert len(lines) == 6


def test_the_prompt_of_a_trial_can_be_recounted(niah: Niah, tmp_path: Path) -> None:
    """niah show prints the messages that were sent, with the hash that was stored."""
    with reference_endpoint() as url:
        niah("run", write_sweep(tmp_path, url))
    shown = niah("show", "latest", "--length", "2K", "--depth", "50", "--prompt", "--json").json
    tokens = sum(len(load("o200k_base").encode(m["content"])) for m in shown["messages"])
    assert tokens == shown["prompt_tokens"] == 2_000
    trials = niah("show", "latest", "--length", "2K", "--depth", "50", "--json").json["trials"]
    assert [trial["prompt_sha256"] for trial in trials] == [shown["prompt_sha256"]]


def test_an_output_limit_that_leaves_no_room_for_an_answer_is_told(
    niah: Niah, tmp_path: Path
) -> None:
    """A model whose thoughts fill the limit has found nothing, and nobody takes that for a map."""
    with reference_endpoint(Behaviour(reasoning=True)) as url:
        config = write_sweep(tmp_path, url)
        done = niah("run", config, "--set", "request.max_output_tokens=5")
        told = "6 of 6 trials used up their output limit before any text, and count as wrong"
        assert told in done.out
        assert told in niah("show", "latest").out
        niah("report", "latest", "--out", str(tmp_path / "r.md"))
        assert "used up their output limit" in (tmp_path / "r.md").read_text(encoding="utf-8")
        enough = niah("run", config, "--set", "request.max_output_tokens=512", "--json").json
    assert enough["sweeps"][0]["cut_before_text"] == 0


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (Faults(rate_limit=0.2, server_error=0.1, seed=1), {"answered": 12}),
        (Faults(cut=0.3, seed=2), {"answered": 12}),
        (Faults(wrong_json=0.2, half_body=0.1, seed=3), {"answered": 12}),
        (Faults(unavailable=0.1, overloaded=0.1, error_in_body=0.1, seed=4), {"answered": 12}),
    ],
)
def test_faults_that_pass_are_retried(
    niah: Niah, tmp_path: Path, faults: Faults, expected: dict[str, int]
) -> None:
    """A fault costs another attempt, not the trial; nothing is scored that was not answered."""
    with listening(Behaviour(faults=faults)) as endpoint:
        config = write_sweep(tmp_path, endpoint.url, trials=2, max_attempts=30)
        done = niah("run", config, "--json", "--set", "limits.max_retry_s=3000")
        seen = endpoint.app.state.seen
        assert done.json["outcomes"] == expected, done.err
        assert sum(seen.faults.values()) > 0
        lines = niah("export", "latest").out.splitlines()
        attempts = sum(json.loads(line)["attempts"] for line in lines)
        assert attempts == seen.requests
    assert done.json["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (Behaviour(faults=Faults(empty=1.0)), "empty"),
        (Behaviour(faults=Faults(content_filter=1.0)), "blocked"),
        (Behaviour(faults=Faults(length=1.0)), "output-limit"),
        (Behaviour(window_tokens=1_500), "context-exceeded"),
        (Behaviour(window_tokens=1_500, overflow="truncate"), "truncated"),
    ],
)
def test_a_failure_to_measure_is_no_miss(
    niah: Niah, tmp_path: Path, behaviour: Behaviour, outcome: str
) -> None:
    """Each way of not answering is an outcome of its own; only scored ones count in accuracy."""
    with listening(behaviour) as endpoint:
        done = niah("run", write_sweep(tmp_path, endpoint.url), "--json").json
        requests = endpoint.app.state.seen.requests
    assert requests == 6
    assert outcome in done["outcomes"]
    scored = sum(
        n for o, n in done["outcomes"].items() if o in ("answered", "output-limit", "empty")
    )
    assert done["n"] == scored
    if outcome == "empty":
        assert done["accuracy"] == 0.0
    if outcome in ("context-exceeded", "truncated"):
        assert done["outcomes"] == {"answered": 3, outcome: 3}
        assert done["accuracy"] == 1.0
        (said,) = [
            line for line in niah("show", "latest").out.splitlines() if f"3 {outcome}:" in line
        ]
        assert ("num_ctx" if outcome == "truncated" else "maximum context length") in said


def test_what_a_window_does_not_hold_is_told_of_all_servers(niah: Niah, tmp_path: Path) -> None:
    """Before and after a sweep beyond the stated window, which this server reads all the same."""
    told = (
        "warning: local/exact has a window of {}, which does not hold the longest context of 2,000 "
        "and an answer of 512: there its server {}"
    )
    beyond = told.format("1,500 tokens", "refuses (context-exceeded), or it reads past what the ")
    with listening() as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        window = ("--set", 'model."local/exact".context_window=1500')
        for done in (niah("plan", config, *window), niah("run", config, *window)):
            assert done.code == 0, done.err
            assert beyond in done.err
        for language, said in (("en", "scored trials are longer"), ("de", "gewertete Versuche")):
            niah("report", "latest", "--out", "report.md", "--language", language)
            assert f"- 3 {said}" in (tmp_path / "report.md").read_text("utf-8")
        assert niah("run", config).code == 0
        niah("report", "latest", "--out", "report.md")
        assert "are longer" not in (tmp_path / "report.md").read_text("utf-8")
    close = niah("plan", config, "--set", 'model."local/exact".context_window=2100')
    assert told.format("2,100 tokens", "may refuse (context-exceeded)\n") in close.err


@pytest.mark.parametrize("reasoning", [False, True])
def test_thinking_is_kept_apart_and_not_scored(niah: Niah, tmp_path: Path, reasoning: bool) -> None:
    """A model's thoughts are stored beside its answer."""
    with reference_endpoint(Behaviour(reasoning=reasoning)) as url:
        niah("run", write_sweep(tmp_path, url))
    trial = json.loads(niah("export", "latest").out.splitlines()[0])
    assert bool(trial["reasoning"]) == reasoning
    assert trial["score"] == 1.0
    assert not reasoning or trial["reasoning"] not in trial["response"]


def test_a_wrong_key_stops_the_model_and_says_so(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, exit code 3, few requests; the same command goes on with the right key."""
    with listening(Behaviour(require_key="canary-0123456789abcdef")) as endpoint:
        config = write_sweep(tmp_path, endpoint.url, trials=20)
        monkeypatch.setenv("LOCAL_KEY", "wrong-0123456789abcdef")
        refused = niah("run", config)
        assert refused.code == 3
        assert "local/exact is not asked any more" in refused.err
        assert "Traceback" not in refused.err
        assert endpoint.app.state.seen.requests <= 8
        monkeypatch.setenv("LOCAL_KEY", "canary-0123456789abcdef")
        assert niah("run", config).code == 0


def test_a_host_that_is_not_there_ends_in_a_sentence(niah: Niah, tmp_path: Path) -> None:
    """Connection refused is a failure to measure: exit code 3, no score, no traceback."""
    done = niah("run", write_sweep(tmp_path, "http://127.0.0.1:9"), "--json")
    assert done.code == 3
    assert done.json["accuracy"] is None
    assert set(done.json["outcomes"]) == {"failed"}
    assert "127.0.0.1" in done.err
    assert "Traceback" not in done.err
    assert f"trials      0 of {done.json['planned']}\n" in niah("show", "latest").out


def test_a_budget_is_never_exceeded_and_the_run_goes_on(niah: Niah, tmp_path: Path) -> None:
    """The run stops before the request that might cost too much; a higher budget goes on."""
    with listening() as endpoint:
        config = write_sweep(tmp_path, endpoint.url, trials=5, extra=price(1.0, 1.0))
        stopped = niah("run", config, "--max-cost", "0.02", "--json")
        assert stopped.code == 3
        assert stopped.json["cost_usd"] <= 0.02
        assert 0 < stopped.json["trials"] < 30
        assert "--max-cost" in stopped.err or "max_cost_usd" in stopped.err
        done = niah("run", config, "--max-cost", "1", "--json")
        assert done.code == 0
        assert done.json["run"] == stopped.json["run"]
        assert endpoint.app.state.seen.requests == 30
        lines = niah("export", "latest").out.splitlines()
        billed = sum(json.loads(line)["cost_usd"] for line in lines)
        assert done.json["cost_usd"] == pytest.approx(billed)


def test_a_budget_without_a_price_is_refused(niah: Niah, tmp_path: Path) -> None:
    """A budget that cannot be kept is a configuration error, before anything is sent."""
    with listening() as endpoint:
        refused = niah("run", write_sweep(tmp_path, endpoint.url), "--max-cost", "1")
        assert refused.code == 2
        assert "price of local/exact is unknown" in refused.err
        assert endpoint.app.state.seen.requests == 0


def _start(config: Path, directory: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from niah.cli import main; main()", "run", str(config), *arguments],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LOCAL_KEY": "canary-0123456789abcdef"},
    )


def _wait_for(condition: object, deadline_s: float = 30) -> None:
    end = time.monotonic() + deadline_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_the_command_that_goes_on_is_told_whole(niah: Niah, tmp_path: Path) -> None:
    """Models, overrides and store decide which run it is; the file alone would begin another."""
    config = write_sweep(
        tmp_path,
        model="reference/exact",
        extra='[model."reference/flat-90"]\nprice = { input = 10, output = 0 }\n',
    )
    options = ("-m", "reference/flat-90", "--set", "haystack.language=de", "--db", "other store.db")
    stopped = niah("run", config, *options, "--max-cost", "0.03")
    assert stopped.code == 3
    told = stopped.err.rpartition("goes on: ")[2].strip()
    assert niah(*shlex.split(told)[1:]).code == 0
    (run,) = niah("runs", "--db", "other store.db", "--json").json["runs"]
    assert run["status"] == "complete"


def test_ctrl_c_finishes_what_is_in_flight_and_says_how_to_go_on(
    niah: Niah, tmp_path: Path
) -> None:
    """Exit code 130; every request that was sent is stored; the same command goes on."""
    with listening(Behaviour(latency_s=0.3)) as endpoint:
        seen = endpoint.app.state.seen
        config = write_sweep(tmp_path, endpoint.url, trials=10)
        process = _start(config, tmp_path)
        _wait_for(lambda: seen.requests >= 12)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "the same command goes on" in err
        assert "Traceback" not in err
        sent = seen.requests
        (run,) = niah("runs", "--json").json["runs"]
        assert run["outcomes"] == {"answered": sent}
        assert niah("run", config).code == 0
        assert seen.requests == 60


def test_a_killed_run_goes_on_and_pays_for_nothing_twice(niah: Niah, tmp_path: Path) -> None:
    """After SIGKILL all stored answers are there; at most what was in flight is asked again."""
    with listening(Behaviour(latency_s=0.05)) as endpoint:
        seen = endpoint.app.state.seen
        config = write_sweep(tmp_path, endpoint.url, trials=20, extra=price(1.0, 1.0))
        for kill in range(3):
            process = _start(config, tmp_path, "--max-cost", "100")
            target = seen.requests + 15 + 7 * kill
            _wait_for(lambda target=target: seen.requests >= target)
            assert niah("runs", "--json").json["runs"][0]["status"] == "running"
            process.kill()
            process.communicate(timeout=30)
            assert niah("runs", "--json").json["runs"][0]["status"] == "interrupted"
        assert "interrupted" in niah("show", "latest").out
        done = niah("run", config, "--max-cost", "100", "--json")
        assert done.code == 0
        assert done.json["outcomes"] == {"answered": 120}
        assert seen.requests - 120 <= 3 * 8
        with closing(sqlite3.connect(tmp_path / "niah.db")) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        lines = niah("export", "latest").out.splitlines()
        billed = sum(json.loads(line)["cost_usd"] for line in lines)
        assert done.json["cost_usd"] >= billed


def test_the_key_reaches_the_host_and_nothing_else(niah: Niah, tmp_path: Path) -> None:
    """Not a byte that niah wrote contains the key, whatever went wrong."""
    faults = Faults(rate_limit=0.1, wrong_json=0.1, server_error=0.05, seed=5)
    key = "canary-0123456789abcdef"
    with reference_endpoint(Behaviour(require_key=key, faults=faults)) as url:
        config = write_sweep(tmp_path, url, max_attempts=30)
        outputs = [
            niah("run", config, "--json"),
            niah("show", "latest"),
            niah("export", "latest"),
            niah("export", "latest", "--format", "csv"),
            niah("runs"),
        ]
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    written += "".join(outcome.out + outcome.err for outcome in outputs).encode()
    assert len(written) > 50_000
    assert key.encode() not in written
    assert b"0123456789abcdef" not in written


def test_two_models_share_prompts_and_not_trials(niah: Niah, tmp_path: Path) -> None:
    """-m replaces the models; the same draws make them comparable cell by cell."""
    config = write_sweep(tmp_path)
    done = niah("run", config, "-m", "reference/exact", "-m", "reference/last-1000", "--json")
    assert done.code == 0, done.err
    assert done.json["simulated"] is True
    trials = [json.loads(line) for line in niah("export", "latest").out.splitlines()]
    by_model: dict[str, list[str]] = {}
    for trial in trials:
        by_model.setdefault(trial["model"], []).append(trial["prompt_sha256"])
    assert sorted(by_model["reference/exact"]) == sorted(by_model["reference/last-1000"])
    sweeps = {sweep["model"]: sweep["accuracy"] for sweep in done.json["sweeps"]}
    assert sweeps["reference/exact"] == 1.0
    assert sweeps["reference/last-1000"] < 1.0
    assert len(done.json["figures"]) == 6


def test_what_is_simulated_says_so(niah: Niah, tmp_path: Path) -> None:
    """The summary, the list of runs, the run itself and the figure name the reference reader."""
    config = write_sweep(tmp_path, model="reference/exact")
    printed = niah("run", config)
    assert "reference reader" in printed.out
    assert "reference reader" in niah("runs").out
    assert "reference reader" in niah("show", "latest").out
    (svg,) = (tmp_path / "plots").glob("*.svg")
    assert "Reference reader" in svg.read_text(encoding="utf-8")


def test_a_reference_reader_under_another_name_says_so(niah: Niah, tmp_path: Path) -> None:
    """``niah serve`` behind a provider of one's own is simulated in store, words and figure."""
    with listening(Behaviour()) as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        printed = niah("run", config)
        assert niah("run", config, "--json").json["simulated"]  # gone on with, nothing left to ask
    assert printed.code == 0, printed.err
    assert "reference reader, simulated" in printed.out
    assert "reference reader" in niah("runs").out
    assert "simulated, no model was asked" in niah("show", "latest").out
    assert niah("runs", "--json").json["runs"][0]["simulated"]
    (svg,) = (tmp_path / "plots").glob("*.svg")
    assert "Reference reader" in svg.read_text(encoding="utf-8")


def test_the_example_of_own_documents_can_be_read(niah: Niah) -> None:
    """A reader that reads everything finds each of the shipped example's facts."""
    config = Path(__file__).parents[1] / "configs" / "own-documents.toml"
    done = niah("run", config, "--json")
    assert done.code == 0, done.err
    assert done.json["accuracy"] == 1.0
