"""How fast haystacks are made and read from the cache, beside the SHA-256 of the same bytes."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from niah import haystacks
from niah.haystacks import gazetteer


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The fastest of a few rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def row(language: str, longest_context: int, cache_dir: Path) -> str:
    """One language and tier: generated, cached, and over a bare hash."""
    size = haystacks.tier(longest_context)
    load = partial(
        haystacks.load,
        "gazetteer",
        language=language,
        longest_context=longest_context,
        cache_dir=cache_dir,
    )
    content = load().text.encode()
    made = seconds(partial(gazetteer.generate, language, size))
    cached = seconds(load)
    hashed = seconds(lambda: hashlib.sha256(content).hexdigest())
    rate = len(content) / made / 1e6
    return (
        f"{gazetteer.version(language):<16}{size >> 20:>5}{made:>12.3f}{rate:>8.1f}"
        f"{cached:>10.4f}{cached / hashed:>14.1f}"
    )


def main() -> None:
    """Print the table."""
    print(
        f"{'text':<16}{'MiB':>5}{'generate s':>12}{'MB/s':>8}{'cached s':>10}{'over SHA-256':>14}"
    )
    with tempfile.TemporaryDirectory() as name:
        for language in gazetteer.LANGUAGES:
            for longest_context in (32_000, 128_000, 1_000_000):
                print(row(language, longest_context, Path(name)))


if __name__ == "__main__":
    main()
