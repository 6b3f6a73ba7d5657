"""niah plot: every figure that niah can draw, from the command line."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from niah.cli.serving import reference_transports
from niah.experiment import load_experiment
from niah.figures.provenance import read_provenance
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.run import run_experiment
from niah.store.database import open_store
from tests.command import Niah, Outcome
from tests.test_import import PUBLISHED, published

EXPERIMENT = """
name = "readers"
models = ["reference/exact", "reference/lost-in-the-middle"]
seed = 7
[grid]
context_lengths = [400, 1600]
depth_percents = [0, 50, 100]
trials = 2
"""
Plot = Callable[..., Outcome]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has one run of two readers."""
    directory = tmp_path_factory.mktemp("measured")
    (directory / "readers.toml").write_text(EXPERIMENT, encoding="utf-8")
    with open_store(directory / "niah.db") as store:
        run_experiment(
            prepare(load_experiment(directory / "readers.toml")),
            store,
            keys=Keys({}),
            transports=reference_transports(),
        )
    return directory / "niah.db"


@pytest.fixture
def plot(niah: Niah, measured: Path, monkeypatch: pytest.MonkeyPatch) -> Plot:
    """``niah plot latest`` on that store, in an empty directory."""
    monkeypatch.setenv("NIAH_DB", str(measured))
    return lambda *arguments: niah("plot", "latest", *arguments)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Accuracy of 2 sweeps on one scale"),
        (("--kind", "panels", "--pooled"), "Pooled accuracy"),
        (("--kind", "length", "--effective", "0.9"), "Accuracy over context length"),
        (("--kind", "depth", "--language", "de"), "Trefferquote nach Tiefe"),
        (
            (
                "--kind",
                "difference",
            ),
            "reference/lost-in-the-middle minus reference/exact",
        ),
        (
            (
                "--kind",
                "cost",
            ),
            "Accuracy against cost",
        ),
        (
            (
                "--kind",
                "trend",
            ),
            "Accuracy over time",
        ),
        (("-m", "reference/exact", "--margins", "--effective", "ruler"), "Heatmap of the"),
        (("-m", "reference/exact", "--uncertainty", "fade"), "Heatmap of the"),
        (("-m", "reference/exact", "--pooled", "--uncertainty", "hatch"), "pooled accuracy"),
    ],
)
def test_every_kind_is_drawn_and_described(
    plot: Plot, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """One SVG with its alternative text beside it and its origin inside; simulated is said."""
    done = plot("--out", "figure.svg", "--json", *arguments)
    assert done.code == 0, done.err
    assert done.json["figures"] == ["figure.svg"]
    (description,) = done.json["descriptions"]
    assert said in description
    simulated = "Referenzleser" if "de" in arguments else "Reference reader"
    assert simulated in description
    assert (tmp_path / "figure.alt.txt").read_text(encoding="utf-8") == description + "\n"
    assert read_provenance(tmp_path / "figure.svg")["run"].startswith("readers-")


def test_heatmaps_of_several_sweeps_are_files_of_their_own(plot: Plot, tmp_path: Path) -> None:
    """--kind heatmap writes one figure a sweep, in every format, into the directory of plots."""
    done = plot("--kind", "heatmap", "--json")
    assert done.code == 0, done.err
    names = [Path(name).name.partition("-reference-")[2] for name in done.json["figures"]]
    assert names == [
        f"{reader}.{suffix}"
        for reader in ("exact", "lost-in-the-middle")
        for suffix in ("png", "svg", "pdf")
    ]
    assert len(list((tmp_path / "plots").glob("*.alt.txt"))) == 2


def test_heatmaps_of_one_model_and_several_tasks_are_not_the_same_file(
    niah: Niah, tmp_path: Path
) -> None:
    """Sweeps of one run that differ by their task only keep apart by name."""
    (tmp_path / "rows.csv").write_text(
        "model,task,context_length,depth_percent,score\na/b,one,1000,0,1\na/b,two,1000,0,0\n",
        encoding="utf-8",
    )
    assert niah("import", "rows.csv").code == 0
    done = niah("plot", "latest", "--kind", "heatmap", "--json")
    assert done.code == 0, done.err
    assert len(set(done.json["figures"])) == 6
    assert done.json["figures"][0].endswith("-one.png")


def test_imported_sweeps_are_named_among_measured_ones(plot: Plot, niah: Niah) -> None:
    """A table and curves of both say which rows and curves come from elsewhere."""
    Path("rows.csv").write_text(
        "context_length,depth_percent,score\n400,0,1\n1600,0,0\n", encoding="utf-8"
    )
    reader = plot("--kind", "length", "--out", "alone.svg")
    assert reader.code == 0
    run = niah("runs", "--json").json["runs"][0]["run"]
    imported = niah("import", "rows.csv", "-m", "a/b", "--db", "other.db", "--json")
    assert imported.code == 0
    niah("export", run, "--out", "readers.jsonl")
    assert niah("import", "readers.jsonl", "--db", "other.db").code == 0
    both = (imported.json["run"], "latest", "--db", "other.db")
    assert niah("plot", *both, "--out", "table.csv").code == 0
    rows = csv.DictReader(Path("table.csv").read_text(encoding="utf-8").splitlines())
    assert [row["source"] for row in rows] == ["imported", "simulated", "simulated"]
    assert niah("plot", *both, "--out", "table.md").code == 0
    said = Path("table.md").read_text(encoding="utf-8")
    assert "scores as given (a/b)" in said


@pytest.mark.parametrize("suffix", ["md", "tex", "csv"])
def test_a_table_is_asked_for_by_its_suffix(plot: Plot, tmp_path: Path, suffix: str) -> None:
    """.md, .tex and .csv mean a table; published rows stand beside ours where asked."""
    done = plot("--out", f"table.{suffix}", "--published", "nolima")
    assert done.code == 0, done.err
    text = (tmp_path / f"table.{suffix}").read_text(encoding="utf-8")
    assert "exact" in text
    assert "GPT" in text
    if suffix == "csv":
        assert len(list(csv.DictReader(text.splitlines()))) == 8


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--kind", "pie"), "use heatmap, panels, length, depth, difference, cost, trend, table"),
        (("--kind", "heatmap", "--out", "a.png"), "is one file, but these are 2 heatmaps"),
        (("--out", "a.jpg"), "name a figure .png, .svg, .pdf"),
        (("--kind", "table", "--out", "a.png"), "name a table .md, .tex, .csv"),
        (("--kind", "length", "--out", "a.md"), "name a figure"),
        (("-m", "openai/none"), "not in these runs; they have"),
        (("--kind", "difference", "-m", "reference/exact"), "that of two sweeps, not of 1"),
        (("--kind", "difference", "--pooled"), "leave out --pooled"),
        (("--effective", "often"), "'often' is not a rule of effective length"),
        (("--effective", "1.5"), "not a rule of effective length"),
        (("--language", "fr"), "no language 'fr'; use en, de"),
        (("--style", "neon"), "--style neon: use accessible or classic"),
        (("--preset", "poster"), "--preset poster: use two-columns"),
        (("--scale", "log"), "no scale 'log'"),
        (("--uncertainty", "blur"), "no uncertainty 'blur'; use none, fade, hatch"),
        (("--values", "maybe"), "no values 'maybe'"),
        (("--kind", "table", "--published", "gospel"), "no published table 'gospel'"),
    ],
)
def test_wrong_choices_give_one_sentence(
    plot: Plot, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    """Exit code 2, what would be right, and no figure."""
    refused = plot(*arguments)
    assert refused.code == 2
    assert sentence in refused.err
    assert refused.err.count("\n") == 1
    assert not list(tmp_path.rglob("*.png"))


def test_a_title_of_ones_own_is_inert(plot: Plot, tmp_path: Path) -> None:
    """--title replaces the usual one, with nothing in it that acts."""
    assert plot("--out", "a.svg", "--title", "My </svg><script>x()</script> \x1b[31m").code == 0
    content = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<script>" not in content
    assert "\x1b" not in content


def test_show_reads_back_where_each_format_comes_from(plot: Plot, niah: Niah) -> None:
    """niah show figure.png, .svg and .pdf print run, experiment hash and version."""
    assert plot("-m", "reference/exact").code == 0
    run = niah("runs", "--json").json["runs"][0]
    for suffix in ("png", "svg", "pdf"):
        (figure,) = Path("plots").glob(f"*.{suffix}")
        shown = niah("show", figure, "--json")
        assert shown.code == 0, shown.err
        assert shown.json["run"] == run["run"]
        assert shown.json["experiment_sha256"] == run["experiment_sha256"]
        assert shown.json["niah_version"]


def test_the_same_run_gives_the_same_bytes(plot: Plot) -> None:
    """Drawn twice, each format of a figure is the same file."""
    for name in ("one", "two"):
        Path(name).mkdir()
        assert plot("--plots", name).code == 0
    for first in Path("one").iterdir():
        assert first.read_bytes() == (Path("two") / first.name).read_bytes()


def test_an_adaptive_run_shows_its_pooled_map_unless_told_otherwise(
    niah: Niah, tmp_path: Path
) -> None:
    """Raw cells of an adaptive run are uneven, so its figures are pooled and say so."""
    (tmp_path / "adaptive.toml").write_text(
        EXPERIMENT.replace('"reference/exact", ', "") + '[sampling]\nmode = "adaptive"\n',
        encoding="utf-8",
    )
    assert niah("run", "adaptive.toml", "-q").code == 0
    for arguments, said in (((), "pooled accuracy"), (("--raw",), "retrieval accuracy")):
        done = niah("plot", "latest", "--out", "map.svg", "--json", *arguments)
        assert said in done.json["descriptions"][0]


@published
def test_the_gallery_is_what_import_and_plot_give(niah: Niah, tmp_path: Path) -> None:
    """GPT-4's published rows, imported and plotted, are described as in the gallery."""
    imported = niah(
        "import",
        PUBLISHED / "OpenAI_OriginalResults.json",
        *("-m", "openai/gpt-4-1106-preview", "--pass-mark", "7", "--task", "single/san-francisco"),
    )
    assert imported.code == 0, imported.err
    done = niah(
        *("plot", "latest", "--out", "gpt-4.png", "--preset", "readme"),
        *("--margins", "--claimed", "--effective", "ruler"),
    )
    assert done.code == 0, done.err
    gallery = Path(__file__).parents[1] / "plots" / "gallery" / "gpt-4.alt.txt"
    assert (tmp_path / "gpt-4.alt.txt").read_text("utf-8") == gallery.read_text("utf-8")


@pytest.mark.parametrize(
    "name",
    ["../../outside", "/abs", ".hidden", "a" * 400, "line\nfeed", "..", "\u202ereversed", "nul"],
)
@pytest.mark.parametrize("command", ["plot", "compare"])
def test_a_store_from_elsewhere_names_no_file_outside_the_figures_folder(
    command: str, name: str, niah: Niah, measured: Path, tmp_path: Path
) -> None:
    """Whatever a run is called, its figures are plain files in the folder that was named."""
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    store = folder / "niah.db"
    shutil.copy(measured, store)
    with closing(sqlite3.connect(store)) as opened, opened:
        opened.execute("UPDATE runs SET run = ?", (name,))
    figures = folder / "figures"
    before = set(tmp_path.rglob("*"))
    outcome = niah(command, "latest", "--db", str(store), "--plots", str(figures))
    written = [path for path in set(tmp_path.rglob("*")) - before if path.is_file()]
    assert outcome.code == 0
    drawn = [path for path in written if not path.name.startswith("niah.db")]
    assert drawn
    assert all(path.parent == figures and not path.name.startswith(".") for path in drawn)
    assert all(len(path.name) < 200 and path.name.isascii() for path in drawn)
    assert not any(path.name.startswith("nul.") for path in drawn)
