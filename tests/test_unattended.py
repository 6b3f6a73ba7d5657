"""Runs that nobody watches: deadlines, logs for programs, metrics, signed messages."""

from __future__ import annotations

import hashlib
import hmac
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from niah.durations import parse_duration_s
from niah.reference.behaviour import Behaviour, Faults
from tests.command import Niah
from tests.servers import listening
from tests.test_run import write_sweep

SMALL = ["--set", "grid.context_lengths=[400]", "--set", "grid.depth_percents=[0, 100]"]


KEY = "canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_KEY", KEY)


@contextmanager
def receiver(
    status: int = 204, *, answers: threading.Event | None = None
) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A web server that keeps what it is sent, and answers only when it is let."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Keep(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((dict(self.headers), body))
            if answers is not None and not answers.wait(60):
                return
            self.send_response(status)
            if status == 307:
                self.send_header("location", "http://127.0.0.1:9/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Keep) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook?token=t0p-s3cret", received
        finally:
            server.shutdown()
            thread.join()


def objects(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines()]


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1, 99))
def test_a_length_of_time_is_the_sum_of_its_parts(hours: int, minutes: int, seconds: int) -> None:
    """Parts of all units add up, in seconds."""
    text = f"{hours}h{minutes}m{seconds}s"
    assert parse_duration_s(text) == 3_600 * hours + 60 * minutes + seconds


@pytest.mark.parametrize("text", ["", "2", "h", "0s", "-1h", "1w", "2h ago", "nan", "1e3s"])
def test_what_is_no_length_of_time_is_refused(niah: Niah, tmp_path: Path, text: str) -> None:
    """One sentence with the option and an example, exit code 2, no store."""
    config = write_sweep(tmp_path, "http://127.0.0.1:9/v1")
    refused = niah("run", config, f"--max-time={text}")
    assert refused.code == 2
    assert refused.err.startswith("niah: --max-time: ")
    assert not (tmp_path / "niah.db").exists()


def test_a_run_ends_when_its_time_is_up_and_goes_on_later(niah: Niah, tmp_path: Path) -> None:
    """What was answered in time is kept; the same command measures the rest, and only that."""
    with listening(Behaviour(latency_s=0.4)) as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        first = niah("run", config, "--concurrency", "1", "--max-time", "1.5s", "--json")
        assert first.code == 3
        assert "the time limit (--max-time) was reached" in first.err
        measured = first.json["trials"]
        assert 0 < measured < first.json["planned"]
        second = niah("run", config, "--json")
    assert second.code == 0
    assert second.json["run"] == first.json["run"]
    assert second.json["sent"] == second.json["planned"] - measured


def test_a_new_run_begins_only_when_the_latest_is_old(niah: Niah, tmp_path: Path) -> None:
    """A repeated job goes on with tonight's run; the next night has its own."""
    with listening(Behaviour()) as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        first = niah("run", config, *SMALL, "--new-after", "20h", "--json")
        again = niah("run", config, *SMALL, "--new-after", "20h", "--json")
        time.sleep(1.1)
        later = niah("run", config, *SMALL, "--new-after", "1s", "--json")
    assert again.json["run"] == first.json["run"] != later.json["run"]
    assert (first.json["sent"], again.json["sent"], later.json["sent"]) == (2, 0, 2)


def test_a_run_begun_by_a_clock_that_was_wrong_does_not_hold_up_the_nights_after(
    niah: Niah, tmp_path: Path
) -> None:
    """A run dated a month ahead is of no known age, so the next night begins one of its own."""
    with listening(Behaviour()) as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        first = niah("run", config, *SMALL, "--new-after", "20h", "--json")
        ahead = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="seconds")
        with closing(sqlite3.connect(tmp_path / "niah.db")) as store, store:
            store.execute("UPDATE runs SET created_at = ?", (ahead,))
        later = niah("run", config, *SMALL, "--new-after", "20h", "--json")
    assert later.json["run"] != first.json["run"]
    assert later.json["sent"] == 2


class JumpingClock(datetime):
    """A wall clock that is put a day forward and two back, again and again."""

    read = 0

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> JumpingClock:
        cls.read += 1
        return super().now(tz) + timedelta(days=cls.read % 4 - 2)


def test_a_wall_clock_that_jumps_ends_nothing_early_and_holds_nothing_up(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time limits, timeouts, waits and latencies are measured on a clock that cannot be set."""
    for module in ("runner.run", "runner.session", "runner.children", "providers.limits"):
        monkeypatch.setattr(f"niah.{module}.datetime", JumpingClock)
    faults = Faults(server_error=0.2, rate_limit=0.2, seed=1)
    began_s = time.monotonic()
    with listening(Behaviour(latency_s=0.05, faults=faults)) as endpoint:
        config = write_sweep(tmp_path, endpoint.url, max_attempts=20)
        done = niah("run", config, "--max-time", "5m", "--json")
    took_s = time.monotonic() - began_s
    assert done.code == 0, done.err
    assert JumpingClock.read > 6
    trials = [json.loads(line) for line in niah("export", "latest").out.splitlines()]
    assert [trial["outcome"] for trial in trials] == ["answered"] * 6
    assert all(0.05 <= trial["latency_s"] <= took_s for trial in trials)


def test_a_log_for_programs_is_json_from_the_first_line_to_the_last(
    niah: Niah, tmp_path: Path
) -> None:
    """Warnings, retries, progress and the end, each an object with time, level and event."""
    with listening(Behaviour(faults=Faults(server_error=0.3))) as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        done = niah("run", config, "--log-format", "json", "--json")
    lines = objects(done.err)
    assert done.code == 0
    assert all({"time", "level", "event", "message"} <= line.keys() for line in lines)
    events = [line["event"] for line in lines]
    assert {"retry", "progress"} <= set(events)
    assert events[-1] == "run-ended"
    assert lines[-1]["accuracy"] == done.json["accuracy"]


def test_an_error_is_an_object_too(niah: Niah, tmp_path: Path) -> None:
    """What ends a command is the last line of its log, with the exit code."""
    failed = niah("run", tmp_path / "missing.toml", "--log-format", "json")
    (line,) = objects(failed.err)
    assert (line["event"], line["level"], line["exit_code"]) == ("error", "error", 2)
    assert niah("run", "quickstart", "--log-format", "yaml").code == 2


def test_metrics_are_what_prometheus_reads(niah: Niah, tmp_path: Path) -> None:
    """The file parses, says that it is simulated or not, and has the summary's numbers."""
    with listening(Behaviour()) as endpoint:
        config = write_sweep(tmp_path, endpoint.url)
        done = niah("run", config, *SMALL, "--metrics", "metrics/niah.prom", "--json")
    text = (tmp_path / "metrics/niah.prom").read_text()
    samples = {
        sample.name: sample
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    accuracy = samples["niah_sweep_accuracy_ratio"]
    assert accuracy.value == done.json["accuracy"]
    assert accuracy.labels["model"] == done.json["sweeps"][0]["model"]
    assert samples["niah_run_complete"].value == 1
    assert samples["niah_sweep_scored_trials"].value == 2
    assert [path.name for path in (tmp_path / "metrics").iterdir()] == ["niah.prom"]


def test_a_metrics_file_that_would_not_be_read_is_refused_before_anything_is_sent(
    niah: Niah, tmp_path: Path
) -> None:
    """The exporter reads only files that end in .prom."""
    refused = niah("run", "quickstart", "--metrics", "niah.txt")
    assert refused.code == 2
    assert ".prom" in refused.err
    assert not (tmp_path / "niah.db").exists()


def test_a_failed_run_is_told_with_a_signature_that_proves_it(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver can check who sent the body and when; the key of the model is not in it."""
    monkeypatch.setenv("NIAH_WEBHOOK_SECRET", "shared")
    with receiver() as (url, received), listening(Behaviour()) as endpoint:
        config = write_sweep(tmp_path, endpoint.url, max_attempts=1)
        assert niah("run", config, *SMALL, "--webhook", url).code == 0
        assert received == []
        unreachable = ["--set", 'providers.local.base_url="http://127.0.0.1:9/v1"']
        failed = niah("run", config, *SMALL, *unreachable, "--webhook", url)
    assert failed.code == 3
    ((headers, body),) = received
    stamp, digest = (part.split("=")[1] for part in headers["niah-signature"].split(","))
    expected = hmac.new(b"shared", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(digest, expected)
    assert abs(int(stamp) - time.time()) < 60
    message = json.loads(body)
    assert (message["event"], message["exit_code"]) == ("niah.run.failed", 3)
    assert message["status"] == "incomplete"
    assert KEY.encode() not in body
    assert "t0p-s3cret" not in failed.out + failed.err


def judged(niah: Niah, url: str) -> tuple[str, ...]:
    """A gate that a measured run of this directory does not pass, told of at the address."""
    run = niah("run", "quickstart", "-m", "reference/flat-50", *SMALL, "-q", "--json").json["run"]
    return "gate", run, "--min-accuracy", "0.99", "--webhook", url


def test_a_gate_killed_before_its_message_arrived_has_the_next_command_deliver_it(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the verdict the message is on the disk; what arrives later is the same, by its id."""
    monkeypatch.setenv("NIAH_WEBHOOK_SECRET", "shared")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    answers = threading.Event()
    with receiver(answers=answers) as (url, received):
        gate = judged(niah, url)
        process = subprocess.Popen([sys.executable, "-m", "niah", *gate], stdout=subprocess.DEVNULL)
        ends_s = time.monotonic() + 60
        while not received and time.monotonic() < ends_s:
            time.sleep(0.01)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        with closing(sqlite3.connect(tmp_path / "niah.db")) as connection:
            assert connection.execute("SELECT verdict FROM verdicts").fetchall() == [("fail",)]
            (kept,) = connection.execute("SELECT body, tries FROM letters").fetchall()
        assert kept == (received[0][1].decode(), 1)
        assert b"t0p-s3cret" not in (tmp_path / "niah.db").read_bytes()
        answers.set()
        assert niah(*gate).code == 1
        first, again, second = (json.loads(body) for _, body in received)
        assert first == again
        assert (first["event"], first["verdict"]) == ("niah.gate.failed", "fail")
        assert first["id"] != second["id"]
        assert niah(*gate).code == 1
        assert len(received) == 4  # what was taken is not sent again


def test_a_message_is_given_up_after_many_commands(
    niah: Niah, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command tries a waiting one once, and the last says that it is lost."""
    monkeypatch.setenv("NIAH_WEBHOOK_SECRET", "shared")
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("niah.cli.webhook.MOST_TRIES", 3)
    with receiver(500) as (url, received):
        gate = judged(niah, url)
        told = [niah(*gate) for _ in range(4)]
    letters = [json.loads(body)["id"] for _, body in received]
    assert letters.count(letters[0]) == 3 + 1 + 1  # its own command tries thrice
    assert "never reached its receiver" in told[-1].err
    assert "never reached its receiver" not in told[-2].err


def test_a_letter_of_another_webhook_is_not_sent(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what waits for another address, nor what a store from elsewhere would have signed."""
    monkeypatch.setenv("NIAH_WEBHOOK_SECRET", "shared")
    monkeypatch.setattr("time.sleep", lambda _: None)
    gate = judged(niah, "http://127.0.0.1:9/nobody")
    assert niah(*gate).code == 1
    with closing(sqlite3.connect(tmp_path / "niah.db")) as connection, connection:
        connection.execute(
            "INSERT INTO letters VALUES (99, 'x', '2100-01-01T00:00:00+00:00', '{}', 'x', 0)"
        )
    with receiver() as (url, received):
        assert niah(*gate[:-1], url).code == 1
    assert len(received) == 1
    with closing(sqlite3.connect(tmp_path / "niah.db")) as connection:
        assert connection.execute("SELECT count(*) FROM letters").fetchone() == (2,)


def test_a_command_that_cannot_begin_is_told_of_too(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong file in a scheduled job does not fail in silence."""
    monkeypatch.setenv("NIAH_WEBHOOK_SECRET", "shared")
    with receiver() as (url, received):
        assert niah("run", tmp_path / "missing.toml", "--webhook", url).code == 2
    message = json.loads(received[0][1])
    assert message["exit_code"] == 2
    assert "missing.toml" in message["error"]


@pytest.mark.parametrize("status", [307, 500])
def test_a_receiver_that_does_not_answer_well_changes_nothing(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """It is tried a few times, never elsewhere, and the exit code stays what it was."""
    monkeypatch.setenv("NIAH_WEBHOOK_SECRET", "shared")
    monkeypatch.setattr("time.sleep", lambda _: None)
    with receiver(status) as (url, received):
        failed = niah("run", tmp_path / "missing.toml", "--webhook", url)
    assert failed.code == 2
    assert len(received) == 3
    assert f"the webhook at 127.0.0.1 was not reached: status {status}" in failed.err
    assert "t0p-s3cret" not in failed.err


@pytest.mark.parametrize(("url", "secret"), [("ftp://x", "s"), ("https://x.example/h", "")])
def test_a_webhook_that_cannot_be_signed_or_reached_is_refused(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, secret: str
) -> None:
    """Before anything is sent, in one sentence."""
    monkeypatch.setenv("NIAH_WEBHOOK_SECRET", secret)
    refused = niah("run", "quickstart", "--webhook", url)
    assert refused.code == 2
    assert refused.err.startswith("niah: --webhook")
    assert not (tmp_path / "niah.db").exists()
