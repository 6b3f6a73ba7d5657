"""Own documents: the passage that answers stands at the asked depth, the rest is the haystack."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niah import haystacks
from niah.errors import ConfigurationError
from niah.experiment import Experiment
from niah.haystacks.corpus import make_corpus, without
from niah.passages import text_without
from niah.prompts import Prompt
from niah.prompts.compose import recount
from niah.prompts.frames import as_wrapped
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared, compose_prompt
from niah.scoring import score
from niah.tasks import Challenge
from niah.tasks.needles import stated
from niah.tasks.searched import standing
from niah.tokenizers import load
from tests.command import Niah

CONFIG = Path(__file__).parents[1] / "configs" / "own-questions.toml"


@cache
def paragraphs(language: str) -> tuple[str, ...]:
    text = haystacks.gazetteer.generate(language, 120_000)
    return tuple(part for part in text.split("\n\n") if len(part) > 200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents in two languages, and the questions that four passages of each answer."""
    root = tmp_path_factory.mktemp("documents")
    for language in ("en", "de"):
        documents = root / language
        documents.mkdir()
        own = paragraphs(language)
        for number in range(0, len(own), 12):
            text = "\n\n".join([f"# Document {number}", *own[number : number + 12]])
            (documents / f"{number:04}.md").write_text(text + "\n", encoding="utf-8")
        rows = [
            {"question": f"What does passage {number} say?", "answers": [own[number][:60]]}
            | {"passage": own[number]}
            for number in (3, 20, 41, 60)
        ]
        lines = "\n".join(map(json.dumps, rows))
        (root / f"{language}.jsonl").write_text(lines, encoding="utf-8")
    return root


def prepared(folder: Path, language: str = "en", /, **changes: Any) -> Prepared:
    document: dict[str, Any] = {
        "name": "own",
        "models": ["reference/exact"],
        "grid": {"context_lengths": [1500, 6000], "depth_percents": [0, 35, 100], "trials": 2},
        "task": {
            "kind": "question-answering",
            "path": str(folder / f"{language}.jsonl"),
            "language": language,
        },
        "haystack": {"path": str(folder / language), "language": language},
    }
    document |= {key: {**document.get(key, {}), **value} for key, value in changes.items()}
    return prepare(Experiment.model_validate_json(json.dumps(document)), cache_dir=folder)


def answer_in(prompt: Prompt, challenge: Challenge) -> str:
    """What an oracle finds that reads nothing but the prompt: the passage's first words."""
    content = "\n".join(message.content for message in prompt.messages)
    return challenge.answers[0] if challenge.answers[0] in content else "It is not there."


@pytest.mark.parametrize(
    "prompt",
    [
        {},
        {"wrapper": "json"},
        {"wrapper": "markdown", "question_position": "both"},
        {"sentence_order": "shuffled"},
        {"turns": 3},
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_passage_stands_once_at_its_depth_in_an_exact_prompt(
    folder: Path, language: str, prompt: dict[str, Any]
) -> None:
    """Every prompt has the asked tokens, its passage between blank lines, and no other passage."""
    own = prepared(folder, language, prompt=prompt)
    tokenizer = load("o200k_base")
    wrapper = prompt.get("wrapper", "xml")
    every = {as_wrapped(paragraphs(language)[number], wrapper) for number in (3, 20, 41, 60)}
    for trial in own.trials:
        challenge, made = compose_prompt(own, trial)
        assert recount(made, tokenizer) == made.tokens == trial.context_length
        (needle,) = challenge.needles
        (placement,) = made.placements
        text = as_wrapped(needle.text, wrapper)
        users = [message.content for message in made.messages if message.role == "user"]
        assert users[placement.turn].startswith(text, placement.char_offset)
        whole = "\n".join(users)
        assert [passage for passage in every if passage in whole] == [text]
        assert whole.count(text) == 1
        assert abs(placement.placed_depth_percent - trial.depth_percent) <= 8
        assert score(answer_in(made, challenge), challenge).value == 1.0
        if wrapper in ("xml", "markdown") and not prompt.get("turns"):
            before = users[0][: placement.char_offset]
            after = users[0][placement.char_offset + len(text) :]
            assert before.endswith(("\n\n", "<text>\n"))
            assert after.startswith(("\n\n", "\n</text>", "\n# "))


@given(seed=st.integers(0, 2**40), vocabulary=st.sampled_from(["cl100k_base", "deepseek-v3"]))
@settings(max_examples=15, deadline=None)
def test_the_same_seed_gives_the_same_bytes(folder: Path, seed: int, vocabulary: str) -> None:
    """A prompt is a pure function of its experiment, exact under any vocabulary."""
    local = {"base_url": "http://127.0.0.1:9/v1", "tokenizer": vocabulary}
    changes: dict[str, Any] = {"providers": {"local": local}, "grid": {"trials": 1}}

    def composed() -> list[tuple[str, str]]:
        own = prepared(folder, **changes)
        document = own.experiment.model_dump(mode="json")
        document |= {"seed": seed, "models": ["local/m"]}
        again = prepare(Experiment.model_validate_json(json.dumps(document)), cache_dir=folder)
        prompts = [compose_prompt(again, trial)[1] for trial in again.trials]
        assert all(recount(p, load(vocabulary)) == p.tokens for p in prompts)
        return [(trial.trial_id, p.sha256) for trial, p in zip(again.trials, prompts, strict=True)]

    assert composed() == composed()


def test_without_its_passages_the_text_reads_on() -> None:
    """Whole paragraphs go with one blank line, sentences with one space."""
    text = "One.\n\nTwo. Three. Four.\n\nFive.\n\nSix. Seven.\n"
    corpus = make_corpus("files:x", "en", text)
    rest = without(corpus, ["Five.", "Three.", "Seven.", "One."]).text
    assert rest == "Two. Four.\n\nSix.\n"
    assert without(corpus, []).text == text
    assert without(corpus, ["Three. Four.", "Four."]).text.startswith("One.\n\nTwo.\n\nFive.")
    assert without(corpus, ["Two.", "Six."]).text == "One.\n\nThree. Four.\n\nFive.\n\nSeven.\n"


@given(
    sentences=st.lists(st.sampled_from(["Ab c.", "Ab.", "C d.", "“E.”"]), min_size=1, max_size=12),
    spaces=st.lists(st.sampled_from([" ", "\n", "\n\n"]), min_size=12, max_size=12),
    cut=st.sets(st.sampled_from(["Ab c.", "Ab.", "C d."]), min_size=1),
)
def test_what_is_taken_out_is_gone_and_nothing_else(
    sentences: list[str], spaces: list[str], cut: set[str]
) -> None:
    """The other sentences stay in their order, parted by one space, in their paragraphs."""
    text = "".join(part for pair in zip(sentences, spaces, strict=False) for part in pair)
    rest = text_without(text, cut)
    assert rest.split() == " ".join(one for one in sentences if one not in cut).split()
    assert "  " not in rest


@given(
    text=st.text("ab ,.\nß", max_size=40),
    answers=st.sets(st.text("ab ,ß", min_size=1, max_size=5), max_size=6),
)
def test_answers_are_looked_up_together_as_one_by_one(text: str, answers: set[str]) -> None:
    """One pass over the text finds those that a search for each would find."""
    wanted = {one for one in answers if one[0].isalpha() and one[-1] != " "}
    plain = " ".join(text.split())
    assert standing(wanted, text) == {one for one in wanted if stated(one, plain)}


SQUAD = {
    "data": [
        {
            "title": f"Article_{number}",
            "paragraphs": [
                {
                    "context": f"Context {number}. The  keeper of tower {number} is Ada{number}. "
                    + "Much else happened in that town, and most of it was soon forgotten. " * 6,
                    "qas": [
                        {
                            "id": f"{number}a",
                            "question": f"Who keeps tower {number}?",
                            "answers": [{"text": f"Ada{number}", "answer_start": 0}] * 3,
                        },
                        {
                            "id": f"{number}b",
                            "question": "Who never was?",
                            "answers": [],
                            "is_impossible": True,
                        },
                    ],
                }
            ],
        }
        for number in range(60)
    ]
}
HOTPOT = [
    {
        "_id": str(number),
        "question": f"In which country was the founder of company {number} born?",
        "answer": f"Land{number}",
        "supporting_facts": [[f"Company {number}", 0], [f"Founder {number}", 1]],
        "context": [
            [f"Company {number}", [f"It was founded by founder {number}.", " It sells rope."]],
            [f"Founder {number}", ["Little is known.", f" The birth was in Land{number}."]],
            *[[f"Other {number} {other}", ["Nothing of note. " * 20]] for other in range(8)],
        ],
    }
    for number in range(30)
]


@pytest.mark.parametrize(
    ("content", "needles"), [(SQUAD, 1), (HOTPOT, 2)], ids=["squad", "hotpotqa"]
)
def test_published_collections_are_read_as_they_are(
    content: Any, needles: int, tmp_path: Path
) -> None:
    """One file is haystack and questions; a tenth of its passages is asked about."""
    path = tmp_path / "collection.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    own = prepared(
        tmp_path, task={"path": str(path)}, haystack={"path": str(path)}, grid={"trials": 4}
    )
    total = len(haystacks.load(None, path=path, longest_context=1).text.split("\n\n"))
    assert 1 <= len(own.task.cuts) <= total / 10
    for trial in own.trials:
        if trial.context_length > 1500:
            continue
        challenge, prompt = compose_prompt(own, trial)
        content_ = prompt.messages[-1].content
        assert len(challenge.needles) == needles
        assert all(content_.count(needle.text) == 1 for needle in challenge.needles)
        assert len(challenge.answers) == 1
        assert challenge.answers[0] in content_
        assert recount(prompt, load("o200k_base")) == trial.context_length


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"question": "Q?"}, "line 1.answers is not a text or a list of texts"),
        ({"question": "Q?", "answers": ["zzz"]}, "no paragraphs of the haystack state its answer"),
        ({"question": "Q?", "answers": ["the"]}, "give the passage that answers it"),
        ({"question": "Q?", "answers": ["x"], "passage": "Never was."}, "copy it word for word"),
        ({"question": "Q?", "answers": ["x"], "passage": "a", "text": "b"}, "keep one of them"),
        ({"question": "Q?", "answers": ["x"], "passage": "the"}, "give the whole sentence"),
        ({"question": "Q?", "answers": ["x"], "file": "a.md"}, "unknown key 'file'"),
        ({"question": "Q?", "answers": ["x"], "text": 7}, "line 1.text is not a text"),
        ({"question": "", "answers": ["x"]}, "line 1.question is missing or empty"),
        ([], "line 1 is not a table"),
    ],
)
def test_a_bad_row_is_named(folder: Path, tmp_path: Path, row: Any, said: str) -> None:
    """File, line, key and what would be right, in one sentence."""
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"rows\.jsonl") as raised:
        prepared(folder, task={"path": str(path)})
    assert said in str(raised.value)


@pytest.mark.parametrize("content", ["[]", "{}", "[1]", '{"data": [1]}', "7", "not json"])
def test_a_file_that_is_no_collection_is_named(folder: Path, tmp_path: Path, content: str) -> None:
    """Whatever it holds, one sentence says what would be right."""
    path = tmp_path / "some.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"some\.json"):
        prepared(folder, task={"path": str(path)})
    with pytest.raises(ConfigurationError, match=r"some\.json"):
        prepared(folder, haystack={"path": str(path)})


def test_a_row_that_is_there_twice_is_named(folder: Path, tmp_path: Path) -> None:
    """Both lines, so that one of them can go."""
    row = json.dumps({"question": "Q?", "answers": ["red"], "text": "The mill is red."})
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{row}\n{row}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"line 2 is .*line 1 again"):
        prepared(folder, task={"path": str(path)})


def test_an_answer_that_is_not_in_its_passage_is_said(folder: Path, tmp_path: Path) -> None:
    """It may follow from it, or be a slip; yes and no need not stand anywhere."""
    rows = [
        {"question": "Is the mill red?", "answers": ["yes"], "text": "The mill is red."},
        {"question": "Which colour is it?", "answers": ["zinnober"], "text": "The mill is red."},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (warning,) = prepared(folder, task={"path": str(path)}).warnings
    assert "of 2 questions, 1 have no answer that stands in their passage" in warning
    assert "'zinnober'" in warning


def test_an_answer_that_stands_elsewhere_too_is_said_before_anything_is_paid(
    niah: Niah, tmp_path: Path
) -> None:
    """The plan counts the questions that are easier than they look."""
    text = "The mill is red.\n\nThe barn is red too.\n\n" + "Nothing else is known. " * 400
    (tmp_path / "docs.md").write_text(text, encoding="utf-8")
    rows = {"question": "Which colour has the mill?", "answers": ["red"]}
    (tmp_path / "q.jsonl").write_text(
        json.dumps(rows | {"passage": "The mill is red."}), encoding="utf-8"
    )
    (tmp_path / "own.toml").write_text(
        'models = ["reference/exact"]\n[grid]\ncontext_lengths = [500]\ndepth_percents = [50]\n'
        '[task]\nkind = "question-answering"\npath = "q.jsonl"\n[haystack]\npath = "docs.md"\n',
        encoding="utf-8",
    )
    planned = niah("plan", tmp_path / "own.toml")
    assert planned.code == 0, planned.err
    assert "of 1 questions, 1 have an answer that also stands outside its passage" in (
        planned.out + planned.err
    )


def test_a_plan_counts_the_questions(niah: Niah) -> None:
    """Those that the documents answer, and those whose answer is planted."""
    assert "5: 4 answered by the documents, 1 by planted texts" in niah("plan", CONFIG).out


def test_a_haystack_that_a_family_writes_is_named_so_in_its_plan(niah: Niah) -> None:
    """Not by the corpus that was loaded beside it."""
    Path("w.toml").write_text(
        'models = ["reference/exact"]\n[task]\nkind = "key-value"\n[grid]\n'
        "context_lengths = [2000]\ndepth_percents = [50]\n",
        encoding="utf-8",
    )
    assert "written by key-value\n" in niah("plan", "w.toml").out
    assert niah("plan", "w.toml", "--json").json["haystack"] == "written by key-value"


def test_the_shipped_example_runs(niah: Niah) -> None:
    """The literal reader answers the questions that use a passage's own words."""
    done = niah("run", CONFIG, "--json")
    assert done.code == 0, done.err
    assert done.json["outcomes"] == {"answered": 45}
    assert 0.3 < done.json["accuracy"] < 1.0


def test_a_typed_path_leads_from_where_it_is_typed(niah: Niah, tmp_path: Path) -> None:
    """A file of questions beside the user, an experiment elsewhere; scored by words in common."""
    rows = [
        {"question": "Who sells rope?", "answers": ["Ada Quince of Orne"]},
        {"question": "What colour is the mill?", "answers": ["red"]},
    ]
    texts = ("Rope is sold by Ada Quince of Orne.", "The colour of the mill is red.")
    lines = (json.dumps(row | {"text": text}) for row, text in zip(rows, texts, strict=True))
    Path("mine.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = niah(
        *("run", CONFIG, "-q", "--json", "--set", "task.path=mine.jsonl"),
        *("--set", "task.scorer=token-f1", "--set", "grid.context_lengths=[1000]"),
        *("--set", "haystack.path=own-documents/"),
    )
    assert done.code == 0, done.err
    assert 0 < done.json["accuracy"] < 1
    told = niah("export", "latest").out
    assert {json.loads(line)["question"] for line in told.splitlines()} == {
        row["question"] for row in rows
    }
    missing = niah("plan", CONFIG, "--set", "task.path=nowhere.jsonl")
    assert missing.code == 2
    assert str(CONFIG.parent / "nowhere.jsonl") in missing.err
