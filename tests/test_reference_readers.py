"""The reference readers: what they read, and how often they recall it."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from niah.errors import ModelError
from niah.haystacks.gazetteer import generate
from niah.reference.readers import answer, available, recall_map
from niah.reference.reading import NOT_FOUND, read
from niah.statistics.intervals import wilson
from niah.tokenizers import load

NEEDLES = {
    "en": (
        ("The magic number of Dresden is 7315299.", "What is the magic number of Dresden?"),
        (
            "The pass key for the door marked amber is 731529.",
            "What is the pass key for the door marked amber?",
        ),
        (
            "The record named otter has the identifier 5d2f-77.",
            "Which identifier does the record named otter have?",
        ),
        (
            "Dr. E. Lindqvist sold the telescope of St. Mary's school for 3.50 crowns.",
            "For how many crowns was the telescope of St. Mary's school sold?",
        ),
    ),
    "de": (
        (
            "Die magische Zahl von Dresden lautet 7315299.",
            "Wie lautet die magische Zahl von Dresden?",
        ),
        (
            "Der Zugangscode für die Tür mit der Aufschrift Lärche lautet 731529.",
            "Wie lautet der Zugangscode für die Tür mit der Aufschrift Lärche?",
        ),
        (
            "Das Beste, was man in San Francisco tun kann, ist, ein Sandwich zu essen.",
            "Was ist das Beste, was man in San Francisco tun kann?",
        ),
        (
            "Das Bernsteinfest in Nidden begann am 3. Mai um 7 Uhr mit Glocken.",
            "Wann begann das Bernsteinfest in Nidden?",
        ),
    ),
}
INSTRUCTIONS = {
    "en": "You are given a long text and a question about the magic number. Answer it briefly.",
    "de": "Sie erhalten einen Text und eine Frage. Beantworten Sie die Frage kurz.",
}
LAYOUTS = ("after", "before", "both", "system", "turns", "labelled", "tagged")


@lru_cache
def haystack(language: str) -> str:
    return generate(language, 600_000)


def count_tokens(text: str) -> int:
    return len(load("o200k_base").encode(text))


def count_words(text: str) -> int:
    """A vocabulary of words, for tests in which the vocabulary does not matter."""
    return len(text.split())


def plant(language: str, needle: str, depth: float, size: int) -> str:
    """A haystack of about that many characters with the needle at a sentence's beginning."""
    text = haystack(language)[:size]
    at = text.rfind(". ", 0, max(200, int(depth * size))) + 2 if depth else 0
    return f"{text[:at]}{needle} {text[at:]}"


def prompt(language: str, text: str, question: str, layout: str = "after") -> list[dict[str, str]]:
    instruction = INSTRUCTIONS[language]
    user = {
        "after": f"{instruction}\n\n{text}\n\n{question}",
        "before": f"{instruction}\n\n{question}\n\n{text}",
        "both": f"{instruction}\n\n{question}\n\n{text}\n\n{question}",
        "labelled": f"{instruction}\n\n{text}\n\nQuestion: {question}\nAnswer:",
        "tagged": f"{instruction}\n\n<document>\n{text}\n</document>\n\n{question}",
        "system": f"{text}\n\n{question}",
    }
    if layout == "turns":
        half = text.find("\n\n", len(text) // 2)
        return [
            {"role": "user", "content": f"{instruction}\n\n{text[:half]}"},
            {"role": "assistant", "content": "Go on."},
            {"role": "user", "content": f"{text[half:]}\n\n{question}"},
        ]
    system = [{"role": "system", "content": instruction}] if layout == "system" else []
    return [*system, {"role": "user", "content": user[layout]}]


@settings(max_examples=150, deadline=None)
@given(
    language=st.sampled_from(("en", "de")),
    number=st.integers(0, 3),
    depth=st.floats(0, 1),
    size=st.integers(3_000, 60_000),
    layout=st.sampled_from(LAYOUTS),
)
@example(language="en", number=0, depth=0.0, size=3_000, layout="before")
@example(language="de", number=1, depth=1.0, size=60_000, layout="both")
def test_exact_answers_with_the_planted_sentence(
    language: str, number: int, depth: float, size: int, layout: str
) -> None:
    """``exact`` finds the sentence at every depth, in every layout and both languages."""
    needle, question = NEEDLES[language][number]
    messages = prompt(language, plant(language, needle, depth, size), question, layout)
    assert answer("exact", messages, count_tokens=count_words) == needle


@settings(max_examples=100, deadline=None)
@given(
    language=st.sampled_from(("en", "de")),
    number=st.integers(0, 3),
    size=st.integers(1_000, 60_000),
    layout=st.sampled_from(LAYOUTS),
)
def test_exact_says_so_when_nothing_answers(
    language: str, number: int, size: int, layout: str
) -> None:
    """Without the needle it does not answer with the question, the instruction or a guess."""
    _, question = NEEDLES[language][number]
    messages = prompt(language, haystack(language)[:size], question, layout)
    assert answer("exact", messages, count_tokens=count_words) == NOT_FOUND[language]


@pytest.mark.parametrize(
    ("language", "near_miss", "question"),
    [
        ("en", "The magic number of Leipzig is 1234567.", "What is the magic number of Dresden?"),
        ("en", "The tragic number of Dresden is 12.", "What is the magic number of Dresden?"),
        (
            "en",
            "The pass key for the door marked basalt is 123456.",
            "What is the pass key for the door marked ember?",
        ),
        (
            "de",
            "Der Zugangscode für die Tür mit der Aufschrift Apfel lautet 123456.",
            "Wie lautet der Zugangscode für die Tür mit der Aufschrift Rabe?",
        ),
    ],
)
def test_exact_is_not_taken_in_by_a_near_miss(language: str, near_miss: str, question: str) -> None:
    """A sentence that differs in the word that matters is no answer, whatever else it shares."""
    for size in (2_000, 20_000, 200_000):
        messages = prompt(language, plant(language, near_miss, 0.4, size), question)
        assert answer("exact", messages, count_tokens=count_words) == NOT_FOUND[language]


def test_every_equally_good_sentence_is_in_the_answer() -> None:
    """Of several sentences that match equally well none is preferred."""
    first, second = (f"The magic number of Dresden is {number}." for number in (11, 22))
    text = plant("en", first, 0.2, 9_000)
    text = f"{text[: text.rfind('. ') + 2]}{second}"
    messages = prompt("en", text, "What are the magic numbers of Dresden?")
    assert answer("exact", messages, count_tokens=count_words) == f"{first} {second}"


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "system", "content": "Answer."}],
        [{"role": "user", "content": ""}],
        [{"role": "user", "content": "???"}],
        [{"role": "user", "content": "hello there"}],
        [{"role": "user", "content": "What is it?"}],
        [{"role": "user", "content": "?\n" * 5_000}],
        [{"role": "user", "content": "x" * 200_000 + " What is the magic number of x?"}],
        [{"role": "user", "content": "How many a did b " * 400}],
        [
            {"role": "user", "content": "x" * 200_000},
            {"role": "user", "content": "Who is the eldest known ancestor of Nimrod?"},
        ],
        [
            {"role": "user", "content": "x" * 200_000},
            {"role": "user", "content": "Which nodes have an edge that leads to the node y?"},
        ],
        [
            {"role": "user", "content": "1" * 200_000},
            {"role": "user", "content": "Which 3 words are the most common ones in the list?"},
        ],
    ],
)
def test_a_prompt_without_sense_gets_an_answer(messages: list[dict[str, str]]) -> None:
    """Whatever is sent, each reader says something, and soon."""
    for reader, _ in available():
        assert answer(reader, messages, count_tokens=count_words) in NOT_FOUND.values()


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400), question=st.text(max_size=80))
def test_no_text_upsets_the_reader(text: str, question: str) -> None:
    """Any text is read without an exception, and what is answered stands in it."""
    reading = read([{"role": "user", "content": f"{text}\n\n{question}?"}])
    words = " ".join(f"{text}\n\n{question}?".split())
    for found in reading.found:
        assert found.text in words
        assert 0 <= found.depth_percent <= 100


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("depth", [0.0, 0.25, 0.5, 0.9])
def test_depth_is_where_the_sentence_stands_in_the_document(layout: str, depth: float) -> None:
    """Instruction and question are not part of what depth is measured in."""
    needle, question = NEEDLES["en"][0]
    text = plant("en", needle, depth, 40_000)
    rest = len(text) - len(needle)
    (found,) = read(prompt("en", text, question, layout)).found
    assert found.depth_percent == pytest.approx(100 * text.find(needle) / rest, abs=0.3)


@pytest.mark.parametrize("reader", ["last-400", "last-1k"])
@pytest.mark.parametrize("layout", ["after", "system", "turns"])
def test_a_reader_of_the_last_tokens_sees_only_these(reader: str, layout: str) -> None:
    """It finds a sentence within its window and none before it, to the sentence."""
    window = {"last-400": 400, "last-1k": 1000}[reader]
    needle, question = NEEDLES["en"][0]
    seen = 0
    for step in range(21):
        text = plant("en", needle, step / 20, 12_000)
        visible = count_tokens(f"{text[text.find(needle) :]}\n\n{question}") <= window
        messages = prompt("en", text, question, layout)
        assert (answer(reader, messages, count_tokens=count_tokens) == needle) == visible
        seen += visible
    assert 0 < seen < 21


@pytest.mark.parametrize(
    ("reader", "context_length", "depth"),
    [
        ("flat-70", 1_000, 0.5),
        ("flat-70@drop=0.2", 1_000, 0.5),
        ("lost-in-the-middle", 1_000, 0.5),
        ("lost-in-the-middle", 4_000, 0.0),
        ("lost-in-the-middle", 4_000, 0.5),
        ("lost-in-the-middle", 4_000, 0.8),
        ("lost-in-the-middle@drop=0.3", 4_000, 0.5),
        ("decay", 4_000, 0.3),
        ("cliff-4k", 4_000, 0.3),
        ("cliff-4k", 4_001, 0.3),
    ],
)
def test_recall_is_what_the_map_says(reader: str, context_length: int, depth: float) -> None:
    """Over 300 prompts the share found agrees with the map, in a 99.9% interval."""
    trials, found, expected = 300, 0, 0.0
    truth = recall_map(reader)
    frame = len(INSTRUCTIONS["en"].split()) + 7 + 7
    text = haystack("en").split(" ")[: context_length - frame]
    while count_words(" ".join(text)) > context_length - frame:
        text.pop()
    at = max(0, int(depth * len(text)) - 1)
    for trial in range(trials):
        needle = f"The magic number of Dresden is {trial}."
        words = [*text[:at], "End.", needle, *text[at + 1 :]] if at else [needle, *text[1:], "End."]
        messages = prompt("en", " ".join(words), "What is the magic number of Dresden?")
        length = sum(count_words(message["content"]) for message in messages)
        assert length == context_length
        (seen,) = read(messages).found
        expected += truth(seen.depth_percent, length) / trials
        said = answer(reader, messages, count_tokens=count_words)
        assert said in (needle, NOT_FOUND["en"])
        found += said == needle
    low, high = wilson(found, trials, confidence=0.999)
    assert low <= expected <= high


def test_lost_in_the_middle_dips_deeper_the_longer_the_prompt() -> None:
    """Its ends stay high, its middle falls from .97 at 1K to .35 at 32K and .10 at 128K."""
    recall = recall_map("lost-in-the-middle")
    lengths = (1_000, 2_000, 8_000, 32_000, 64_000, 128_000)
    middles = [recall(50, length) for length in lengths]
    assert middles == sorted(middles, reverse=True)
    assert [middles[0], middles[3], middles[5]] == pytest.approx([0.97, 0.35, 0.1], abs=0.005)
    for length in lengths:
        assert recall(0, length) == recall(100, length) == 0.99
        assert all(0 <= recall(depth, length) <= 1 for depth in range(101))


def test_the_same_prompt_gets_the_same_answer_and_another_draw_another() -> None:
    """Answers are a function of prompt and reader; ``@draw`` changes them, not their share."""
    said = {
        reader: [
            answer(
                reader,
                prompt(
                    "en",
                    f"Oaks grow. The magic number of Dresden is {number}. Elms too.",
                    "What is the magic number of Dresden?",
                ),
                count_tokens=count_words,
            )
            != NOT_FOUND["en"]
            for number in range(400)
        ]
        for reader in ("flat-50", "flat-50@draw=1", "flat-50@drop=0.1")
    }
    again = answer(
        "flat-50",
        prompt(
            "en",
            "Oaks grow. The magic number of Dresden is 0. Elms too.",
            "What is the magic number of Dresden?",
        ),
        count_tokens=count_words,
    )
    assert (again != NOT_FOUND["en"]) == said["flat-50"][0]
    assert all(150 <= sum(found) <= 250 for found in said.values())
    assert said["flat-50"] != said["flat-50@draw=1"]
    lost = [a and not b for a, b in zip(said["flat-50"], said["flat-50@drop=0.1"], strict=True)]
    gained = [b and not a for a, b in zip(said["flat-50"], said["flat-50@drop=0.1"], strict=True)]
    assert sum(lost) > 0
    assert sum(gained) == 0


@pytest.mark.parametrize(
    "reader",
    [
        "",
        "nobody",
        "flat",
        "flat-101",
        "flat-1000",
        "last-0",
        "exact@",
        "exact@drop=2",
        "exact@draw=-1",
        "exact@drop",
        "EXACT",
        "last-",
        "flat-50@drop=nan",
    ],
)
def test_an_unknown_reader_is_refused_in_one_sentence(reader: str) -> None:
    """The message names the reader that was asked for and the ones there are."""
    for call in (
        lambda: recall_map(reader),
        lambda: answer(reader, [{"role": "user", "content": "Who?"}], count_tokens=count_words),
    ):
        with pytest.raises(ModelError) as caught:
            call()
        assert repr(reader) in str(caught.value)
        assert "lost-in-the-middle" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_every_listed_reader_exists_and_has_a_line() -> None:
    """``available`` lists names that can be asked, with modifiers too."""
    for name, description in available():
        assert 0 <= recall_map(f"{name}@drop=0.05@draw=3")(50, 8_000) <= 1
        assert description
        assert "\n" not in description


def test_units_of_a_window_are_those_of_context_lengths() -> None:
    """``32k`` is 32,000 tokens and ``32Ki`` 32,768."""
    assert recall_map("cliff-32k")(50, 32_000) == 1
    assert recall_map("cliff-32k")(50, 32_001) == 0
    assert recall_map("cliff-32Ki")(50, 32_768) == 1
    assert recall_map("last-4k")(50, 8_000) == 1
    assert recall_map("last-4k")(49, 8_000) == 0
