"""Whatever is wrong with an experiment file is told once, with the file and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Niah, Outcome

GRID = "[grid]\ncontext_lengths = [400]\ndepth_percents = [50]\n"
READER = 'models = ["reference/exact"]\n'
OWN_HOST = '[providers.local]\nbase_url = "http://127.0.0.1:9/v1"\n'
NEEDLE = 'text = "The bell rang {number} times.", question = "How often?", answers = "{number}"'

# What stands in the file; the key that the message names, and what it says.
WRONG = [
    ('models = ["gpt-4o"]\n' + GRID, "models", "is not of the form provider/model"),
    ('models = ["nobody/x"]\n' + GRID, "models", "names the provider 'nobody'"),
    ('models = ["azure/mine"]\n' + GRID, "models", "needs the address of its host"),
    ('models = ["reference/wise"]\n' + GRID, "models", "there is no reference reader 'wise'"),
    (READER + GRID + '[task]\nkind = "poem"', "task.kind", "'poem' is not known"),
    (READER + GRID + '[task]\nneedel = "uuid"', "task.needel", "did you mean 'needle'?"),
    (READER + GRID + '[task]\nneedle = "pin"', "task.needle", "'pin' is not known"),
    (READER + GRID + "[task]\nneedle = { text = 1 }", "task.needle.text", "missing or empty"),
    (
        READER + GRID + '[task]\nneedle = { text = "A {code}.", question = "{x}?", answers = "7" }',
        "task.needle.question",
        "has the placeholder {x}",
    ),
    (READER + GRID + "[task]\nneedles = 3", "task.needles", "is not a list of tables"),
    (
        READER + GRID + f"[task]\nneedles = [{{ {NEEDLE} }}, {{ {NEEDLE}, colour = 1 }}]",
        "task.needles[1]",
        "has the unknown key 'colour'",
    ),
    (READER + GRID + '[task]\npath = "none.jsonl"', "task.path", "cannot be read: No such file"),
    (READER + GRID + '[task]\npath = "bent.jsonl"', "task.path", "line 2 is not a JSON object"),
    (READER + GRID + '[task]\nlanguage = "fr"', "task.instruction", "no instruction in 'fr'"),
    (
        READER + GRID + '[task]\nneedle = "san-francisco"\n[haystack]\npath = "sandwiches.txt"',
        "task.needle",
        "already stands in the haystack",
    ),
    (
        READER + GRID + '[task]\nkind = "question-answering"',
        "task.kind",
        "needs task.path, a .jsonl or .csv file",
    ),
    (READER + GRID + '[haystack]\nsource = "straw"', "haystack.source", "'straw' is not known"),
    (READER + GRID + '[haystack]\nsource = "essays"', "haystack.source", "not on this machine"),
    (READER + GRID + '[haystack]\nlanguage = "fr"', "haystack.language", "not in 'fr'"),
    (READER + GRID + '[haystack]\npath = "none"', "haystack.path", "none does not exist"),
    (READER + GRID + '[haystack]\npath = "empty.txt"', "haystack.path", "is empty"),
    (READER + GRID + '[haystack]\npath = "latin.txt"', "haystack.path", "is not UTF-8 text"),
    (READER + GRID + '[haystack]\npath = "bent.json"', "haystack.path", "is not JSON in UTF-8"),
    (READER + GRID.replace("400", "20"), "grid.context_lengths", "20 is shorter than needle"),
    (
        'models = ["local/m"]\n' + GRID + OWN_HOST + 'tokenizer = "cl200k"',
        "providers.local.tokenizer",
        "'cl200k' is not known",
    ),
    (
        'models = ["local/m"]\n' + GRID + OWN_HOST + '[model."local/m"]\ntokenizer = "bent.json"',
        'model."local/m".tokenizer',
        "is not a tokenizer.json",
    ),
    (
        READER + GRID + '[task]\nkind = "key-value"\n[prompt]\nturns = 2',
        "prompt.turns",
        "writes its own haystack",
    ),
    (
        READER
        + GRID.replace("400", "4000")
        + '[task]\nkind = "common-words"\n[controls]\nkinds = ["absent"]',
        "controls.kinds",
        "means nothing for a task of kind",
    ),
    (
        READER + GRID.replace("[50]", "[0, 50]") + '[sampling]\nsharing = "packed"\nkeys = 3',
        "sampling.keys",
        "needs as many depths",
    ),
]


# What the command line says; the key that the message names.
STATED = [
    (("-m", "gpt-4o"), "models"),
    (("-m", "reference/wise"), "models"),
    (("--set", "models=gpt-4o"), "models"),
    (("--set", "grid.trials=0"), "grid.trials"),
    (("--set", "grid.trails=2"), "grid.trails"),
    (("--set", "grid.context_lengths=[20]"), "grid.context_lengths"),
    (("--set", "task.kind=poem"), "task.kind"),
    (("--set", "task.needle=pin"), "task.needle"),
    (("--set", "task.path=none.jsonl"), "task.path"),
    (("--set", "haystack.source=straw"), "haystack.source"),
    (("--set", "haystack.path=none"), "haystack.path"),
    (("--set", "haystack.language=fr"), "haystack.language"),
    (("--set", "controls.kinds=['blind']"), "controls.kinds"),
]
PRICELESS = 'models = ["local/m"]\n[limits]\nmax_cost_usd = 3\n' + GRID + OWN_HOST
TASKS = (
    READER
    + GRID
    + """
[[tasks]]
name = "first"
kind = "single"
needle = "uuid"

[[tasks]]
name = "second"
kind = "single"
"""
)


@pytest.fixture(autouse=True)
def _no_essays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIAH_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("name", ["plan", "run"])
@pytest.mark.parametrize(("text", "key", "rule"), WRONG)
def test_a_wrong_file_is_named_with_its_key(
    niah: Niah, tmp_path: Path, name: str, text: str, key: str, rule: str
) -> None:
    """One sentence with the file once, the key and the rule, and exit code 2."""
    write(tmp_path, text)
    line = refused(niah(name, "wrong.toml"))
    assert line.startswith("niah: wrong.toml: ")
    assert line.count("wrong.toml") == 1
    assert key in line
    assert rule in line


@pytest.mark.parametrize(("flags", "key"), STATED)
def test_what_the_command_line_says_is_not_laid_to_the_file(
    niah: Niah, tmp_path: Path, flags: tuple[str, ...], key: str
) -> None:
    """A wrong value that was typed is told with its key, and the file is not named."""
    write(tmp_path, READER + GRID)
    line = refused(niah("plan", "wrong.toml", *flags))
    assert line.startswith("niah: command line: ")
    assert "wrong.toml" not in line
    assert key in line


def test_other_values_of_a_file_are_still_laid_to_it(niah: Niah, tmp_path: Path) -> None:
    """What was typed for one key says nothing of another."""
    write(tmp_path, READER + GRID + '[task]\nneedle = "pin"')
    line = refused(niah("plan", "wrong.toml", "-m", "reference/decay", "--set", "grid.trials=2"))
    assert line.startswith("niah: wrong.toml: task.needle = 'pin'")


@pytest.mark.parametrize(
    ("flags", "place"),
    [
        (("--set", "task.needle=pin"), "command line, task 'second': task.needle = 'pin'"),
        (("--set", "tasks.first.needle=pin"), "command line, task 'first': task.needle = 'pin'"),
        (("--set", "haystack.source=straw"), "command line, task 'first': haystack.source"),
        (("-m", "gpt-4o"), "command line: models: model 'gpt-4o'"),
    ],
)
def test_of_several_tasks_the_wrong_one_is_named(
    niah: Niah, tmp_path: Path, flags: tuple[str, ...], place: str
) -> None:
    """A key that a task sets for itself is the file's, whatever was typed for all of them."""
    write(tmp_path, TASKS)
    assert refused(niah("plan", "wrong.toml", *flags)).startswith(f"niah: {place}")
    write(tmp_path, TASKS.replace('"uuid"', '"pun"'))
    line = refused(niah("plan", "wrong.toml", "--set", "task.needle=pin"))
    assert line.startswith("niah: wrong.toml, task 'first': task.needle = 'pun'")


@pytest.mark.parametrize(
    ("flags", "place"), [((), "wrong.toml"), (("--max-cost", "2"), "command line")]
)
def test_a_budget_that_cannot_be_kept_is_laid_to_who_set_it(
    niah: Niah, tmp_path: Path, flags: tuple[str, ...], place: str
) -> None:
    """A model without a price cannot have a budget, in the file or by --max-cost."""
    write(tmp_path, PRICELESS)
    line = refused(niah("run", "wrong.toml", *flags))
    assert line.startswith(f"niah: {place}: limits.max_cost_usd: the price of local/m is unknown")


def test_other_commands_name_the_file_too(niah: Niah, tmp_path: Path) -> None:
    """A model that no provider has is told alike by all commands that look for it."""
    write(tmp_path, 'models = ["nobody/x"]\n' + GRID)
    for name in (("check",), ("models",), ("gate", "--min-accuracy", "0.5")):
        line = refused(niah(name[0], "wrong.toml", *name[1:]))
        assert line.startswith("niah: wrong.toml: models: model 'nobody/x'")


def test_what_the_environment_lacks_is_not_laid_to_the_file(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An API key stands in no file, so that its lack is told without one."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    write(tmp_path, 'models = ["openai/gpt-4o"]\n' + GRID)
    assert "wrong.toml" not in refused(niah("run", "wrong.toml"))


def refused(outcome: Outcome) -> str:
    """The one line that a refusal consists of."""
    assert outcome.code == 2, outcome
    (line,) = outcome.err.splitlines()
    return line


def write(directory: Path, text: str) -> None:
    (directory / "wrong.toml").write_text(text, "utf-8")
    (directory / "empty.txt").write_bytes(b"")
    (directory / "latin.txt").write_bytes(b"caf\xe9")
    (directory / "bent.json").write_bytes(b"{")
    (directory / "bent.jsonl").write_bytes(b"\n{\n")
    (directory / "sandwiches.txt").write_text(
        "You eat a sandwich and sit in Dolores Park on a sunny day, they say.", "utf-8"
    )
