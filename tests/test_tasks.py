"""Task families: what they draw, and how they refuse what cannot be used."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.errors import ConfigurationError, HaystackError, TaskError
from niah.haystacks import gazetteer
from niah.tasks import Challenge, Task
from niah.tasks.needles import CATALOGUE
from niah.tasks.registry import all_families, prepare_task
from niah.tasks.values import CITIES, GERMAN_WORDS, WORDS

HAYSTACK = "Nothing to see here. The road is long.\n"
SEEDS = range(200)


def prepare(
    parameters: dict[str, Any] | None = None, language: str = "en", haystack: str = HAYSTACK
) -> Task:
    return prepare_task("single", parameters or {}, language=language, haystack=haystack)


def own(text: str, question: str, *answers: str) -> dict[str, Any]:
    return {"needles": [{"text": text, "question": question, "answers": list(answers)}]}


def one_sentence(error: ConfigurationError) -> bool:
    return bool(str(error)) and "\n" not in str(error)


def check_form(challenge: Challenge) -> None:
    """What every stage after this one relies on."""
    texts = [needle.text for needle in challenge.needles]
    for text in (*texts, challenge.question, challenge.instruction, *challenge.answers):
        assert text == text.strip()
        assert text
        assert "\n" not in text
        assert not re.search(r"\{\w+\}", text)
    assert all(text[-1] in ".!?" for text in texts)
    assert challenge.answers


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("needle", sorted(CATALOGUE))
def test_catalogue_needles_state_their_answer_and_questions_do_not(
    needle: str, language: str
) -> None:
    """Every needle of the catalogue answers its question, which does not give the answer away."""
    task = prepare({"needle": needle}, language)
    for seed in SEEDS:
        challenge = task.draw(seed)
        check_form(challenge)
        assert challenge.answers[0] not in challenge.question
        if challenge.answer_kind == "phrase":
            text = challenge.needles[0].text.casefold()
            assert all(
                any(word.casefold() in text for word in group) for group in challenge.keywords
            )
        else:
            assert challenge.answers[0] in challenge.needles[0].text


@pytest.mark.parametrize("needle", ["magic-number", "passkey", "uuid"])
def test_values_differ_between_trials(needle: str) -> None:
    """No two of 200 trials share a value, so none can be guessed from another."""
    task = prepare({"needle": needle})
    assert len({task.draw(seed).answers for seed in SEEDS}) == len(SEEDS)


def test_magic_numbers_have_seven_digits_and_uuids_are_version_four() -> None:
    """The values have the published forms."""
    for seed in SEEDS:
        assert re.fullmatch(r"[1-9]\d{6}", prepare().draw(seed).answers[0])
        uuid = prepare({"needle": "uuid"}).draw(seed).answers[0]
        assert re.fullmatch(
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuid
        )


def test_keys_are_one_word_and_never_double() -> None:
    """A key names one thing only."""
    for words in (CITIES, WORDS, GERMAN_WORDS):
        assert len({word.casefold() for word in words}) == len(words) >= 75
        assert all(word.isalpha() for word in words)


def test_same_seed_same_bytes() -> None:
    """A draw is a pure function of the seed; the pinned digests change only with the version."""
    drawn = [
        repr(prepare({"needle": needle}, language).draw(seed))
        for needle in sorted(CATALOGUE)
        for language in ("en", "de")
        for seed in range(20)
    ]
    digest = hashlib.sha256("\n".join(drawn).encode()).hexdigest()
    assert (prepare().version.split("/")[0], digest[:16]) == ("single-1", "2ff5ecef895acd74")


def test_version_follows_wording_and_facts() -> None:
    """What changes a prompt changes the version that enters trial ids."""
    versions = {
        prepare().version,
        prepare({"needle": "uuid"}).version,
        prepare(language="de").version,
        prepare({"instruction": "Read this."}).version,
        prepare(own("The code is {number}.", "What is the code?", "{number}")).version,
        prepare(own("The code was {number}.", "What is the code?", "{number}")).version,
    }
    assert len(versions) == 6
    assert prepare().version == prepare({"needle": "magic-number"}).version


def test_instruction_is_the_users_when_given() -> None:
    """task.instruction replaces niah's own, and opens languages that niah has none in."""
    assert prepare({"instruction": "Lies."}).draw(1).instruction == "Lies."
    parameters = own("Le code est {number}.", "Quel est le code ?", "{number}")
    task = prepare(parameters | {"instruction": "Lisez."}, language="fr")
    assert task.draw(1).question == "Quel est le code ?"


def test_placeholders_agree_within_a_trial() -> None:
    """One placeholder has one value in needle, question and answers of a trial."""
    task = prepare(own("In {city} {word} pays {number}.", "What does {word} pay?", "{number}"))
    for seed in SEEDS:
        challenge = task.draw(seed)
        city, word, number = re.findall(r"In (\w+) (\w+) pays (\d+)\.", challenge.needles[0].text)[
            0
        ]
        assert challenge.question == f"What does {word} pay?"
        assert challenge.answers == (number,)
        assert challenge.answer_kind == "number"
        assert city in CITIES


def test_doubled_braces_are_plain_braces() -> None:
    """Text with braces can be planted."""
    task = prepare(
        own("The set {{a}} holds {number}.", "What does the set {{a}} hold?", "{number}")
    )
    assert task.draw(3).needles[0].text.startswith("The set {a} holds ")
    assert task.draw(3).question == "What does the set {a} hold?"


def test_several_needles_are_drawn_per_trial() -> None:
    """Each of the user's facts is asked in about its share of the trials."""
    entries = [
        {
            "text": f"Gate {name} is {name * 2}.",
            "question": f"What is gate {name}?",
            "answers": [name * 2],
        }
        for name in "ABCD"
    ]
    task = prepare({"needles": entries})
    counts = dict.fromkeys("ABCD", 0)
    for seed in range(400):
        challenge = task.draw(seed)
        counts[challenge.question[-2]] += 1
        assert challenge.answers[0] in challenge.needles[0].text
    assert min(counts.values()) > 60


def test_needle_without_a_full_stop_gets_one() -> None:
    """A needle is a sentence; other scripts' stops count."""
    assert (
        prepare(own("It is 7 now", "What is it?", "7 now")).draw(0).needles[0].text
        == "It is 7 now."
    )
    assert prepare(own("答案是七。", "答案是什么?", "七")).draw(0).needles[0].text == "答案是七。"


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_facts_are_read_from_files(tmp_path: Path, suffix: str) -> None:
    """JSON Lines and CSV, with or without a byte order mark, give the same needles."""
    path = tmp_path / f"facts.{suffix}"
    rows = [("The tide turns at nine.", "When does the tide turn?", ["at nine", "nine"])]
    if suffix == "jsonl":
        text = (
            "\n".join(json.dumps({"text": t, "question": q, "answers": a}) for t, q, a in rows)
            + "\n\n"
        )
    else:
        text = "text,question,answers\r\n" + "".join(
            f'"{t}","{q}",{"|".join(a)}\r\n' for t, q, a in rows
        )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    challenge = prepare({"path": str(path)}).draw(0)
    assert challenge.answers == ("at nine", "nine")
    assert challenge.needles[0].text == "The tide turns at nine."


BAD_PARAMETERS: list[tuple[dict[str, Any], str]] = [
    ({"needle": "magic"}, "'magic' is not known; use one of magic-number, passkey, uuid"),
    ({"needel": "uuid"}, "unknown key task.needel; did you mean 'needle'?"),
    ({"needle": "uuid", "needles": []}, "both given; keep one"),
    ({"needles": []}, "not a list of tables"),
    ({"needles": "x"}, "not a list of tables"),
    ({"needles": [3]}, r"task.needles\[0\] is not a table"),
    ({"needles": [{"text": "A."}]}, r"task.needles\[0\].question is missing"),
    (own("", "What?", "a"), "text is missing or empty"),
    (own("A b.\nC d.", "What?", "b"), "more than one line"),
    (own("A b.", "What?"), "answers is not a text or a list of texts"),
    (own("A b.", "What?", " "), "answers is missing or empty"),
    (own("A {numbr}.", "What?", "x"), r"placeholder \{numbr\}; known ones are \{number\}"),
    (own("A {number:>99999999}.", "What?", "{number}"), "format in the placeholder"),
    (own("A {number!r}.", "What?", "{number}"), "format in the placeholder"),
    (own("A {number.real}.", "What?", "x"), "known ones are"),
    (own("A {}.", "What?", "x"), "known ones are"),
    (own("A {number.", "What?", "x"), "brace without its partner"),
    (own("A {number}.", "What?", "{uuid}"), "which its text does not have"),
    (own("The door is red.", "Is the Red door open?", "red"), "already states the answer 'red'"),
    (own("A" * 5000, "What?", "x"), "4,000 are allowed"),
    (own("A \ud800.", "What?", "x"), "lone surrogate"),
    ({"needles": [{"text": "A.", "question": "B?", "answers": [True]}]}, "answers is missing"),
    ({"needles": [{"text": "A.", "question": "B?", "answers": ["c"], "x": 1}]}, "unknown key 'x'"),
    ({"instruction": ""}, "task.instruction = '' is not a text"),
    ({"instruction": 3}, "task.instruction = 3 is not a text"),
    ({"path": 3}, "task.path = 3 is not a path"),
    ({"path": "a\0b.csv"}, "is not a path"),
    ({"path": "missing.jsonl"}, "missing.jsonl cannot be read: No such file"),
    ({"path": "."}, "cannot be read"),
]


@pytest.mark.parametrize(("parameters", "message"), BAD_PARAMETERS)
def test_bad_parameters_are_refused(parameters: dict[str, Any], message: str) -> None:
    """Each mistake gets one sentence that names it."""
    with pytest.raises(TaskError, match=message) as caught:
        prepare(parameters)
    assert "\n" not in str(caught.value)


def test_unknown_family_and_language_are_refused() -> None:
    """The message lists what there is."""
    with pytest.raises(TaskError, match=r"task\.kind = 'double' is not known; use one of single"):
        prepare_task("double", {}, language="en", haystack=HAYSTACK)
    with pytest.raises(TaskError, match="instruction in 'fr'"):
        prepare(language="fr")
    with pytest.raises(TaskError, match="exists in en, de, not in 'fr'"):
        prepare({"instruction": "Lisez."}, language="fr")


BAD_FILES: list[tuple[str, bytes, str]] = [
    ("a.jsonl", b"", "has no needles"),
    ("a.jsonl", b"{", "line 1 is not a JSON object"),
    ("a.jsonl", b"[" * 100_000, "line 1 is not a JSON object"),
    ("a.jsonl", b'{"text": ' + b"9" * 5000 + b"}", "line 1 is not a JSON object"),
    ("a.jsonl", b"[1]", "line 1 is not a table"),
    ("a.jsonl", b'\n{"text": "A."}', "line 2.question is missing"),
    ("a.jsonl", b'{"text": "A \\ud800.", "question": "b?", "answers": "c"}', "lone surrogate"),
    ("a.csv", b"", "has no needles"),
    ("a.csv", b"text,question,answers\nonly one\n", "line 2 has another number of cells"),
    ("a.csv", b"text,question,answers\na,b,c,d\n", "line 2 has another number of cells"),
    ("a.csv", b"needle,question,answers\na,b,c\n", "unknown key 'needle'"),
    ("a.csv", b'text,question,answers\n"a,b,c\n', "line 1: unexpected end of data"),
    ("a.csv", b"text,question,answers\nA.,B?,|\n", "answers is not a text"),
    ("a.csv", b"text,question,answers\n" + b"x" * 200_000 + b",b,c\n", "line 1: field larger"),
    ("a.csv", b"\xff\xfe", "byte 0 is not UTF-8"),
    ("a.txt", b"A b.", "neither .jsonl nor .csv"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD_FILES)
def test_bad_files_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """Hostile or broken files get one sentence with file and line."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TaskError, match=message) as caught:
        prepare({"path": str(path)})
    assert str(path) in str(caught.value)


def test_fixed_answers_must_not_stand_in_the_haystack() -> None:
    """The message names the answer and where it stands, whatever its case and spacing."""
    text = "One.\nEat a\n sandwich  and sit in dolores park on a sunny day, she said."
    with pytest.raises(HaystackError, match=r"'eat a sandwich .*' already stands .* character 5"):
        prepare({"needle": "san-francisco"}, haystack=text)
    prepare({"needle": "san-francisco"}, haystack="San Francisco has a sandwich.")
    with pytest.raises(HaystackError, match="already stands in the haystack"):
        prepare(own("A b.", "What?", "long"), haystack=HAYSTACK)
    prepare(own("A b.", "What?", "lon"), haystack=HAYSTACK)


def test_drawn_numbers_avoid_those_of_the_haystack() -> None:
    """A number that the haystack states, in any grouping, is drawn anew."""
    first = prepare().draw(11).answers[0]
    for written in (first, f"{int(first):,}", f"{int(first):,}".replace(",", " ")):
        redrawn = prepare(haystack=f"It costs {written} crowns.").draw(11).answers[0]
        assert redrawn != first
    inside = prepare(haystack=f"It costs {first}9 crowns.").draw(11).answers[0]
    assert inside == first


def test_drawn_words_avoid_those_of_the_haystack() -> None:
    """The same holds for words, and a haystack that has them all is refused."""
    parameters = own("The colour is {word}.", "What is the colour?", "{word}")
    some = " ".join(WORDS[:60])
    drawn = {prepare(parameters, haystack=some).draw(seed).answers[0] for seed in SEEDS}
    assert drawn <= set(WORDS[60:])
    with pytest.raises(HaystackError, match="already stand in the haystack"):
        prepare(parameters, haystack=" ".join(WORDS)).draw(1)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_gazetteer_never_states_a_catalogue_answer(language: str) -> None:
    """The default haystack suits every needle, and no value has to be drawn twice."""
    text = gazetteer.generate(language, 1 << 20)
    for needle in CATALOGUE:
        task = prepare({"needle": needle}, language, text)
        assert task.draw(1) == prepare({"needle": needle}, language).draw(1)


def test_catalogue_lists_families_with_parameters_and_source() -> None:
    """niah tasks has a line, a source and parameters to show for every family."""
    for kind, family in all_families().items():
        assert family.kind == kind
        assert family.summary
        assert family.source
        assert all(parameter.description for parameter in family.parameters)


lines = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60)


@given(text=lines, question=lines, answer=lines)
def test_any_own_needle_is_used_verbatim_or_refused(text: str, question: str, answer: str) -> None:
    """Whatever the user writes is planted as it is, but for braces, or refused in one sentence."""
    try:
        challenge = prepare(own(text, question, answer)).draw(5)
    except ConfigurationError as error:
        assert one_sentence(error)  # noqa: PT017 - either outcome is right
        return
    if not set("{}") & set(text + question + answer):
        assert challenge.needles[0].text.startswith(text.strip())
        assert challenge.question == question.strip()
        assert challenge.answers == (answer.strip(),)


@given(content=st.binary(max_size=300), suffix=st.sampled_from(["jsonl", "csv"]))
def test_any_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    """No bytes in a file of facts end in anything but needles or a TaskError."""
    path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    path.write_bytes(content)
    try:
        challenge = prepare({"path": str(path)}).draw(0)
    except ConfigurationError as error:
        assert one_sentence(error)  # noqa: PT017 - either outcome is right
        return
    assert challenge.answers


scalars = st.none() | st.booleans() | st.integers() | st.floats() | lines
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@given(st.dictionaries(st.sampled_from(["text", "question", "answers", "answer"]), values))
def test_any_table_is_a_needle_or_refused(entry: dict[str, Any]) -> None:
    """No table of an experiment file ends in anything but a needle or a sentence."""
    try:
        challenge = prepare({"needles": [entry]}).draw(0)
    except ConfigurationError as error:
        assert one_sentence(error)  # noqa: PT017 - either outcome is right
        return
    assert all(isinstance(answer, str) and answer.strip() for answer in challenge.answers)
