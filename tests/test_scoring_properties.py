from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from niah.scoring import score, score_answers
from tests.scoring_data import Labelled, challenges, labelled

CHALLENGES = challenges()
QUESTION = "What is the magic number of Oslo?"

seven_digits = st.integers(1_000_000, 9_999_999).map(str)
uuids = st.integers(0, 2**128 - 1).map(lambda value: str(UUID(int=value, version=4)))
PIECES = (
    "The text does not mention Oslo Bern it is not 4829133 7391046 4,829,133 or oder wait no: "
    "Yuki Stuart sandwich Dolores Park lantern, marble <think> </think> \\boxed{ } ** ` ~~ | { } "
    "\" ' ( ) ? ! . ; : = -> QXJRT 8f14e45f-ceea-467f-a8f0-2b1c9d3e4a55 nicht Answer: I cannot "
    "find seven ٤٨ 𝟒 ² ß & &amp; &#9; <answer> </answer>"
).split()
texts = st.text(max_size=400) | st.lists(
    st.sampled_from([*PIECES, "\n", "\n-", "\n1.", "\u200b", "\ud800", "\x00"]), max_size=60
).map(" ".join)


def grouped(digits: str, mark: str) -> str:
    return f"{int(digits):,}".replace(",", mark)


def in_script(digits: str, zero: str) -> str:
    return "".join(chr(ord(zero) + int(digit)) for digit in digits)


def indian(digits: str) -> str:
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return ",".join([*pairs, tail])


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    **{
        f"grouped by {unicodedata.name(mark)}": partial(grouped, mark=mark)
        for mark in ",.'_ \u00a0\u2009\u202f\u2019\uff0c"
    },
    **{f"{unicodedata.name(zero)}": partial(in_script, zero=zero) for zero in "０٠۰०০๐𝟎𝟘"},
    "indian": indian,
    "digit by digit": " ".join,
    "with commas": ", ".join,
    "with hyphens": "-".join,
    "zero width": "\u200b".join,
    "trailing zeros": "{}.00".format,
    "latex": lambda digits: grouped(digits, "{,}"),
}
FRAMES = (
    "{}",
    "{}.",
    "**{}**",
    "`{}`",
    "“{}”",
    "»{}«",
    "({})",
    "\n\n{}\n",
    "# {}",
    "> {}",
    "```\n{}\n```",
    "$\\boxed{{{}}}$",
    "<b>{}</b>",
    '{{"answer": "{}"}}',
    "| Oslo | {} |",
    "Answer: {}",
    "Antwort: {}",
    "<think>7391046 or 1111111?</think>{}",
    "The magic number of Oslo is {}.",
    "According to the text, {} is the magic number of Oslo.",
    "Die magische Zahl von Oslo lautet {}!",
    "It is not 7391046 but {}.",
    "The text gives 7391046 for Bern, but for Oslo it is {}.",
)


def number_score(response: str, *answers: str, match: str = "any") -> float:
    return score_answers(
        response,
        question=QUESTION,
        answers=answers,
        answer_kind="number",
        match="all" if match == "all" else "any",
    ).value


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)
@given(value=seven_digits, frame=st.sampled_from(FRAMES))
def test_a_right_value_scores_1_in_every_form_and_frame(form: str, frame: str, value: str) -> None:
    """The form of a number and the markup around it are no part of the answer."""
    assume(value not in ("7391046", "1111111"))
    assert number_score(frame.format(FORMS[form](value)), value) == 1.0


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=20, deadline=None)
@given(value=seven_digits, other=seven_digits, frame=st.sampled_from(FRAMES))
def test_a_wrong_value_scores_0_in_every_form_and_frame(
    form: str, frame: str, value: str, other: str
) -> None:
    """Whatever credits the right value does not credit another one."""
    assume(value not in (other, "7391046", "1111111"))
    assert number_score(frame.format(FORMS[form](other)), value) == 0.0


@settings(max_examples=300, deadline=None)
@given(
    value=seven_digits,
    before=st.text("0123456789", max_size=5),
    after=st.text("0123456789", max_size=5),
    frame=st.sampled_from(FRAMES),
    grouping=st.sampled_from([None, ",", ".", " ", "_", "\u202f"]),
)
def test_a_value_within_a_longer_number_scores_0(
    value: str, before: str, after: str, frame: str, grouping: str | None
) -> None:
    """More digits on either side make another number, grouped or not."""
    longer = before + value + after
    assume(longer != value)
    if grouping and not longer.startswith("0"):
        longer = grouped(longer, grouping)
    assert number_score(frame.format(longer), value) == 0.0


@settings(max_examples=200, deadline=None)
@given(
    value=uuids, frame=st.sampled_from(FRAMES), form=st.sampled_from(["typeset", "bare", "braces"])
)
def test_a_uuid_scores_1_in_every_usual_form(value: str, frame: str, form: str) -> None:
    """Upper case, without hyphens, in braces, with typographic hyphens."""
    assume("7391046" not in frame)
    shown = {
        "typeset": value.replace("-", "\u2011"),
        "bare": value.replace("-", "").upper(),
        "braces": "{" + value + "}",
    }[form]
    verdict = score_answers(
        frame.format(shown), question=QUESTION, answers=(value,), answer_kind="code"
    )
    assert verdict.value == 1.0


@settings(max_examples=200, deadline=None)
@given(value=uuids, extra=st.text("0123456789abcdef", min_size=1, max_size=4), at_end=st.booleans())
def test_a_code_within_a_longer_one_scores_0(value: str, extra: str, at_end: bool) -> None:
    """More letters or digits on either side make another code."""
    longer = value + extra if at_end else extra + value
    for shown in (longer, longer.replace("-", ""), longer.upper()):
        verdict = score_answers(
            f"It is {shown}.", question=QUESTION, answers=(value,), answer_kind="code"
        )
        assert verdict.value == 0.0


@settings(max_examples=500, deadline=None)
@given(response=texts, value=seven_digits)
def test_text_without_the_value_scores_0(response: str, value: str) -> None:
    """No text earns anything unless its digits, in any script, hold the value's."""
    digits = [
        c
        for c in unicodedata.normalize("NFKC", response)
        if unicodedata.decimal(c, None) is not None
    ]
    held = "".join(str(unicodedata.decimal(c)) for c in digits)
    assume(value not in held)
    assert number_score(response, value) == 0.0


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(response=texts, name=st.sampled_from(sorted(CHALLENGES)))
def test_any_text_gets_a_score_between_0_and_1(response: str, name: str) -> None:
    """Scoring never raises, and its share is one."""
    challenge = CHALLENGES[name]
    verdict = score_answers(
        response,
        question=challenge.question,
        answers=challenge.answers,
        match=challenge.match,
        forbidden=challenge.forbidden,
        answer_kind=challenge.answer_kind,
        keywords=challenge.keywords,
    )
    assert 0.0 <= verdict.value <= 1.0
    assert (verdict.value > 0) <= bool(verdict.found)


@settings(max_examples=300, deadline=None)
@given(
    response=texts,
    question=st.text(max_size=80),
    answers=st.lists(st.text(max_size=30), max_size=4),
    forbidden=st.lists(st.text(max_size=30), max_size=3),
    kind=st.sampled_from(["number", "code", "words", "phrase"]),
    match=st.sampled_from(["any", "all"]),
)
def test_any_question_and_answers_are_scored(
    response: str,
    question: str,
    answers: list[str],
    forbidden: list[str],
    kind: str,
    match: str,
) -> None:
    """Answers of any text, even empty ones or none at all, give a share and no exception."""
    verdict = score_answers(
        response,
        question=question,
        answers=answers,
        forbidden=forbidden,
        answer_kind=kind,  # type: ignore[arg-type]
        match=match,  # type: ignore[arg-type]
    )
    assert 0.0 <= verdict.value <= 1.0


@settings(max_examples=200, deadline=None)
@given(
    right=st.lists(seven_digits, min_size=1, max_size=6, unique=True),
    wrong=st.lists(seven_digits, max_size=12, unique=True),
    data=st.data(),
)
def test_a_list_scores_its_share_of_right_values(
    right: list[str], wrong: list[str], data: st.DataObject
) -> None:
    """found / max(accepted, listed), in whatever order and layout the list stands."""
    wrong = [value for value in wrong if value not in right]
    given_right = data.draw(st.lists(st.sampled_from(right), unique=True, min_size=1))
    listed = data.draw(st.permutations([*given_right, *wrong]))
    expected = len(given_right) / max(len(right), len(listed))
    for response in (", ".join(listed), "\n".join(listed), "\n".join(f"- **{v}**" for v in listed)):
        assert number_score(response, *right, match="all") == pytest.approx(expected)


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(seven_digits, min_size=2, max_size=6, unique=True),
    frame=st.sampled_from(["{}", "It is {}.", "It could be {}.", "Es ist {}.", "Possible: {}"]),
    joiner=st.sampled_from([" or ", ", ", " / ", "\n", " oder ", ", or ", "; ", " and "]),
)
def test_several_values_for_one_answer_score_0(values: list[str], frame: str, joiner: str) -> None:
    """A list of guesses finds nothing, wherever in it the right value stands."""
    response = frame.format(joiner.join(values))
    assert {number_score(response, value) for value in values} == {0.0}


HOSTILE = (
    "1", "1 ", "1, ", "1.", "1. ", "1 - ", "4829133 ", "4829133, ", "4829133 or ", "4829133? ",
    "not ", "does not ", "no a a a a ", "kein a b c ", "nicht im ",
    "4829133 wait no, that is wrong: ", "\\boxed{", "\\boxed{a{b}", "<answer>",
    "<answer>4829133</answer>", "<think>", "<think></think>", "<|channel|>", "[", "[a](", "<a ",
    "<", "~~a", "_", "*", " * ", "\n", "\t", "- a\n", "- 4829133\n", "Bern:\n4829133\n",
    "| Oslo | 4829133 |\n", "\"", ",", "(", ".", "?", "&", "&amp;", "\\", "\\n", "{\"a\":",
    "sandwich Dolores Park ", "sandwich or ", "Yuki ", "Yuki or ", "Yuki, ", "lantern, pebble, ",
    "8f14e45f-ceea-467f-a8f0-2b1c9d3e4a55 or ", "8f14e45f-", "a", "a-", "東", "e\u0301", "😀",
    "\ud800", "²", "\x00", "٤", "four ", "four million ", "vier", "a's ", "for Oslo: ", "of the ",
    "belonging to the ", "answer: ", "What is the magic number of Oslo? ",
    "I could not find it. ", "The text does not mention 4829133. ", "1,000,", "either ",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE, ids=repr)
def test_hostile_text_of_100_kb_takes_no_time(unit: str) -> None:
    """No repetition makes scoring slow: well under a second, where a square would take minutes.

    The benchmark has the figures; the bound here leaves room for slow and busy machines.
    """
    response = unit * (100_000 // len(unit))
    for name in ("oslo-distractors", "willow", "variables", "yuki", "common-words", "count"):
        challenge = CHALLENGES[name]
        started = time.process_time()
        score_answers(
            response + "x",
            question=challenge.question,
            answers=challenge.answers,
            match=challenge.match,
            forbidden=challenge.forbidden,
            answer_kind=challenge.answer_kind,
            keywords=challenge.keywords,
        )
        assert time.process_time() - started < 10.0


@settings(max_examples=300, deadline=None)
@given(entry=st.sampled_from(labelled()), blanks=st.sampled_from(["\n", " ", "\n\n", "\u00a0"]))
def test_blanks_around_a_response_change_nothing(entry: Labelled, blanks: str) -> None:
    """Leading and trailing blanks are no part of an answer."""
    assert score(blanks + entry.response + blanks, entry.challenge) == entry.scored()


def test_the_order_of_scoring_changes_nothing() -> None:
    """Scoring the labelled set in two orders gives the same verdicts: no state is kept."""
    entries = labelled()
    forward = [entry.scored() for entry in entries]
    assert forward == [entry.scored() for entry in reversed(entries)][::-1]
