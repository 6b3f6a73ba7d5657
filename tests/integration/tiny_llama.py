"""Write a llama of random weights in Hugging Face's layout: ``tiny_llama.py TOKENIZER.json DIR``.

Runs under a Python that has ``numpy`` and ``safetensors``, which niah does not need.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np

WINDOW = 2_560
WIDTH, HEADS, FORWARD = 64, 2, 128
BEGIN, END = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
# Beside the contents: the beginning of the text, and the marks of user and assistant.
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<｜User｜>{{ message['content'] }}{% endfor %}"
    "<｜Assistant｜>"
)
TEMPLATE_TOKENS = 3


def write(tokenizer: Path, directory: Path) -> None:
    """The model's directory, 70 MB; its answers are noise, its tokens are the vocabulary's."""
    from safetensors.numpy import save_file  # type: ignore[import-not-found]

    directory.mkdir(parents=True, exist_ok=True)
    definition = json.loads(tokenizer.read_text("utf-8"))
    numbers = [
        *definition["model"]["vocab"].values(),
        *(token["id"] for token in definition["added_tokens"]),
    ]
    shutil.copy(tokenizer, directory / "tokenizer.json")
    for name, content in {
        "tokenizer_config.json": _tokenizer_config(),
        "config.json": _config(vocabulary=max(numbers) + 1),
        "generation_config.json": {"bos_token_id": 0, "eos_token_id": 1},
    }.items():
        (directory / name).write_text(json.dumps(content), encoding="utf-8")
    draw = np.random.default_rng(0)
    tensors = {
        name: np.ones(shape, np.float32)
        if len(shape) == 1
        else (0.02 * draw.standard_normal(shape)).astype(np.float32)
        for name, shape in _shapes(vocabulary=max(numbers) + 1).items()
    }
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})


def _tokenizer_config() -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BEGIN,
        "eos_token": END,
        "pad_token": END,
        "model_max_length": WINDOW,
        "clean_up_tokenization_spaces": False,
        "chat_template": TEMPLATE,
    }


def _config(*, vocabulary: int) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": vocabulary,
        "hidden_size": WIDTH,
        "intermediate_size": FORWARD,
        "num_hidden_layers": 1,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "head_dim": WIDTH // HEADS,
        "hidden_act": "silu",
        "max_position_embeddings": WINDOW,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10_000.0,
        "tie_word_embeddings": False,
        "dtype": "float32",
        "torch_dtype": "float32",
        "bos_token_id": 0,
        "eos_token_id": 1,
    }


def _shapes(*, vocabulary: int) -> dict[str, tuple[int, ...]]:
    layer = "model.layers.0"
    return {
        "model.embed_tokens.weight": (vocabulary, WIDTH),
        "lm_head.weight": (vocabulary, WIDTH),
        "model.norm.weight": (WIDTH,),
        f"{layer}.input_layernorm.weight": (WIDTH,),
        f"{layer}.post_attention_layernorm.weight": (WIDTH,),
        **{f"{layer}.self_attn.{name}_proj.weight": (WIDTH, WIDTH) for name in "qkvo"},
        f"{layer}.mlp.gate_proj.weight": (FORWARD, WIDTH),
        f"{layer}.mlp.up_proj.weight": (FORWARD, WIDTH),
        f"{layer}.mlp.down_proj.weight": (WIDTH, FORWARD),
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
