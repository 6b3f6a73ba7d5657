"""Experiment files: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niah.errors import ExperimentError, NiahError
from niah.experiment import (
    Experiment,
    experiment_sha256,
    load_experiment,
    load_suite,
    parse_canonical,
)
from niah.experiment.schema import json_schema

CONFIGS = Path(__file__).parents[1] / "configs"
SMALLEST = """
models = ["reference/exact"]
[grid]
context_lengths = [1000]
depth_percents = [50]
"""


def load(tmp_path: Path, text: str, **arguments: object) -> Experiment:
    file = tmp_path / "experiment.toml"
    file.write_text(text, encoding="utf-8")
    return load_experiment(file, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("config", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_config_loads(config: Path) -> None:
    """The files in configs/ are valid as they stand."""
    suite = load_suite(config)
    assert (suite or load_experiment(config)).name == config.stem


def test_the_smallest_file_is_enough(tmp_path: Path) -> None:
    """A model and a grid make an experiment; its name is the file's."""
    experiment = load(tmp_path, SMALLEST)
    assert experiment.name == "experiment"
    assert experiment.grid.context_lengths == (1000,)
    assert experiment.task.kind == "single"


@pytest.mark.parametrize(
    ("addition", "sentence"),
    [
        ("depths = [3]", "unknown key grid.depths; did you mean 'depth_percents'?"),
        ("[haystak]", "unknown key haystak; did you mean 'haystack'?"),
        ('[limits]\nconcurrency = "4"', 'limits.concurrency = "4": must be a whole number'),
        ("[limits]\nconcurrency = 0", "limits.concurrency = 0: must be greater than or equal to 1"),
        ("[limits]\ntimeout_s = inf", "limits.timeout_s = Infinity: must be a finite number"),
        ("[request]\ntemperature = 3", "must be less than or equal to 2"),
        ('[haystack]\nlanguage = "English"', "must be a code of two or three small letters"),
        ('[task]\nname = "größe"', 'task.name = "größe": must be letters from a to z'),
        ("seed = 1979-05-27", "dates and times mean nothing here"),
        ("seed = ", "not valid TOML"),
        ('[prompt]\nquestion_position = "middle"', "must be 'after', 'before' or 'both'"),
        ('[haystack]\nsource = "noise"\npath = "docs"', "source and path are both given"),
        ('[providers.a]\nbase_url = "ftp://x"', "not an address of the form https://host/path"),
        ('[providers.a]\nbase_url = "http://["', "not an address of the form https://host/path"),
        ('[providers.a]\napi = "openai"', "the key providers.a.base_url is missing"),
        ('[providers."a/b"]\nbase_url = "http://x"', "must not have a slash"),
        ('[providers.reference]\nbase_url = "http://x"', "is the name of niah's own readers"),
    ],
)
def test_a_wrong_file_gets_one_sentence(tmp_path: Path, addition: str, sentence: str) -> None:
    """The message names the file, the key and what would be right."""
    with pytest.raises(ExperimentError) as caught:
        load(tmp_path, SMALLEST + addition)
    assert str(tmp_path / "experiment.toml") in str(caught.value)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("lengths", "sentence"),
    [
        ("[]", "an empty list"),
        ("[1000, 1000]", "1000 is there twice"),
        ('"8K"', "not a list, and not a table"),
        ('"[4K,8K]"', "texts in a list have quotes, which a shell takes away"),
        ('["8Q"]', "'8Q' is not a number of tokens"),
        ("[0]", "0 is not a positive number"),
        ('{ from = "1K", to = "2K" }', "no key 'count'"),
        ('{ from = "1K", to = "2K", count = 2, step = 3 }', "unknown key 'step'"),
        ('{ from = "1K", to = "2K", count = 1 }', "count = 1 cannot reach"),
        ('{ from = "1K", to = "2K", count = 2, spacing = "cubic" }', "is not one of linear"),
        ('{ from = "1K", to = 1001, count = 5 }', "is there twice"),
        ('["1000M"]', "is more than 100,000,000"),
    ],
)
def test_a_wrong_grid_gets_one_sentence(tmp_path: Path, lengths: str, sentence: str) -> None:
    """Lengths that cannot be measured are named before anything is sent."""
    text = SMALLEST.replace("[1000]", lengths)
    with pytest.raises(ExperimentError, match=r"grid\.context_lengths") as caught:
        load(tmp_path, text)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("depth", ["130", "-1", "nan", '"half"', "true"])
def test_a_depth_is_a_percentage(tmp_path: Path, depth: str) -> None:
    """Depths outside 0 to 100 are refused with the rule."""
    with pytest.raises(ExperimentError, match="a percentage from 0 to 100"):
        load(tmp_path, SMALLEST.replace("[50]", f"[{depth}]"))


@pytest.mark.parametrize(
    "secret",
    [
        'api_key = "sk-canary"',
        'base_url = "https://user:sk-canary@host"',
        'base_url = "https://host/?key=sk-canary"',
        'api_key_env = "sk-canary"',
        'base_url = "https://host/v1#sk-canary"',
        'headers = { Authorization = "Bearer sk-canary" }',
        'headers = { Ocp-Apim-Subscription-Key = "sk-canary" }',
        'headers = { X-Auth-Token = "sk-canary" }',
        'headers = { X-Forwarded-As = "Bearer sk-canary" }',
        'headers = { X-Mine = "sk-canary" }',
    ],
)
def test_a_key_in_the_file_is_refused_and_not_repeated(tmp_path: Path, secret: str) -> None:
    """A key does not belong into the file, and the message does not spread it."""
    base = "" if "base_url" in secret else 'base_url = "https://host"\n'
    with pytest.raises(ExperimentError) as caught:
        load(tmp_path, f"{SMALLEST}[providers.mine]\n{base}{secret}\n")
    assert "sk-canary" not in str(caught.value)


def test_any_key_can_be_overridden(tmp_path: Path) -> None:
    """--set takes dotted keys and TOML values; a bare word is a string."""
    experiment = load(
        tmp_path,
        SMALLEST,
        overrides=[
            "grid.trials=5",
            'grid.context_lengths={from="1K", to="4K", count=4}',
            "haystack.language=de",
            'model."openai/gpt-4o".price={input=1, output=2.5}',
            "limits.max_cost_usd=0.5",
        ],
        model_ids=["openai/gpt-4o"],
    )
    assert experiment.grid.trials == 5
    assert experiment.grid.context_lengths == (1000, 2000, 3000, 4000)
    assert experiment.language == "de"
    (model,) = experiment.resolved_models()
    assert model.price is not None
    assert model.price.cost_usd(input_tokens=1_000_000, output_tokens=1_000_000) == 3.5


@pytest.mark.parametrize("field", ['service_tier="priority"', 'speed="fast"', "tools=[{}]"])
def test_what_is_billed_by_other_prices_has_none_of_the_list(tmp_path: Path, field: str) -> None:
    """A faster tier or a tool makes a listed price false: unknown, unless the file has its own."""

    def priced(*overrides: str) -> bool:
        loaded = load(tmp_path, SMALLEST, overrides=overrides, model_ids=["openai/gpt-4o"])
        return loaded.resolved_models()[0].price is not None

    asked = f"request.extra_body={{{field}}}"
    assert priced()
    assert not priced(asked)
    assert priced(asked, 'model."openai/gpt-4o".price={input=9, output=9}')


@pytest.mark.parametrize("override", ["grid", "grid trials=3", "=3", "models.x=3"])
def test_an_override_that_cannot_be_read_is_named(tmp_path: Path, override: str) -> None:
    """--set without a key, without a value, or into something that is no table is refused."""
    with pytest.raises(ExperimentError, match="--set"):
        load(tmp_path, SMALLEST, overrides=[override])


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """The same file means the same documents from every working directory."""
    experiment = load(tmp_path, SMALLEST + '[haystack]\npath = "docs"')
    assert experiment.haystack.path == str(tmp_path / "docs")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("missing.toml", "there is no such file"), (".", "this is a directory")],
)
def test_a_file_that_is_not_there_is_said_to_be_missing(
    tmp_path: Path, name: str, complaint: str
) -> None:
    """A missing file and a directory are told apart."""
    with pytest.raises(ExperimentError, match=complaint):
        load_experiment(tmp_path / name)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are named by their place."""
    file = tmp_path / "latin.toml"
    file.write_bytes(b'name = "\xe4"')
    with pytest.raises(ExperimentError, match="byte 8 is not UTF-8"):
        load_experiment(file)


def test_an_experiment_survives_the_store(tmp_path: Path) -> None:
    """What canonical_json writes, parse_canonical reads back as the same value."""
    for config in CONFIGS.glob("*.toml"):
        suite = load_suite(config)
        for experiment in suite.experiments if suite else [load_experiment(config)]:
            assert parse_canonical(experiment.canonical_json()) == experiment


def test_only_what_affects_requests_changes_the_hash(tmp_path: Path) -> None:
    """Limits, prices and places of files may change within a run; anything else may not."""
    ingredients = {"haystack_sha256": "0"}

    def digest(*overrides: str) -> str:
        return experiment_sha256(load(tmp_path, SMALLEST, overrides=overrides), ingredients)

    same = digest()
    assert digest("limits.concurrency=3") == same
    assert digest('model."reference/exact".price={input=1, output=1}') != ""
    assert digest("seed=1") != same
    assert digest("grid.trials=2") != same
    assert digest("request.temperature=0.5") != same
    assert digest("task.needle=uuid") != same
    assert experiment_sha256(load(tmp_path, SMALLEST), {"haystack_sha256": "1"}) != same


def test_the_exported_schema_is_current() -> None:
    """configs/experiment.schema.json is what `niah schema` prints."""
    shipped = json.loads((CONFIGS / "experiment.schema.json").read_text(encoding="utf-8"))
    assert shipped == json_schema()


_toml_scalars = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True).map(lambda x: repr(x).replace("e", "e")),
    st.booleans().map(lambda b: str(b).lower()),
    st.text(max_size=20).map(json.dumps),
    st.just("[]"),
    st.just("{}"),
    st.just("[[1]]"),
    st.just("{ from = 1, to = 2, count = 3 }"),
).map(str)
_keys = st.sampled_from(
    [
        "name",
        "models",
        "seed",
        "grid",
        "grid.context_lengths",
        "grid.depth_percents",
        "grid.trials",
        "task",
        "task.kind",
        "haystack.path",
        "request.seed",
        "limits.max_cost_usd",
        "providers",
        "providers.p.base_url",
        "providers.p.headers",
        "model",
        'model."a/b".price',
        "x",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(_keys, _toml_scalars), max_size=6))
def test_no_file_brings_a_traceback(tmp_path: Path, lines: list[tuple[str, str]]) -> None:
    """Whatever stands in a file, the answer is an experiment or one sentence."""
    message = ""
    try:
        load(tmp_path, SMALLEST, overrides=[f"{key}={value}" for key, value in lines])
    except NiahError as error:
        message = str(error)
    assert "\n" not in message
