"""The HTML report: one file that loads nothing, runs only its own script, and prints."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import resources

from niah.figures.lengths import rule_words
from niah.report import Report, Source, Sweep
from niah.report.charts import margin_figure
from niah.report.maps import legend, pair_figure, ramp_css, sweep_figure
from niah.report.markup import Html, element, table, together
from niah.report.payload import all_cards, packed
from niah.report.sentences import bound, cost, findings, pair_sentences, span, verdicts
from niah.report.trials import trials_section
from niah.report.words import DASH, WORDS, share, whole, word

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
        ("summary", _summary(report)),
        ("maps", _maps(report)),
        ("trials", trials_section(report, cards, packed(report, cards))),
        ("margins", _margins(report)),
        ("pairs", _pairs(report) if report.pairs else None),
        ("experiment", _experiment(report)),
        ("method", _method(report)),
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
        "results": ["unscored", "wrong", "partial", "right"],
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
        element("nav", element("ul", *links), aria_label=word(language, "contents")),
    )


def _section(name: str, report: Report, *content: Html | None) -> Html:
    heading = element("h2", word(report.language, name), id=f"{name}-title")
    return element("section", heading, *content, id=name, aria_labelledby=f"{name}-title")


def _summary(report: Report) -> Html:
    several = len(report.sweeps) > 1
    return _section(
        "summary",
        report,
        element("div", *(_finding(report, sweep) for sweep in report.sweeps), class_="findings"),
        element("h3", word(report.language, "league")) if several else None,
        table(
            league_header(report),
            league_rows(report),
            caption=word(report.language, "league"),
        )
        if several
        else None,
    )


def league_header(report: Report) -> list[str]:
    """Titles of the table that has one row a sweep."""
    columns = ("model", "effective", "accuracy", "interval", "trials", "cost")
    return [word(report.language, f"column-{column}") for column in columns]


def league_rows(report: Report) -> list[list[str]]:
    """One row a sweep: effective length, accuracy, interval, scored of all trials, cost."""
    language = report.language
    rows = []
    for sweep in report.sweeps:
        accuracy = sweep.summary.accuracy
        found = sweep.effective[0] if sweep.effective else None
        rows.append(
            [
                sweep.label,
                bound(found, found.value, language) if found else DASH,
                share(language, accuracy.value) if accuracy.n else DASH,
                word(
                    language,
                    "from-to",
                    start=share(language, accuracy.lower),
                    end=share(language, accuracy.upper),
                )
                if accuracy.n
                else DASH,
                f"{whole(language, accuracy.n)} / {whole(language, sweep.summary.trials)}",
                cost(sweep.summary.cost_usd, language),
            ]
        )
    return rows


def _finding(report: Report, sweep: Sweep) -> Html:
    language = report.language
    accuracy = sweep.summary.accuracy
    figures = []
    for found in sweep.effective[:1]:
        interval = word(language, "interval", span=span(found, language))
        figures.append(
            _number(
                word(language, "effective-title"),
                word(language, "tokens", value=bound(found, found.value, language)),
                interval,
                rule_words(found.rule, language),
            )
        )
    if accuracy.n:
        interval = word(
            language,
            "interval-n",
            lower=share(language, accuracy.lower),
            upper=share(language, accuracy.upper),
            n=whole(language, accuracy.n),
        )
        figures.append(
            _number(word(language, "accuracy-title"), share(language, accuracy.value), interval)
        )
    else:
        nothing = word(language, "none-scored")
        figures.append(_number(word(language, "accuracy-title"), DASH, nothing))
    warned = sweep.map.warning
    said = findings(sweep, language, main_rule=False)
    return element(
        "article",
        element("h3", sweep.label),
        element("p", warned, class_="simulated") if warned else None,
        element("div", *figures, class_="figures"),
        element("ul", *(element("li", sentence) for sentence in said)),
    )


def _number(title: str, value: str, *small: str) -> Html:
    return element(
        "div",
        element("p", title, class_="what"),
        element("p", value, class_="value"),
        *(element("p", text, class_="small") for text in small),
    )


def _maps(report: Report) -> Html:
    language = report.language
    views = [
        element(
            "label",
            element(
                "input", type="radio", name="view", value=str(at), checked=at == 0, id=f"v-{name}"
            ),
            word(language, f"view-{name}"),
        )
        for at, name in enumerate(("value", "lower", "upper"))
    ]
    captions = (
        element("li", f"{sweep.label}: {'; '.join(sweep.map.caption)}.") for sweep in report.sweeps
    )
    marks = (
        element("li", f"{sweep.label}: {mark.words}.")
        for sweep in report.sweeps
        for mark in sweep.map.marks
    )
    return _section(
        "maps",
        report,
        element("p", word(language, "map-help"), class_="scripted"),
        element(
            "div",
            element(
                "fieldset", element("legend", word(language, "view")), *views, class_="scripted"
            ),
            element(
                "label",
                element("input", type="checkbox", id="show-values"),
                word(language, "show-values"),
            ),
            class_="controls",
        ),
        legend([sweep.map for sweep in report.sweeps], report, difference=False),
        element(
            "div", *(sweep_figure(report, n, s) for n, s in enumerate(report.sweeps)), class_="maps"
        ),
        element(
            "details",
            element("summary", word(language, "small-print")),
            element("ul", *marks, *captions, class_="captions"),
        ),
    )


def _margins(report: Report) -> Html:
    return _section(
        "margins",
        report,
        element(
            "div", margin_figure(report, "length"), margin_figure(report, "depth"), class_="charts"
        ),
    )


def _pairs(report: Report) -> Html:
    pieces = [legend([pair.map for pair in report.pairs], report, difference=True)]
    for number, pair in enumerate(report.pairs):
        names = {
            "first": report.sweeps[pair.first].label,
            "second": report.sweeps[pair.second].label,
        }
        pieces.append(
            element(
                "article",
                element("h3", word(report.language, "pair-title", **names)),
                element("ul", *(element("li", said) for said in pair_sentences(report, pair))),
                pair_figure(report, number, pair),
            )
        )
    return _section("pairs", report, together(pieces))


def _experiment(report: Report) -> Html:
    return _section("experiment", report, *(_source(report, source) for source in report.sources))


def _source(report: Report, source: Source) -> Html:
    language, run = report.language, source.run
    facts, ours = run_facts(report, source), run.source == "measured"
    again = element(
        "details",
        element("summary", word(language, "again")),
        element("p", word(language, "again-help")),
        element("pre", "\n".join(commands(source)), tabindex="0"),
    )
    return element(
        "article",
        element("h3", run.run),
        element("dl", *(element("div", element("dt", k), element("dd", v)) for k, v in facts)),
        element(
            "details",
            element("summary", word(language, "file" if ours else "imported-file")),
            element("pre", source.experiment, tabindex="0"),
        ),
        element(
            "details",
            element("summary", word(language, "versions")),
            element(
                "dl",
                *(
                    element("div", element("dt", name), element("dd", value))
                    for name, value in run.versions.items()
                ),
            ),
        ),
        again if ours else None,
    )


def run_facts(report: Report, source: Source) -> list[tuple[str, str]]:
    """What identifies a run, a name and a value each."""
    language, run = report.language, source.run
    if run.source != "measured":
        origin = word(language, "source-imported", value=run.source)
    else:
        origin = word(language, "source-simulated" if run.simulated else "source-measured")
    return [
        (word(language, "run"), run.run),
        (word(language, "status"), word(language, f"status-{run.status}")),
        (
            word(language, "measured"),
            word(language, "from-to", start=run.created_at, end=run.finished_at or "…"),
        ),
        (word(language, "source"), origin),
        (word(language, "hash"), run.experiment_sha256),
        *(
            (word(language, "counting", model=model), how)
            for model, how in source.calibrations.items()
        ),
    ]


def commands(source: Source) -> list[str]:
    """What a sceptic types to see the same."""
    return [
        "niah plan experiment.toml",
        "niah run experiment.toml",
        f"niah show {source.run.run} --length … --depth … --prompt",
        f"niah export {source.run.run} --format jsonl",
    ]


def _method(report: Report) -> Html:
    sentences = (element("li", word(report.language, f"method-{number}")) for number in range(1, 7))
    return _section("method", report, element("ul", *sentences, class_="method"))
