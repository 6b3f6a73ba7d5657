"""The HTML report: one file that loads nothing, runs only its own script, and prints."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import resources

from niah.report import Report
from niah.report.cards import RESULTS
from niah.report.maps import ramp_css
from niah.report.markup import Html, element
from niah.report.payload import all_cards, packed
from niah.report.sections import (
    controls_section,
    experiment_section,
    maps_section,
    margins_section,
    method_section,
    nolima_section,
    pairs_section,
    positions_section,
    summary_section,
)
from niah.report.sentences import imported_mark, scored_marks, verdicts
from niah.report.trials import trials_section
from niah.report.words import DASH, WORDS, word

SCRIPT_WORDS = (
    "found-trials",
    "no-trials",
    "loading",
    "trials-broken",
    "back",
    "any",
)


def page(report: Report) -> str:
    """The whole page; the same report gives the same bytes."""
    style = _asset("page.css") + "\n" + ramp_css()
    script = _asset("page.js")
    cards = list(all_cards(report))
    sections = [
        ("summary", summary_section(report)),
        ("maps", maps_section(report)),
        ("trials", trials_section(report, cards, packed(report, cards))),
        ("margins", margins_section(report)),
        ("positions", positions_section(report)),
        ("controls", controls_section(report)),
        ("nolima", nolima_section(report)),
        ("pairs", pairs_section(report) if report.pairs or report.refusals else None),
        ("experiment", experiment_section(report)),
        ("method", method_section(report)),
    ]
    present = [(name, section) for name, section in sections if section is not None]
    body = element(
        "body",
        element("a", word(report.language, "skip"), href="#main", class_="skip"),
        _header(report, [name for name, _ in present]),
        element("main", *(section for _, section in present), id="main", tabindex="-1"),
        element(
            "footer",
            element("p", word(report.language, "footer", version=report.niah_version)),
        ),
        element("div", id="tip", role="presentation", hidden=True),
        _settings(report),
        element("script", Html(script)),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="generator", content=f"niah {report.niah_version}"),
        element("title", f"{report.title} {DASH} {word(report.language, 'kicker')}"),
        element("style", Html(style)),
    )
    return "<!doctype html>\n" + element("html", head, body, lang=report.language).source + "\n"


@cache
def _asset(name: str) -> str:
    return resources.files("niah.report").joinpath(name).read_text(encoding="utf-8").strip()


def _policy(style: str, script: str) -> str:
    """Nothing is loaded or sent; only this very style and this very script apply."""
    hashes = {
        kind: base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        for kind, source in (("style", style), ("script", script))
    }
    return (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; "
        f"script-src 'sha256-{hashes['script']}'; base-uri 'none'; form-action 'none'"
    )


def _settings(report: Report) -> Html:
    """What the script needs besides the trials: words, names and axes."""
    values = {
        "words": {key: WORDS[report.language][key] for key in SCRIPT_WORDS},
        "results": list(RESULTS),
        "sweeps": [
            {
                "label": sweep.label,
                "lengths": [str(v) for v in sweep.map.context_lengths],
                "depths": [f"{v:g}" for v in sweep.map.depth_percents],
            }
            for sweep in report.sweeps
        ],
        "language": report.language,
    }
    content = json.dumps(values, ensure_ascii=True)
    for character in "<>&":
        content = content.replace(character, f"\\u{ord(character):04x}")
    return element("script", Html(content), type="application/json", id="settings")


def _header(report: Report, sections: list[str]) -> Html:
    language = report.language
    links = (
        element("li", element("a", word(language, name), href=f"#{name}")) for name in sections
    )
    return element(
        "header",
        element("p", word(language, "kicker"), class_="kicker"),
        element("h1", report.title),
        element("p", *(element("span", said) for said in verdicts(report)), class_="lede"),
        element("p", report.warning, class_="simulated") if report.warning else None,
        *(
            element("p", f"{sweep.label}: {imported_mark(sweep, language)}", class_="simulated")
            for sweep in report.sweeps
            if sweep.source
        ),
        *(element("p", told, class_="simulated") for told in scored_marks(report, language)),
        element("nav", element("ul", *links), aria_label=word(language, "contents")),
    )
