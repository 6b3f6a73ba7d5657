"""Streams: which trials begin alike, what waits for what, and what that is expected to cost."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niah.errors import ExperimentError
from niah.experiment import Experiment, load_experiment
from niah.models import resolve_model
from niah.order import base_tokens, predecessors, sending_order, stream_of
from niah.plan import Trial, build_trials
from niah.providers.bills import expected_bill
from niah.streams import MOST_OFF_PERCENT, cover, depth_bin, nested_streams, packed_streams
from tests.test_plan import CONFIGS, ingredients

FRAME = 60
SPACED = st.lists(st.integers(300, 200_000), min_size=1, max_size=12, unique=True).map(sorted)
DEPTHS = st.lists(st.integers(0, 1_000), min_size=1, max_size=12, unique=True).map(
    lambda tenths: tuple(sorted(tenth / 10 for tenth in tenths))
)


def load(*overrides: str, model: str = "deepseek/deepseek-chat") -> Experiment:
    path = CONFIGS / "deepseek-v3-128k.toml"
    return load_experiment(path, overrides=overrides, model_ids=[model])


def trials_of(experiment: Experiment) -> tuple[Trial, ...]:
    parts = replace(ingredients(experiment), frame_tokens=FRAME, shared_version=1)
    return build_trials(experiment, parts)


@given(SPACED, DEPTHS, st.integers(0, 99))
def test_every_cell_has_a_needle_in_its_bin(
    lengths: list[int], depths: tuple[float, ...], replicate: int
) -> None:
    """Nested streams serve every cell once, each at an offset within the cell's depth bin."""
    streams = nested_streams(7, tuple(lengths), depths, replicate=replicate, frame_tokens=FRAME)
    cells = [cell for _, own in streams for cell in own]
    assert sorted(cells) == [(i, j) for i in range(len(depths)) for j in range(len(lengths))]
    for stream, own in streams:
        columns = [column for _, column in own]
        assert columns == sorted(set(columns))
        (offset,) = stream.offsets_tokens
        for row, column in own:
            low, high = depth_bin(depths, row)
            haystack = max(1, lengths[column] - FRAME)
            if offset is None:
                assert depths[row] == 100
            else:
                assert low * haystack - 1 <= offset <= high * haystack + 1
                assert abs(100 * offset / haystack - depths[row]) <= MOST_OFF_PERCENT + 1


def test_the_published_grid_needs_few_streams() -> None:
    """At most 57 streams serve 15 x 15 cells, as in the study; depths 0 and 100 have one each."""
    experiment = load()
    grid = experiment.grid
    haystacks = tuple(length - FRAME for length in grid.context_lengths)
    cuts = cover(haystacks, grid.depth_percents, MOST_OFF_PERCENT)
    assert len(cuts) <= 57
    assert [len(cut.cells) for cut in cuts[:2]] == [15, 15]


def test_replicates_have_nothing_in_common() -> None:
    """Each has a haystack, needles and offsets of its own; the same one is always the same."""
    lengths, depths = (2_000, 8_000, 32_000), (0.0, 30.0, 60.0, 100.0)
    first, again, second = (
        nested_streams(7, lengths, depths, replicate=number, frame_tokens=FRAME)
        for number in (0, 0, 1)
    )
    assert first == again
    assert first[0][0].haystack_seed != second[0][0].haystack_seed
    seeds = [stream.needle_seeds for streams in (first, second) for stream, _ in streams]
    assert len(set(seeds)) == len(seeds)
    moved = [
        a.offsets_tokens != b.offsets_tokens for (a, _), (b, _) in zip(first, second, strict=True)
    ]
    assert sum(moved) >= len(moved) - 3  # all but the exact ends


@given(DEPTHS, st.integers(2, 6))
def test_packed_texts_have_exactly_so_many_keys(depths: tuple[float, ...], keys: int) -> None:
    """Every cell asks one key of a text that holds that many, at different depths."""
    if len(depths) < keys:
        return
    streams = packed_streams(7, (2_000, 4_000), depths, replicate=0, frame_tokens=FRAME, keys=keys)
    assert sorted(cell for _, own in streams for cell in own) == [
        (i, j) for i in range(len(depths)) for j in range(2)
    ]
    for stream, ((row, _),) in streams:
        assert len(set(stream.needle_seeds)) == len(set(stream.depth_percents)) == keys
        assert stream.depth_percents[stream.asked] == depths[row]


def test_what_affects_a_shared_request_is_in_the_ids() -> None:
    """Other sharing, other keys, another frame: other trials; where it only stops: the same."""

    def ids(*overrides: str, frame: int = FRAME) -> set[str]:
        experiment = load(*overrides)
        parts = replace(ingredients(experiment), frame_tokens=frame, shared_version=1)
        return {trial.trial_id for trial in build_trials(experiment, parts)}

    nested = ids("sampling.sharing=nested")
    assert not nested & ids()
    assert not nested & ids("sampling.sharing=nested", frame=FRAME + 1)
    packed = ids("sampling.sharing=packed")
    assert not packed & ids("sampling.sharing=packed", "sampling.keys=3")
    assert nested == ids("sampling.sharing=nested", "sampling.target_error=0.1")


def test_packed_trials_are_labelled_and_apart() -> None:
    """keys=K is part of the task's name, so that no figure or grid mixes it with one needle."""
    packed = trials_of(load("sampling.sharing=packed", "sampling.keys=3"))
    assert {trial.task for trial in packed} == {"single/magic-number/keys=3"}
    assert {trial.task for trial in trials_of(load())} == {"single/magic-number"}


@settings(max_examples=25)
@given(
    st.sampled_from(["nested", "packed"]),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_nothing_is_sent_before_what_it_waits_for(
    sharing: str, repeats: int, random: object
) -> None:
    """A primer, then each stream in ascending order; any part of a plan, such as a resumed one."""
    trials = list(trials_of(load(f"sampling.sharing={sharing}", f"grid.trials={repeats}")))
    random.shuffle(trials)  # type: ignore[attr-defined]
    trials = trials[: len(trials) * 2 // 3]
    waits = predecessors(trials)
    ordered = sending_order(trials, waits)
    assert sorted(t.trial_id for t in ordered) == sorted(t.trial_id for t in trials)
    position = {trial.trial_id: number for number, trial in enumerate(ordered)}
    assert all(position[before.trial_id] < position[name] for name, before in waits.items())
    for replicate in range(repeats):
        own = [trial for trial in ordered if stream_of(trial).replicate == replicate]
        if sharing == "nested":
            (primer,) = [trial for trial in own if trial.trial_id not in waits]
            assert base_tokens(primer) == max(map(base_tokens, own))
            for name in {stream_of(trial).name for trial in own}:
                stream = [t for t in own if stream_of(t).name == name and t is not primer]
                lengths = [trial.context_length for trial in stream]
                assert lengths == sorted(lengths)
                for before, after in pairwise(stream):
                    assert waits[after.trial_id] is before


@pytest.mark.parametrize(
    ("model", "least_share", "most_bill"),
    [
        ("deepseek/deepseek-chat", 0.85, 0.37),
        ("openai/gpt-4o", 0.85, 0.58),
        ("anthropic/claude-3-5-sonnet-20241022", 0.80, 0.30),
        ("google/gemini-2.5-flash", 0.85, 0.36),
    ],
)
def test_the_expected_bill_of_a_nested_grid(
    model: str, least_share: float, most_bill: float
) -> None:
    """Four fifths and more of a full single-needle grid are read from each provider's cache."""
    experiment = load("sampling.sharing=nested", model=model)
    resolved = resolve_model(model)
    if model.startswith("deepseek"):
        (resolved,) = experiment.resolved_models()
    bill = expected_bill(resolved, trials_of(experiment), frame_tokens=FRAME)
    assert bill.input_tokens == 14_625_000
    assert bill.cached_share >= least_share
    assert resolved.price is not None
    assert bill.input_usd is not None
    uncached = sum(
        resolved.price.cost_usd(input_tokens=trial.context_length, output_tokens=0)
        for trial in trials_of(experiment)
    )
    assert bill.input_usd / uncached <= most_bill


def test_a_model_whose_cache_is_unknown_is_billed_in_full() -> None:
    """Nothing is promised where the rules are not known."""
    experiment = load("sampling.sharing=nested", model="mistral/mistral-large-latest")
    (model,) = experiment.resolved_models()
    bill = expected_bill(model, trials_of(experiment), frame_tokens=FRAME)
    assert bill.cached_tokens == 0


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["sampling.sharing=nested", "prompt.question_position=before"], "question_position"),
        (["sampling.keys=3"], 'sharing = "packed"'),
        (["sampling.sharing=packed", "sampling.keys=16"], "depth_percents has 15"),
        (["sampling.least_repeats=0.1"], "greater than or equal to 0.15"),
        (["sampling.mode=bayes"], "sampling.mode"),
        (["sampling.target=0.1"], "target_error"),
    ],
)
def test_what_cannot_be_sampled_so_is_refused(overrides: list[str], message: str) -> None:
    """One sentence with the key, what is wrong and what would be right."""
    with pytest.raises(ExperimentError, match=message):
        load(*overrides)


def test_old_experiments_keep_their_hash(tmp_path: Path) -> None:
    """A file that says nothing of sampling is the experiment that it was before there was any."""
    from niah.experiment import experiment_sha256

    plain, said = load(), load("sampling.mode=uniform")
    assert experiment_sha256(plain, {}) == experiment_sha256(said, {})
    assert experiment_sha256(plain, {}) != experiment_sha256(load("sampling.mode=adaptive"), {})


def test_batches_are_billed_one_after_another() -> None:
    """What an earlier batch left is read by a later one, but not where only requests are kept."""
    experiment = load("sampling.sharing=nested")
    trials = [trial for trial in trials_of(experiment) if trial.context_length > 60_000]
    (model,) = experiment.resolved_models()
    whole = expected_bill(model, trials, frame_tokens=FRAME)
    parts = expected_bill(model, trials, frame_tokens=FRAME, batches=[40, 30, 1])
    assert 0.8 * whole.cached_tokens < parts.cached_tokens <= 1.2 * whole.cached_tokens
    assert parts.input_tokens == whole.input_tokens
    claude = resolve_model("anthropic/claude-3-5-sonnet-20241022")
    alone = expected_bill(claude, trials, frame_tokens=FRAME, batches=[1] * len(trials))
    assert alone.cached_tokens == alone.written_tokens == 0
