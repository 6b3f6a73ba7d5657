"""A matplotlib figure that knows what it shows: it writes itself and displays itself."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from matplotlib.figure import Figure

from niah.errors import ConfigurationError
from niah.escape import html_text
from niah.figures.styles import FORMATS
from niah.figures.text import Provenance, one_of
from niah.figures.write import own_settings, write_figure

SCREEN_DPI = 96
"""Of a notebook's page; the picture is sent with up to twice as many dots."""


class Picture(Figure):
    """A figure of niah's.

    Attributes:
        heading: Its title.
        alt_text: What it shows in sentences, for readers who cannot see it.
        provenance: Where it comes from; None = nobody said.
    """

    heading: str = ""
    alt_text: str = ""
    provenance: Provenance | None = None

    def write(self, path: Path | str) -> Path:
        """Write a PNG, SVG or PDF with its origin inside and its alternative text beside it.

        Args:
            path: The file; its suffix says which format.

        Raises:
            ConfigurationError: if the suffix is another one, or the file cannot be written.
        """
        path = Path(path)
        name = path.suffix.lstrip(".").lower()
        if name not in FORMATS:
            raise ConfigurationError(f"{path}: name a .{', .'.join(FORMATS)} file")
        with own_settings():
            (written,) = write_figure(
                self,
                path.with_suffix(""),
                formats=(one_of("format", name, FORMATS),),
                dpi=round(self.dpi),
                title=self.heading,
                description=self.alt_text,
                provenance=self.provenance
                or Provenance(run="", experiment_sha256="", niah_version=""),
            )
        return written

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """The picture for a notebook, with the width that it has on the page."""
        return self._png(), {"width": round(SCREEN_DPI * self.get_figwidth())}

    def _repr_html_(self) -> str:
        """The picture for a notebook, with its alternative text."""
        data = base64.b64encode(self._png()).decode("ascii")
        return (
            f'<img src="data:image/png;base64,{data}" alt="{html_text(self.alt_text)}" '
            f'width="{round(SCREEN_DPI * self.get_figwidth())}">'
        )

    def _png(self) -> bytes:
        stream = io.BytesIO()
        with own_settings():
            self.savefig(stream, format="png", dpi=min(self.dpi, 2 * SCREEN_DPI), metadata={})
        return stream.getvalue()
