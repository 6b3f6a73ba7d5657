"""Figures as files: same bytes, inert text, readable origin, one sentence when it fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from niah.errors import ConfigurationError
from niah.figures.cells import edges, length_place
from niah.figures.describe import alt_text
from niah.figures.draw import draw_heatmap
from niah.figures.drawing import write
from niah.figures.heatmap import heatmap_data
from niah.figures.pages import broken, drawable, text_width
from niah.figures.provenance import read_provenance
from niah.figures.states import UNCERTAINTIES
from niah.figures.styles import FORMATS, PRESETS, STYLES, THEMES, PresetName
from niah.figures.text import Facts, Provenance
from niah.figures.write import own_settings
from niah.statistics.effective import effective_length, threshold_rule
from niah.statistics.pooled import pool_grid
from tests.test_figures_data import FACTS, data_of, every_state, make_grid, make_summary

PROVENANCE = Provenance(run="20250601-demo", experiment_sha256="ab" * 32, niah_version="1.2.3")
HOSTILE = (
    "$\\frac{1}{0}$ </svg><script>alert(1)</script> \x1b[31mred\x1b[0m \u202egnirts (a\\b) "
    "\\input{x} %PDF =1+1 漢字 \U0001f600 \x00"
)

DRAW = """
import sys
from pathlib import Path
from niah.figures.drawing import write
from tests.test_figures_data import data_of, every_state
from tests.test_figures_files import PROVENANCE
write(data_of(every_state()), Path(sys.argv[1]) / "map", provenance=PROVENANCE)
"""


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    """The same data gives the same files, in any process and under any user's matplotlibrc."""
    write(data_of(every_state()), tmp_path / "one" / "map", provenance=PROVENANCE)
    settings = tmp_path / "matplotlibrc"
    settings.write_text("font.size: 31\naxes.facecolor: red\nsavefig.bbox: tight\n")
    subprocess.run(
        [sys.executable, "-c", DRAW, str(tmp_path / "two")],
        check=True,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "MATPLOTLIBRC": str(settings), "PYTHONHASHSEED": "5"},
    )
    for suffix in (*FORMATS, "alt.txt"):
        one, two = (tmp_path / name / f"map.{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes(), suffix


@pytest.mark.parametrize("run", ["20250601-demo", "a, b", "odd; (run) = ü\\ \x1b[0m <&>"])
def test_every_format_tells_where_it_comes_from(tmp_path: Path, run: str) -> None:
    """Run, experiment and version come back from each format, made inert."""
    provenance = Provenance(run=run, experiment_sha256="ab" * 32, niah_version="1.2.3")
    paths = write(data_of(every_state()), tmp_path / "map", provenance=provenance)
    assert [path.name for path in paths] == ["map.png", "map.svg", "map.pdf"]
    for path in paths:
        assert read_provenance(path) == {
            "run": run.replace("\x1b", "\\u001b"),
            "experiment_sha256": "ab" * 32,
            "niah_version": "1.2.3",
        }


def test_the_alternative_text_stands_beside_the_figure_and_in_it(tmp_path: Path) -> None:
    """``<stem>.alt.txt`` and the SVG's metadata hold the same description."""
    data = data_of(every_state())
    (path,) = write(data, tmp_path / "map", formats=("svg",), provenance=PROVENANCE)
    assert (tmp_path / "map.alt.txt").read_text(encoding="utf-8") == alt_text(data) + "\n"
    described = ElementTree.parse(path).find(".//{http://purl.org/dc/elements/1.1/}description")
    assert described is not None
    assert described.text == alt_text(data)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("text.png", b"hello", "not a PNG, SVG or PDF"),
        ("empty.svg", b"", "not a PNG, SVG or PDF"),
        ("bare.png", b"\x89PNG\r\n\x1a\n", "does not say"),
        ("cut.png", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXtKeywords\0niah:run=x", "does not say"),
        ("other.pdf", b"%PDF-1.4\n/Keywords (niah:colour=red)", "does not say"),
        ("huge.svg", b"<svg>" + b"<a/>" * (16 << 18), "larger than 16 MiB"),
        ("bare.pdf", b"%PDF-1.4\n", "does not say"),
        ("open.svg", b"<svg><metadata>niah:run=x", "does not say"),
        (
            "bomb.svg",
            b'<!DOCTYPE s [<!ENTITY a "niah:run=x"><!ENTITY b "&a;&a;">]>'
            b"<svg><metadata>&b;</metadata></svg>",
            "does not say",
        ),
    ],
)
def test_other_files_give_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    """Files of unknown origin are refused in one sentence, whatever they hold."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=sentence):
        read_provenance(tmp_path / name)


def test_a_missing_file_gives_one_sentence(tmp_path: Path) -> None:
    """A path that cannot be read is named."""
    with pytest.raises(ConfigurationError, match=r"none\.png cannot be read"):
        read_provenance(tmp_path / "none.png")


def test_hostile_text_is_inert(tmp_path: Path) -> None:
    """Markup, formulas, controls and missing glyphs in names neither act nor warn."""
    grid = make_grid([[1.0, 0.5]], model=HOSTILE, task=HOSTILE)
    data = heatmap_data(grid, None, Facts(haystack=HOSTILE, run=HOSTILE, source=HOSTILE))
    write(data, tmp_path / "map", provenance=PROVENANCE)
    svg = (tmp_path / "map.svg").read_text(encoding="utf-8")
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    assert "script" not in tags
    for text in (svg, alt_text(data), *data.caption, data.title):
        assert not re.search("[\x00-\x08\x1b\u202e]", text)


def test_missing_glyphs_are_shown_as_boxes() -> None:
    """A character that the embedded font lacks is replaced, one box each."""
    assert drawable("GPT 漢字") == "GPT □□"
    assert drawable("Länge → ≥ ✓") == "Länge → ≥ ✓"


@pytest.mark.parametrize("margins", [False, True])
@pytest.mark.parametrize("preset", PRESETS)
def test_no_text_leaves_the_page_or_meets_another(preset: PresetName, margins: bool) -> None:
    """In every size, text stays on the page and apart from other text."""
    grid = make_grid([[1.0, 2 / 3, float("nan")] * 5] * 15, model="provider/" + "long-name-" * 12)
    marked = heatmap_data(
        every_state(),
        None,
        FACTS,
        pooled=pool_grid(every_state()),
        effective=effective_length(make_summary(every_state()).by_length, threshold_rule(0.5)),
        claimed_tokens=64_000,
        uncertainty="hatch",
        language="de",
    )
    for data in (data_of(every_state(), language="de"), data_of(grid, scale="true"), marked):
        with own_settings():
            figure = draw_heatmap(
                data, style="classic", preset=PRESETS[preset], theme="dark", margins=margins
            )
            renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
            boxes = [text.get_window_extent(renderer) for text in figure.texts]
        for index, (box, text) in enumerate(zip(boxes, figure.texts, strict=True)):
            assert 0 <= box.x0 <= box.x1 <= figure.bbox.width, text
            assert 0 <= box.y0 <= box.y1 <= figure.bbox.height, text
            for other, words in zip(boxes[:index], figure.texts, strict=False):
                width = min(box.x1, other.x1) - max(box.x0, other.x0)
                height = min(box.y1, other.y1) - max(box.y0, other.y0)
                assert width <= 0 or height <= 0.1 * min(box.height, other.height), (text, words)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_look_draws(tmp_path: Path, style: str, theme: str) -> None:
    """Each style on each theme gives its own picture."""
    data = data_of(every_state())
    usual = write(data, tmp_path / "one", formats=("png",), provenance=PROVENANCE)
    (path,) = write(
        data, tmp_path / "two", formats=("png",), style=style, theme=theme, provenance=PROVENANCE
    )
    same = path.read_bytes() == usual[0].read_bytes()
    assert same == ((style, theme) == ("accessible", "light"))


@pytest.mark.parametrize(("preset", "dots_per_inch"), [("one-column", 300), ("two-columns", 300)])
def test_a_png_has_the_resolution_of_print(
    tmp_path: Path, preset: PresetName, dots_per_inch: int
) -> None:
    """The presets for papers have 300 dots an inch at their printed width, and the file says so."""
    data = data_of(every_state())
    (path,) = write(data, tmp_path / "map", formats=("png",), preset=preset, provenance=PROVENANCE)
    content = path.read_bytes()
    width = int.from_bytes(content[16:20], "big")
    at = content.index(b"pHYs")
    per_metre = int.from_bytes(content[at + 4 : at + 8], "big")
    assert width == round(PRESETS[preset].width * dots_per_inch)
    assert round(per_metre * 0.0254) == dots_per_inch


def test_uncertainty_changes_colours_only_where_asked_for(tmp_path: Path) -> None:
    """Fading and hatching each give another picture than none, with the same numbers."""
    pictures = {}
    for uncertainty in UNCERTAINTIES:
        data = data_of(every_state(), uncertainty=uncertainty)
        assert data.accuracy == data_of(every_state()).accuracy
        (path,) = write(data, tmp_path / uncertainty, formats=("svg",), provenance=PROVENANCE)
        pictures[uncertainty] = path.read_bytes()
    assert len(set(pictures.values())) == 3


def test_margins_are_drawn_where_they_are_known(tmp_path: Path) -> None:
    """Strips change a map that has them and leave one without a summary as it is."""
    without = heatmap_data(every_state(), None, FACTS)
    for data, differs in ((data_of(every_state()), True), (without, False)):
        plain, strips = (
            write(data, tmp_path / str(m), formats=("svg",), margins=m, provenance=PROVENANCE)[
                0
            ].read_bytes()
            for m in (False, True)
        )
        assert (plain != strips) == differs


def test_lines_of_lengths_stand_where_the_lengths_do() -> None:
    """Between equal cells behind the last length that holds; on a true scale at the length."""
    grid = make_grid([[1.0, 1.0, 1.0]])
    even, true = (data_of(grid, scale=scale) for scale in ("categorical", "true"))
    columns = edges(even.context_lengths, 3.0, "categorical")
    places = [length_place(v, even, columns) for v in (0, 1000, 3999, 4000, 9000)]
    assert places == [0.0, 1.0, 2.0, 3.0, 3.0]
    columns = edges(true.context_lengths, 4.5, "true")
    assert columns == pytest.approx([0.0, 1.0, 2.5, 4.5])
    places = [length_place(v, true, columns) for v in (0, 1000, 2000, 4000, 9000)]
    assert places == pytest.approx([0.0, 0.5, 1.5, 3.5, 4.5])


def test_lines_break_between_words_first() -> None:
    """Lines keep to the width; a word too long for a line is cut, none is lost."""
    lines = broken("several short words and one-" + "very" * 40, 8, 1.5)
    assert all(text_width(line, 8) <= 1.5 for line in lines)
    assert lines[0].startswith("several short")
    assert "".join(lines).replace(" ", "").endswith("very" * 40)
    assert broken("provider/long-name-2024", 8, text_width("provider/long", 8)) == [
        "provider/",
        "long-name-",
        "2024",
    ]
    assert broken("bis 91,4 % von", 8, text_width("bis 91,4", 8)) == ["bis", "91,4\u00a0%", "von"]


def test_fonts_are_embedded(tmp_path: Path) -> None:
    """The PDF embeds TrueType outlines and the SVG carries glyphs as paths."""
    write(data_of(every_state()), tmp_path / "map", provenance=PROVENANCE)
    pdf = (tmp_path / "map.pdf").read_bytes()
    assert b"/FontFile2" in pdf
    assert b"/Subtype /Type3" not in pdf
    streams = [
        zlib.decompress(m[1])
        for m in re.finditer(rb"stream\r?\n(\x78.*?)\r?\nendstream", pdf, re.DOTALL)
    ]
    fonts = [s for s in streams if b"glyf" in s[:300]]
    assert len(fonts) >= 2
    for font in fonts:
        tables = {font[at : at + 4] for at in range(12, 12 + 16 * font[5], 16)}
        assert {b"glyf", b"loca", b"head", b"hmtx", b"maxp"} <= tables
        assert not tables & {b"GSUB", b"GPOS"}
    svg = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert "<text" not in svg


def test_an_unwritable_directory_gives_one_sentence(tmp_path: Path) -> None:
    """A place that cannot be written is named; no draft is left behind."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be written") as caught:
        write(data_of(every_state()), tmp_path / "file" / "map", provenance=PROVENANCE)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "choice", [{"style": "neon"}, {"preset": "poster"}, {"theme": "sepia"}, {"formats": ("bmp",)}]
)
def test_unknown_looks_are_named(tmp_path: Path, choice: dict[str, Any]) -> None:
    """An unknown style, preset, theme or format is refused before anything is written."""
    with pytest.raises(ConfigurationError, match="; use "):
        write(data_of(every_state()), tmp_path / "map", provenance=PROVENANCE, **choice)
    assert not list(tmp_path.iterdir())


def test_a_sweep_of_one_cell_and_one_of_none_scored_can_be_drawn(tmp_path: Path) -> None:
    """The smallest grids, and one without any scored trial, draw in both scales."""
    for accuracy in ([[1.0]], [[float("nan")]]):
        grid = make_grid(accuracy)
        for scale in ("categorical", "true"):
            data = heatmap_data(grid, None, FACTS, scale=scale)
            assert write(
                data, tmp_path / "map", formats=("svg",), margins=True, provenance=PROVENANCE
            )
