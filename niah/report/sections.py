"""The sections of the page, one function each."""

from __future__ import annotations

from collections.abc import Iterator

from niah.figures.lengths import rule_words
from niah.report import Report, Source, Sweep
from niah.report.beside import (
    control_header,
    control_rows,
    near_end_header,
    near_end_rows,
    nolima_header,
    nolima_rows,
    nolima_sentences,
    position_header,
    position_help,
    position_rows,
)
from niah.report.charts import margin_figure
from niah.report.contrasts import pair_sentences, refusal_sentence
from niah.report.maps import legend, pair_figure, sweep_figure
from niah.report.markup import Html, element, table, together
from niah.report.questions import question_header, question_rows, question_sentences
from niah.report.sentences import (
    bound,
    findings,
    imported_mark,
    method_sentences,
    span,
)
from niah.report.tables import axes_of, commands, league_header, league_rows, run_facts
from niah.report.words import DASH, share, whole, word
from niah.statistics.published import NOLIMA


def _section(name: str, report: Report, *content: Html | None) -> Html:
    heading = element("h2", word(report.language, name), id=f"{name}-title")
    return element("section", heading, *content, id=name, aria_labelledby=f"{name}-title")


def summary_section(report: Report) -> Html:
    """What was found: all sweeps in one table, and a card for each."""
    cards = element("div", *(_finding(report, sweep) for sweep in report.sweeps), class_="findings")
    if len(report.sweeps) == 1:
        return _section("summary", report, cards)
    league = table(
        league_header(report), league_rows(report), caption=word(report.language, "league")
    )
    return _section("summary", report, league, cards)


def _finding(report: Report, sweep: Sweep) -> Html:
    language = report.language
    accuracy = sweep.summary.accuracy
    figures = []
    pooled = sweep.map.estimate == "pooled"
    for found in sweep.effective[:1]:
        interval = word(language, "interval", span=span(found, language))
        figures.append(
            _number(
                word(language, "pooled-effective-title" if pooled else "effective-title"),
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
        key = "pooled-title" if pooled else "accuracy-title"
        figures.append(_number(word(language, key), share(language, accuracy.value), interval))
    else:
        nothing = word(language, "none-scored")
        figures.append(_number(word(language, "accuracy-title"), DASH, nothing))
    warned = sweep.map.warning or imported_mark(sweep, language)
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


def maps_section(report: Report) -> Html:
    """The heatmaps on one scale, and how to look at them."""
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


def margins_section(report: Report) -> Html:
    """Accuracy over length and over depth."""
    return _section(
        "margins",
        report,
        element("div", *(margin_figure(report, axis) for axis in axes_of(report)), class_="charts"),
    )


def positions_section(report: Report) -> Html | None:
    """Start, middle, end and growing length against each other; None where none can be told."""
    rows, language = position_rows(report), report.language
    if not rows:
        return None
    return _section(
        "positions",
        report,
        element("p", position_help(report)),
        table(
            position_header(report), rows, caption=word(language, "positions-table"), numbers_from=2
        ),
    )


def controls_section(report: Report) -> Html | None:
    """What was measured beside the maps; None where nothing was."""
    rows, near, language = control_rows(report), near_end_rows(report), report.language
    if not rows:
        return None
    return _section(
        "controls",
        report,
        element("p", word(language, "controls-help")),
        table(
            control_header(report), rows, caption=word(language, "controls-table"), numbers_from=2
        ),
        table(near_end_header(report), near, caption=word(language, "near-end")) if near else None,
        *_questions(report),
    )


def _questions(report: Report) -> Iterator[Html]:
    """Which fixed questions test no retrieval; nothing where the controls asked none."""
    language = report.language
    if said := question_sentences(report):
        yield element("h3", word(language, "questions"))
        yield element("ul", *(element("li", sentence) for sentence in said))
    if rows := question_rows(report):
        caption = word(language, "questions-table")
        yield table(question_header(report), rows, caption=caption, numbers_from=2)


def nolima_section(report: Report) -> Html | None:
    """Base score and effective length of associative tasks; None without one."""
    said, language = nolima_sentences(report), report.language
    if not said:
        return None
    return _section(
        "nolima",
        report,
        element("ul", *(element("li", sentence) for sentence in said)),
        element("p", word(language, "nolima-help", citation=NOLIMA.citation)),
        table(nolima_header(report), nolima_rows(report), caption=word(language, "nolima-table")),
    )


def pairs_section(report: Report) -> Html:
    """Each comparison of two sweeps, in sentences and as a map."""
    pieces = []
    if report.refusals:
        refused = (element("li", refusal_sentence(report, one)) for one in report.refusals)
        pieces.append(element("ul", *refused))
    if report.pairs:
        pieces.append(legend([pair.map for pair in report.pairs], report, difference=True))
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


def experiment_section(report: Report) -> Html:
    """What was run: enough to run it again."""
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


def method_section(report: Report) -> Html:
    """What the numbers mean."""
    sentences = method_sentences(report)
    return _section(
        "method", report, element("ul", *(element("li", s) for s in sentences), class_="method")
    )
