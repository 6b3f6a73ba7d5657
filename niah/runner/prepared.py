"""An experiment with its texts at hand, and the prompts that it makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from niah import tokenizers
from niah.errors import ConfigurationError, PromptRefused
from niah.experiment import Experiment
from niah.experiment.origin import concerning
from niah.haystacks import Corpus
from niah.models import Model
from niah.plan import Ingredients, Trial
from niah.prompts import Layout, Prompt
from niah.prompts.alone import compose_alone
from niah.prompts.controls import compose_control
from niah.prompts.index import CorpusIndex, build_index
from niah.prompts.shared import NO_MARKS, Marks, compose_shared
from niah.providers.calibration import Calibration, tokens_to_compose
from niah.tasks import Challenge, Task
from niah.tasks.controls import WITHOUT_HAYSTACK
from niah.tasks.packing import pack
from niah.tasks.wording import REPLIES

LENGTHS_TRIED = 16
# A haystack that its family writes takes as long to compose as it is, and the longer it is, the
# less depends on the seed: of these so many tokens are tried, and two prompts in any case.
WRITTEN_TOKENS_TRIED = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An experiment with its texts at hand; every prompt of it can be composed.

    Attributes:
        experiment: As validated.
        models: Resolved, by id.
        corpus: What haystacks are cut from.
        indexes: The tokenised corpus, by tokenizer name.
        task: What draws needles and questions.
        ingredients: Hashes and versions of all of these.
        versions: The same for the record, with those of niah, Python and the libraries, by name.
        trials: In the order in which they are sent.
        sha256: Hash over everything that affects a request.
        warnings: What the user should know before paying, a sentence each.
        cache_dir: For vocabularies and indexes; the user's cache directory when None.
        calibrations: Of the models whose vocabulary is unknown, by id, once they are known.
    """

    experiment: Experiment
    models: Mapping[str, Model]
    corpus: Corpus
    indexes: Mapping[str, CorpusIndex]
    task: Task
    ingredients: Ingredients
    versions: Mapping[str, str]
    trials: tuple[Trial, ...]
    sha256: str
    warnings: tuple[str, ...]
    cache_dir: Path | None = None
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        """True when any model is a reference reader."""
        return any(model.simulated for model in self.models.values())


def with_trials(prepared: Prepared, more: Iterable[Trial]) -> Prepared:
    """The same with more trials; without a haystack, each is as long as its prompt comes out."""
    if prepared.experiment.prompt.control in WITHOUT_HAYSTACK:
        more = (
            replace(trial, context_length=compose_prompt(prepared, trial)[1].tokens)
            for trial in more
        )
    return replace(prepared, trials=(*prepared.trials, *more))


def awaits_calibration(prepared: Prepared, model_id: str) -> bool:
    """Whether the model is to be calibrated before its prompts are composed."""
    model = prepared.models[model_id]
    return model_id not in prepared.calibrations and prepared.experiment.calibrate(model) == "auto"


def calibrated(prepared: Prepared, calibrations: Mapping[str, Calibration]) -> Prepared:
    """The same, with what is now known of its models' token counts.

    A model whose reports agree with a vocabulary to the token is composed for with that one.
    """
    models, indexes = dict(prepared.models), dict(prepared.indexes)
    for name, calibration in calibrations.items():
        if name not in models:
            continue
        if calibration.tokenizer not in (models[name].tokenizer, *tokenizers.names()):
            continue  # a store from elsewhere does not name files to read
        known = models[name].tokenizer_known or calibration.exact
        tokenizer = calibration.tokenizer
        models[name] = replace(models[name], tokenizer=tokenizer, tokenizer_known=known)
        if tokenizer not in indexes:
            indexes[tokenizer] = build_index(
                prepared.corpus, tokenizers.load(tokenizer), cache_dir=prepared.cache_dir
            )
    return replace(
        prepared,
        models=models,
        indexes=indexes,
        calibrations={**prepared.calibrations, **calibrations},
    )


def composed_tokens(prepared: Prepared, trial: Trial) -> int:
    """Tokens that the trial's prompt is composed of: those asked, as the model counts them."""
    return counted_tokens(prepared, trial.model, trial.context_length)


def counted_tokens(prepared: Prepared, model_id: str, tokens: int) -> int:
    """How many of the model's tokens are counted here, by its calibration if it has one."""
    calibration = prepared.calibrations.get(model_id)
    return tokens if calibration is None else tokens_to_compose(tokens, calibration)


def compose_prompt(
    prepared: Prepared,
    trial: Trial,
    *,
    tokens: int | None = None,
    like_tokens: int | None = None,
    marks: Marks = NO_MARKS,
) -> tuple[Challenge, Prompt]:
    """What the trial plants and asks, and the prompt that does it.

    Args:
        prepared: The experiment.
        trial: Of its trials.
        tokens: By the model's tokenizer here; None = as many as the calibration says.
        like_tokens: Of the prompt that this one takes the place of; what can be is the same text.
        marks: Where a prompt that others begin with is cut for a cache.

    Raises:
        PromptRefused: if no prompt has exactly that length.
    """
    index = prepared.indexes[prepared.models[trial.model].tokenizer]
    context_length = composed_tokens(prepared, trial) if tokens is None else tokens
    if prepared.experiment.prompt.control is not None:
        return compose_control(
            index,
            prepared.task,
            prepared.experiment.prompt.control,
            context_length=context_length,
            depth_percent=trial.depth_percent,
            distance_tokens=counted_tokens(
                prepared, trial.model, prepared.experiment.prompt.control_distance_tokens
            ),
            layout=layout(prepared.experiment),
            language=prepared.experiment.language,
            seed=trial.seed,
            like_tokens=like_tokens,
        )
    if trial.stream is None:
        return compose_alone(
            index,
            prepared.task,
            context_length=context_length,
            depth_percent=trial.depth_percent,
            layout=layout(prepared.experiment),
            seed=trial.seed,
            like_tokens=like_tokens,
        )
    challenge = draw_challenge(prepared, trial)
    counted = partial(counted_tokens, prepared, trial.model)
    calibration = prepared.calibrations.get(trial.model)
    ratio = calibration.ratio if calibration else 1.0
    prompt = compose_shared(
        index,
        context_length=context_length,
        longest_length=counted(prepared.experiment.grid.context_lengths[-1]),
        frame_tokens=prepared.ingredients.frame_tokens,
        offsets_tokens=[
            None if offset is None else round(offset / ratio)
            for offset in trial.stream.offsets_tokens
        ],
        depth_percent=trial.depth_percent,
        challenge=challenge,
        layout=layout(prepared.experiment),
        seed=trial.stream.haystack_seed,
        marks=Marks(
            blocks=tuple(map(counted, marks.blocks)),
            breakpoints=tuple(map(counted, marks.breakpoints)),
        ),
    )
    return challenge, prompt


def draw_challenge(prepared: Prepared, trial: Trial) -> Challenge:
    """What the trial plants and asks."""
    stream = trial.stream
    if stream is None or stream.sharing != "packed":
        return prepared.task.draw(trial.seed)
    return pack(prepared.task, stream.needle_seeds, stream.depth_percents, stream.asked)


def layout(experiment: Experiment) -> Layout:
    """What stands around the haystack in every prompt of the experiment."""
    prompt = experiment.prompt
    return Layout(
        system=prompt.system,
        question_position=prompt.question_position,
        wrapper=prompt.wrapper,
        turns=prompt.turns,
        reply=REPLIES.get(experiment.language, REPLIES["en"]),
    )


def check_lengths(prepared: Prepared) -> None:
    """Refuse lengths that no prompt can have, before anything is sent.

    The shortest and the longest length are tried under each vocabulary, a few times each; what is
    refused besides is found by ``refused_trials``.

    Raises:
        ConfigurationError: naming the length, the reason and the remedy.
    """
    ends = _ends(prepared)
    tried: defaultdict[Hashable, set[Hashable]] = defaultdict(set)
    for trial in prepared.trials:
        prompts = tried[_length_of(prepared, trial)]
        place = _place_of(trial)
        if (
            trial.context_length in ends
            and place not in prompts
            and len(prompts) < _times_tried(prepared, trial)
        ):
            prompts.add(place)
            if reason := _refusal(prepared, trial):
                with concerning(prepared.experiment.origin, "grid", "context_lengths"):
                    raise ConfigurationError(f"grid.context_lengths: {reason}")


def _times_tried(prepared: Prepared, trial: Trial) -> int:
    """How many trials like that one are tried before a length is taken for possible."""
    if prepared.task.writer is None:
        return LENGTHS_TRIED
    return min(LENGTHS_TRIED, max(2, WRITTEN_TOKENS_TRIED // trial.context_length))


def refused_trials(prepared: Prepared) -> list[tuple[Trial, str]]:
    """The trials that cannot be composed, each with the reason; found by composing them.

    Models with one vocabulary have the same prompts, which are composed once. Where a family
    writes its haystacks, one prompt of each length between the ends, which ``check_lengths`` has
    tried, stands for all that have it: an estimate.
    """
    written = prepared.task.writer is not None
    ends = _ends(prepared)
    reasons: dict[Hashable, str] = {}
    refused = []
    for trial in prepared.trials:
        prompt = _length_of(prepared, trial), None if written else _place_of(trial)
        if written and trial.context_length in ends:
            continue
        if prompt not in reasons:
            reasons[prompt] = _refusal(prepared, trial)
        if reasons[prompt]:
            refused.append((trial, reasons[prompt]))
    return refused


def _ends(prepared: Prepared) -> set[int]:
    """The shortest and the longest context length."""
    lengths = prepared.experiment.grid.context_lengths
    return {lengths[0], lengths[-1]}


def _length_of(prepared: Prepared, trial: Trial) -> Hashable:
    """What the trial's prompt is as long as, and counted by."""
    return prepared.models[trial.model].tokenizer, composed_tokens(prepared, trial)


def _place_of(trial: Trial) -> Hashable:
    """Tells the prompts of one vocabulary and length apart."""
    return trial.context_length, trial.depth_percent, trial.repeat


def _refusal(prepared: Prepared, trial: Trial) -> str:
    """Why the trial's prompt cannot be composed; empty when it can."""
    try:
        compose_prompt(prepared, trial)
    except PromptRefused as refusal:
        return str(refusal)
    return ""
