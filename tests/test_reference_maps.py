"""A reader with a map of the user's, which may change from night to night."""

from __future__ import annotations

from pathlib import Path

import pytest

from niah.errors import ConfigurationError, ModelError
from niah.reference.maps import KnownMap, read_map
from niah.reference.readers import Tonight, answer, recall_map
from tests.command import Niah

MAP = "depth,1000,2000\n0,1,0.5\n50,0.25,0\n"


def test_a_map_is_read_and_gives_the_nearest_cell(tmp_path: Path) -> None:
    """Recall between the cells is that of the nearest depth and length."""
    path = tmp_path / "map.csv"
    path.write_text(MAP)
    known = read_map(path)
    assert known == KnownMap(
        depth_percents=(0, 50), context_lengths=(1000, 2000), recall=((1, 0.5), (0.25, 0))
    )
    assert [known(0, 900), known(24, 1400), known(26, 1600), known(100, 9000)] == [1, 1, 0, 0]
    assert recall_map("map@drop=0.5", Tonight(known_map=known))(0, 1000) == 0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "lines with a depth"),
        ("depth,1000\n0,x\n", "line 2 has a field that is not a number"),
        ("depth,1000\n0,nan\n", "not a number"),
        ("depth,1000\n0,1.5\n", "outside 0 to 1"),
        ("depth,1000,2000\n0,1\n", "line 2 has 2 fields"),
        ("depth,2000,1000\n0,1,1\n", "lengths must ascend"),
        ("depth,1000\n50,1\n0,1\n", "depths"),
        ("depth,1000\n200,1\n", "percents"),
    ],
)
def test_a_bad_map_is_refused_in_one_sentence(tmp_path: Path, text: str, expected: str) -> None:
    """The message names the file and what is wrong."""
    path = tmp_path / "map.csv"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=expected) as refused:
        read_map(path)
    assert str(path) in str(refused.value)


def test_the_same_name_reads_by_tonights_map_and_draw(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One experiment, two nights: its hash stays, its answers follow the map and the draw."""
    (tmp_path / "e.toml").write_text(
        'name = "e"\nmodels = ["reference/map"]\n'
        "[grid]\ncontext_lengths = [300, 500]\ndepth_percents = [0, 100]\ntrials = 6\n"
    )
    assert "NIAH_REFERENCE_MAP" in niah("run", "e.toml", "--json").err
    results = []
    for share, draw in ((1, 0), (0, 0), (0.5, 1), (0.5, 2)):
        (tmp_path / "map.csv").write_text(f"depth,300\n0,{share}\n")
        monkeypatch.setenv("NIAH_REFERENCE_MAP", "map.csv")
        monkeypatch.setenv("NIAH_REFERENCE_DRAW", str(draw))
        done = niah("run", "e.toml", "--new", "--json")
        assert done.code == 0, done.err
        assert done.json["simulated"]
        shown = niah("show", "latest", "--length", "300", "--json").json["trials"]
        results.append((done.json["accuracy"], [trial["score"] for trial in shown]))
    assert [results[0][0], results[1][0]] == [1, 0]
    assert results[2][1] != results[3][1]
    hashes = {run["experiment_sha256"] for run in niah("runs", "--json").json["runs"]}
    assert len(hashes) == 1
    monkeypatch.setenv("NIAH_REFERENCE_DRAW", "x")
    assert "NIAH_REFERENCE_DRAW" in niah("run", "e.toml").err


def test_stable_prompts_are_answered_alike_whatever_the_draw() -> None:
    """With stable=1 no draw changes an answer, with 0.5 some do, and the drop still lowers it."""

    def noticed(reader: str, draw: int) -> list[bool]:
        prompts = [
            f"The harbour has {n} boats. The magic number of the harbour is {n}.\n\n"
            "What is the magic number of the harbour?"
            for n in range(120)
        ]
        return [
            "magic"
            in answer(
                reader,
                [{"role": "user", "content": prompt}],
                count_tokens=lambda text: len(text.split()),
                tonight=Tonight(draw=draw),
            )
            for prompt in prompts
        ]

    assert noticed("flat-50@stable=1", 1) == noticed("flat-50@stable=1", 2)
    one, other = noticed("flat-50@stable=0.5", 1), noticed("flat-50@stable=0.5", 2)
    assert 10 <= sum(a != b for a, b in zip(one, other, strict=True)) <= 50
    lower = noticed("flat-50@stable=1@drop=0.2", 1)
    assert sum(lower) < sum(noticed("flat-50@stable=1", 1))
    with pytest.raises(ModelError, match="stable=0.8"):
        noticed("flat-50@stable=2", 1)
