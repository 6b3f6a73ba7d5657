"""Bad input at the command line: one sentence, the right exit code, nothing sent or harmed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.command import Niah, Outcome
from tests.servers import listening
from tests.test_run import write_sweep

SIMULATED = "reference/exact"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_KEY", "canary-0123456789abcdef")


def one_sentence(outcome: Outcome, code: int, *words: str) -> None:
    """The outcome is that code and one line on stderr with all the words."""
    assert outcome.code == code, outcome
    lines = [line for line in outcome.err.splitlines() if not line.startswith("warning: ")]
    assert len(lines) == 1, outcome.err
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err


def sweep(directory: Path, extra: str = "") -> Path:
    return write_sweep(directory, model=SIMULATED, extra=extra)


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["grid.depths=[3]"], ["command line", "grid.depths", "depth_percents"]),
        (["grid.trials='3'"], ["grid.trials", "whole number"]),
        (["grid.depth_percents=[130]"], ["130", "from 0 to 100"]),
        (["grid.context_lengths=[30, 2000]"], ["grid.context_lengths", "30"]),
        (["haystack.source=moon"], ["'moon'", "gazetteer"]),
        (["haystack.language=fr"], ["'fr'", "en, de"]),
        (["haystack.path=nowhere"], ["nowhere"]),
        (["task.kind=magic"], ["'magic'", "single"]),
        (["task.needle=pin"], ["'pin'", "magic-number"]),
        (["task.nedle=uuid"], ["task.nedle", "needle"]),
        (["models=gpt-4o"], ["gpt-4o", "provider/model"]),
        (["models=nobody/x"], ["nobody", "deepseek"]),
        (["models=reference/nobody"], ["'nobody'", "lost-in-the-middle"]),
        (["limits.max_cost_usd=1e308"], ["limits.max_cost_usd", "1000000000"]),
        (["providers.local.tokenizer=x9", "models=local/a"], ["x9", "o200k_base"]),
    ],
)
def test_a_wrong_experiment_is_refused(
    niah: Niah, tmp_path: Path, command: str, overrides: list[str], words: list[str]
) -> None:
    """Exit code 2, and a sentence with the value, the rule and the remedy."""
    flags = [part for override in overrides for part in ("--set", override)]
    one_sentence(niah(command, sweep(tmp_path), *flags), 2, *words)
    assert not (tmp_path / "niah.db").exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("", None, [".txt", ".md"]),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\x00\x00", ["picture.txt"]),
        ("latin.md", "Größe".encode("latin-1"), ["latin.md", "UTF-8"]),
        ("tiny.txt", b"Only a few words.", ["has 5", "haystack.repeat"]),
    ],
)
def test_a_haystack_that_cannot_be_used_is_refused(
    niah: Niah, tmp_path: Path, name: str, content: bytes | None, words: list[str]
) -> None:
    """Empty directories, binary files, other encodings and short texts are named as such."""
    documents = tmp_path / "documents"
    documents.mkdir()
    if content is not None:
        (documents / name).write_bytes(content)
    refused = niah("run", sweep(tmp_path), "--set", "haystack.path=documents")
    one_sentence(refused, 2, *words)


def test_an_answer_that_stands_in_the_haystack_is_refused(niah: Niah, tmp_path: Path) -> None:
    """A fixed answer must be found in the needle alone."""
    (tmp_path / "text.md").write_text("They sit in Dolores Park. " * 300, encoding="utf-8")
    needle = "{text='It opens at Dolores Park.', question='Where?', answers=['Dolores Park']}"
    refused = niah(
        "run", sweep(tmp_path), "--set", "haystack.path=text.md", "--set", f"task.needle={needle}"
    )
    one_sentence(refused, 2, "Dolores Park", "haystack")


def test_a_missing_key_is_named(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent without the key that the provider needs."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    refused = niah("run", sweep(tmp_path), "-m", "openai/gpt-4o")
    one_sentence(refused, 2, "openai/gpt-4o", "OPENAI_API_KEY")


def test_an_unknown_model_at_a_known_host_is_the_hosts_to_say(niah: Niah, tmp_path: Path) -> None:
    """The server's 404 stops the model; what it said is in the sentence."""
    with listening() as endpoint:
        config = write_sweep(tmp_path, endpoint.url, model="local/nobody")
        refused = niah("run", config)
        assert refused.code == 3
        assert "local/nobody is not asked any more" in refused.err
        assert endpoint.app.state.seen.requests <= 8


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + b"\0" * 100])
def test_a_file_that_is_no_store_is_left_alone(niah: Niah, tmp_path: Path, content: bytes) -> None:
    """A foreign file is refused, and not a byte of it changes."""
    store = tmp_path / "foreign.db"
    store.write_bytes(content)
    for command in (["run", sweep(tmp_path)], ["runs"], ["show", "latest"]):
        one_sentence(niah(*command, "--db", store), 2, "foreign.db")
    assert store.read_bytes() == content


def test_another_programs_database_is_left_alone(niah: Niah, tmp_path: Path) -> None:
    """A real SQLite file of somebody else is refused."""
    store = tmp_path / "other.db"
    with closing(sqlite3.connect(store)) as other:
        other.execute("CREATE TABLE runs (id INTEGER)")
        other.commit()
    before = store.read_bytes()
    one_sentence(niah("run", sweep(tmp_path), "--db", store), 2, "other.db")
    assert store.read_bytes() == before


_FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.argv = ["niah", *sys.argv[2:]]
from niah.cli import main
main()
"""


def test_a_full_disk_ends_in_a_sentence_and_loses_nothing(niah: Niah, tmp_path: Path) -> None:
    """Writes that fail stop the run with exit code 3; the same command goes on with space."""
    config = write_sweep(tmp_path, model=SIMULATED, trials=40)
    niah("plan", config)  # indexes are cached before the disk is full
    full = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, "300000", "run", str(config), "-q"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert full.returncode == 3, full.stderr
    assert "Traceback" not in full.stderr
    assert "niah.db" in full.stderr
    (run,) = niah("runs", "--json").json["runs"]
    kept = sum(run["outcomes"].values())
    done = niah("run", config, "--json")
    assert done.code == 0, done.err
    assert done.json["run"] == run["run"]
    assert done.json["sent"] == 240 - kept


def test_a_locked_store_is_waited_for_and_then_said(niah: Niah, tmp_path: Path) -> None:
    """While another execution of the experiment holds its lock, a second one is refused."""
    from niah.runner.prepare import prepare
    from niah.store.database import open_store
    from niah.store.locks import lock_experiment

    config = sweep(tmp_path)
    from niah.experiment import load_experiment

    digest = prepare(load_experiment(config)).sha256
    with open_store(tmp_path / "niah.db") as store, lock_experiment(store, digest):
        one_sentence(niah("run", config), 3, "This experiment is being worked on by process")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "nothing"], ["nothing", "niah runs"]),
        (["show", "latest", "--length", "9K"], ["9K", "1K, 2K"]),
        (["show", "latest", "--length", "nine"], ["--length", "nine"]),
        (["show", "latest", "--depth", "33"], ["33", "0, 50, 100"]),
        (["export", "latest", "--format", "xml"], ["xml", "jsonl"]),
        (["export", "latest", "--format", "parquet"], ["--out"]),
        (["plot", "latest", "--style", "rainbow"], ["rainbow", "classic"]),
        (["plot", "latest", "--out", "figure.gif"], ["figure.gif", ".png"]),
        (["plot", "latest", "--out", "/proc/figure.png"], ["/proc/figure.png"]),
        (["serve", "--fault", "flood=1"], ["flood", "rate_limit"]),
        (["serve", "--host", "0.0.0.0"], ["0.0.0.0", "allow"]),
        (["haystacks", "fetch", "books"], ["books", "essays"]),
        (["run", "nowhere.toml"], ["nowhere.toml", "no such file"]),
        (["run", "nowhere"], ["nowhere", "quickstart"]),
    ],
)
def test_a_wrong_argument_gets_one_sentence(
    niah: Niah, tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    """Exit code 2, the argument and what would be right."""
    niah("run", sweep(tmp_path))
    one_sentence(niah(*arguments), 2, *words)


def test_a_cell_of_a_run_without_trials_is_told_so(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No list of lengths that is empty: the run has nothing to show."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789abcdef")
    unpaid = niah("run", sweep(tmp_path), "-m", "openai/gpt-4o", "--max-cost", "0")
    assert unpaid.code == 3
    one_sentence(niah("show", "latest", "--length", "1K"), 2, "no finished trial")


def test_an_unknown_option_is_a_usage_error(niah: Niah) -> None:
    """What the command line does not know ends with exit code 2."""
    assert niah("run", "--nonsense").code == 2
    assert niah("dance").code == 2
