"""Write a llama of random weights around a vocabulary: ``tiny_gguf.py TOKENIZER.json OUT.gguf``.

Runs under the Python that has ``gguf``, which niah does not need.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

WIDTH, HEADS, LAYERS, FORWARD = 32, 2, 1, 64
CONTROL, NORMAL = 3, 1
# Beside the contents: the beginning of the text, and the marks of user and assistant.
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<｜User｜>{{ message['content'] }}{% endfor %}"
    "<｜Assistant｜>"
)
TEMPLATE_TOKENS = 3


def write(tokenizer: Path, out: Path) -> None:
    """The model file, a few megabytes; its answers are noise, its tokens are DeepSeek's."""
    import gguf  # type: ignore[import-not-found]

    definition = json.loads(tokenizer.read_text("utf-8"))
    tokens = {number: text for text, number in definition["model"]["vocab"].items()}
    special = {entry["id"]: entry["content"] for entry in definition["added_tokens"]}
    tokens |= special
    size = max(tokens) + 1
    merges = definition["model"]["merges"]
    writer = gguf.GGUFWriter(str(out), "llama")
    writer.add_name("tiny")
    writer.add_context_length(131_072)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("deepseek-v3")
    writer.add_token_list([tokens.get(number, f"[unused {number}]") for number in range(size)])
    writer.add_token_types([CONTROL if number in special else NORMAL for number in range(size)])
    writer.add_token_merges(
        [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]
    )
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
    draw = np.random.default_rng(0)
    shapes = {
        "token_embd.weight": (size, WIDTH),
        "output_norm.weight": (WIDTH,),
        "blk.0.attn_norm.weight": (WIDTH,),
        "blk.0.ffn_norm.weight": (WIDTH,),
        "blk.0.attn_q.weight": (WIDTH, WIDTH),
        "blk.0.attn_k.weight": (WIDTH, WIDTH),
        "blk.0.attn_v.weight": (WIDTH, WIDTH),
        "blk.0.attn_output.weight": (WIDTH, WIDTH),
        "blk.0.ffn_gate.weight": (FORWARD, WIDTH),
        "blk.0.ffn_up.weight": (FORWARD, WIDTH),
        "blk.0.ffn_down.weight": (WIDTH, FORWARD),
    }
    for name, shape in shapes.items():
        writer.add_tensor(name, (0.02 * draw.standard_normal(shape)).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
