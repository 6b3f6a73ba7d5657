"""Reports as values and as a page: what they state, how large they are, what they escape."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import random
import re
import string
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.cli import reporting
from niah.errors import ConfigurationError
from niah.escape import html_text
from niah.experiment import experiment_toml, load_experiment, parse_canonical
from niah.prompts import Message, Placement, Prompt
from niah.report import Passages
from niah.report.cards import card
from niah.report.contrasts import pair_sentences, refusal_sentence
from niah.report.gather import gather, no_passages
from niah.report.page import page
from niah.report.passages import cut_passages
from niah.report.payload import RESPONSES_CHARS, response_chars
from niah.report.sentences import findings, verdicts
from niah.report.tables import league_rows, margin_rows
from niah.report.words import OUTCOMES, REASONS, WORDS, method_words, reason_word
from niah.scoring.verdict import Reason
from niah.statistics.grids import OUTCOMES as ALL_OUTCOMES
from niah.statistics.margins import METHOD
from niah.statistics.positions import by_name, position_statistics
from niah.statistics.scores import ReplicateSum, estimate_of_replicates
from tests.command import Niah
from tests.report_data import (
    EXPERIMENT,
    HOSTILE,
    measured,
    passages_of,
    small_report,
    sweep_trials,
    with_outcomes,
)
from tests.store_data import make_run

PLACEHOLDERS = re.compile(r"\{(\w+)\}")


def test_both_languages_say_the_same() -> None:
    """German has every phrase that English has, with the same values in it."""
    english, german = WORDS["en"], WORDS["de"]
    assert english.keys() == german.keys()
    for key, phrase in english.items():
        assert set(PLACEHOLDERS.findall(phrase)) == set(PLACEHOLDERS.findall(german[key])), key
    assert OUTCOMES["de"].keys() == set(ALL_OUTCOMES)
    assert REASONS["de"].keys() == REASONS["en"].keys() <= set(get_args(Reason))
    assert reason_word("de", "a reason of tomorrow") == "a reason of tomorrow"


def test_every_way_to_make_an_interval_has_german_words() -> None:
    """Whatever the design of a sweep, its intervals are explained in the report's language."""
    some = ReplicateSum(total=1.0, n=2, places={1, 2})
    other = ReplicateSum(total=2.0, n=2, places={3})
    estimates = [
        estimate_of_replicates(replicates, shared=shared)
        for shared in (False, True)
        for replicates in ([], [some], [some, some], [some, other], [some, other, some])
    ]
    methods = {
        *(one.method for one in estimates),
        *(found.method for found in by_name(position_statistics(sweep_trials())).values()),
        METHOD,
    }
    assert len(methods) >= 6
    english = re.compile(r"\b(of|over|replicates?|cells|trials|share|map|bounds|measured|agree)\b")
    for method in methods:
        assert not english.search(method_words("de", method)), method
        assert method_words("en", method) == method


def test_every_phrase_is_used() -> None:
    """No word is kept that no report says."""
    package = Path(__file__).parents[1] / "niah" / "report"
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in package.iterdir()
        if path.suffix in (".py", ".js") and not path.stem.startswith("words_")
    )
    built = "said- view- filter- result- column- status- method- over- legend- source-".split()
    built += ["pair-", "differs-", "position-"]
    sections = "summary maps trials margins pairs experiment method length-axis depth-axis".split()
    unused = [
        key
        for key in WORDS["en"]
        if f'"{key}"' not in sources and not key.startswith(tuple(built)) and key not in sections
    ]
    assert unused == []


def test_findings_carry_number_interval_and_n() -> None:
    """The summary states accuracy, effective length by its rule, and what could not be scored."""
    report = small_report()
    said = " ".join(findings(report.sweeps[0], "en"))
    summary = report.sweeps[0].summary
    assert summary.accuracy.n == 11
    assert "in 81.8% of 11 scored trials" in said
    assert "RULER" in said
    assert "NoLiMa" in said
    assert (
        "5 of 16 trials could not be scored (1 blocked, 1 context-exceeded, 1 truncated, " in said
    )
    assert "2 failed; 2 timeout)" in said
    assert "planned" not in said
    assert "Its maker states a context window of 128K tokens" in said


def test_an_unfinished_run_says_how_far_it_got() -> None:
    """What is planned and not done is told of an incomplete run, and only of one."""
    run = make_run("acme-1", status="incomplete", experiment=EXPERIMENT)
    report = gather([measured(sweep_trials()[:-2], run=run)])
    assert "16 of 18 planned trials are done." in findings(report.sweeps[0], "en")


def test_the_verdict_is_the_rules_verdict() -> None:
    """The first line names the effective length, or that it fails or passes everywhere."""
    lengths = {
        8000: "acme/one holds up to 1K tokens (95% interval below 1K to at least 64K).",
        1000: "acme/one falls short already at 1K tokens, the shortest tested length (95% "
        "interval below 1K to at least 64K).",
    }
    for miss_from, verdict in lengths.items():
        report = gather([measured(sweep_trials(miss_from=miss_from))])
        assert verdicts(report)[0].replace("\u00a0", " ") == verdict
    report = gather([measured(sweep_trials(miss_from=10**9))])
    assert "at every tested length, up to 64K" in verdicts(report)[0].replace("\u00a0", " ")


def test_the_users_own_threshold_comes_first() -> None:
    """The headline follows the threshold asked for, then the experiment's, then RULER's."""
    run = measured(sweep_trials())
    for asked, own, name in (
        (0.5, 0.9, "50%"),
        (None, 0.9, "90%"),
        (None, None, "RULER"),
    ):
        (sweep,) = gather([replace(run, threshold=own)], threshold=asked).sweeps
        assert sweep.effective[0].rule.name == name
        assert {"RULER", "NoLiMa"} <= {found.rule.name for found in sweep.effective}


def test_adaptive_runs_are_reported_pooled() -> None:
    """Where trials were spread unevenly, map, headline and sentences are the pooled ones."""
    trials = [t for t in sweep_trials() if t.context_length != 8000 or t.depth_percent != 50]
    (sweep,) = gather([measured(trials, adaptive=True)]).sweeps
    assert sweep.map.estimate == "pooled"
    assert sweep.map.state[1][1] == "estimated"
    assert sweep.summary.accuracy.method == "pooled map"
    report = gather([measured(trials, adaptive=True)])
    shown = html.unescape(page(report))
    assert "Pooled accuracy" in shown
    assert "estimated from other cells, not measured" in shown
    assert "raw averages would mislead" in shown
    assert "(pooled, 95% interval" in shown
    assert "in 100.0% of" not in shown


def test_runs_of_one_model_are_told_apart_and_what_is_pooled_says_so() -> None:
    """Each map has its run in its heading, however long the model's name; the overview marks pooled
    numbers among raw ones."""
    model = "acme/" + "m" * 120
    first, second = sweep_trials(model), sweep_trials(model, run="acme-2")
    report = gather([measured(first), measured(second, adaptive=True)])
    shown = html.unescape(page(report))
    headings = re.findall(r'<h3 id="map-\d-title">(.*?)</h3>', shown)
    assert [heading[-6:] for heading in headings] == ["acme-1", "acme-2"]
    assert [row[0].endswith(" (pooled)") for row in league_rows(report)] == [False, True]
    (pair,) = report.pairs
    assert "run acme-1, acme-2" in pair.map.caption


def test_a_comparison_is_paired_and_says_so() -> None:
    """Two sweeps of the same trials are compared pair by pair, with interval and p value."""
    report = small_report(several=True)
    (pair,) = report.pairs
    said = " ".join(pair_sentences(report, pair))
    assert pair.numbers.paired
    assert "percentage points" in said
    assert "McNemar p " in said
    assert f"n = {pair.numbers.difference.n}" in said
    assert [row[0] for row in margin_rows(report, "length")] == ["acme/one"] * 3 + ["acme/two"] * 3


def test_sweeps_of_different_texts_are_not_compared() -> None:
    """Runs with different haystacks stand side by side, and the page says why not compared."""
    other = make_run("acme-2", experiment=EXPERIMENT, versions={"haystack": "essays"})
    report = gather(
        [
            measured(sweep_trials()),
            measured(sweep_trials("acme/two", run="acme-2"), run=other),
        ]
    )
    assert report.pairs == ()
    (refusal,) = report.refusals
    assert refusal.differing == ("haystack",)
    said = refusal_sentence(report, refusal)
    assert "not compared" in said
    assert said in html.unescape(page(report))


def test_imported_results_say_so_on_their_face() -> None:
    """A sweep that others published names its source above all numbers, and costs nothing."""
    source = "Someone's blog (x.json); judge scores of 1 to 10 mapped evenly to 0 to 1"
    run = make_run("acme-1", source=source, experiment="{}", simulated=False)
    trials = [replace(trial, score=0.5, cost_usd=None) for trial in sweep_trials()]
    report = gather([measured(trials, run=run)])
    body = html.unescape(page(report).partition("<body>")[2])
    assert body.index(f"imported from {source}") < body.index("Effective context length")
    said = " ".join(findings(report.sweeps[0], "en"))
    assert "scored 50.0% on average over 18 scored trials" in said
    assert "cost" not in said
    assert "keep the score that their publisher gave" in body


def test_simulated_runs_say_so_everywhere() -> None:
    """Title, summary, map and answers of a reference reader name it as simulated."""
    shown = page(small_report(simulated=True))
    assert shown.count("Reference reader - simulated, not a language model</p>") == 4
    assert "simulated" not in page(small_report()).partition("<body>")[2].replace(
        "source-simulated", ""
    )


def test_the_same_report_has_the_same_bytes() -> None:
    """A page does not depend on when it was written."""
    assert page(small_report(several=True)) == page(small_report(several=True))


@given(st.text())
def test_escaped_text_is_only_text(text: str) -> None:
    """Escaped, a text has no markup, no quote and nothing that reorders; unescaped, it is back."""
    shown = html_text(text)
    assert not re.search("[<>\"'\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f]", shown)
    if text.isprintable():
        assert html.unescape(shown) == text


def test_a_page_holds_one_script_one_style_and_no_way_out() -> None:
    """Only the page's own style and script have a hash in its policy; nothing names an address."""
    shown = page(small_report(responses=HOSTILE, several=True))
    head = shown.partition("<body>")[0]
    scripts = re.findall(r"<script(?: [^>]*)?>(.*?)</script>", shown, re.DOTALL)
    assert len(scripts) == 3
    for source, kind in ((scripts[2], "script"), (head.split("<style>")[1], "style")):
        body = source.partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind}-src &#x27;sha256-{digest}&#x27;" in head
    assert "default-src &#x27;none&#x27;" in head
    assert not re.search(r"<[^>]*\s(?:style|src|srcset|action|on\w+)\s*=", _tags(shown))
    assert set(re.findall(r'\shref="([^"]*)"', _tags(shown))) <= {
        f"#{name}"
        for name in "main summary maps trials margins positions pairs experiment method".split()
    }
    assert not re.search(
        r"url\(|@import|innerHTML|insertAdjacentHTML|document\.write|eval\(", shown
    )


def _tags(shown: str) -> str:
    """The page without what stands inside its scripts and its style."""
    return re.sub(r"(<(script|style)\b[^>]*>).*?(</\2>)", r"\1\3", shown, flags=re.DOTALL)


def test_the_packed_trials_are_all_there() -> None:
    """Every trial of every sweep is in the page, whole and unpacked as it was."""
    report = small_report(responses=HOSTILE, several=True)
    found = re.search(r'id="packed">([A-Za-z0-9+/=]+)</script>', page(report))
    assert found is not None
    content = json.loads(zlib.decompress(base64.b64decode(found[1])))
    assert len(content["trials"]) == sum(len(sweep.records) for sweep in report.sweeps)
    responses = [
        line[1]
        for trial in content["trials"]
        for line in trial[8]
        if content["texts"][line[0]] == "Response"
    ]
    assert sum("window.pwned=1" in text for text in responses) == 3


@pytest.mark.slow
def test_1225_cells_of_5_trials_stay_below_5_mb() -> None:
    """A full grid with long answers and random text around every needle can be mailed."""
    lengths = [1000 + 3735 * step for step in range(35)]
    depths = [round(100 * step / 34, 3) for step in range(35)]
    trials = sweep_trials(lengths=lengths, depths=depths, repeats=5)
    draw = random.Random(7)
    words = [
        "".join(draw.choices(string.ascii_lowercase, k=draw.randint(2, 9))) for _ in range(4000)
    ]

    def prose(count: int) -> str:
        return " ".join(draw.choices(words, k=count))

    trials = [replace(trial, response=prose(40)) for trial in trials]
    passages = passages_of(trials)
    by_trial = {
        trial: tuple(replace(p, before=prose(27), after=prose(27)) for p in found)
        for trial, found in passages.by_trial.items()
    }
    shown = page(gather([measured(trials, passages=replace(passages, by_trial=by_trial))]))
    assert len(trials) == 6125
    assert 1_500_000 < len(shown.encode()) < 5_000_000


def test_endless_answers_are_cut_and_say_so() -> None:
    """Where all answers together are too long, each is cut, and tells how much is missing."""
    trials = sweep_trials(responses=["x" * 1_000_000])
    report = gather([measured(trials)])
    assert response_chars(report) == 4000
    shown = card(trials[0], report.passages["acme-1"], "en", response_chars=300)
    (response,) = [row.text for row in shown.rows if row.label == "Response"]
    assert len(response) < 400
    assert "999,700 more characters" in response
    lengthy = replace(trials[0], question="q" * 9000, answers=("a" * 9000,), found=("a" * 9000,))
    rows = card(lengthy, report.passages["acme-1"], "en", response_chars=300).rows
    assert sum(len(row.text) for row in rows) < 3500
    many = [replace(trial, response="x" * 4000) for trial in trials * 200]
    crowd = replace(report.sweeps[0], records=tuple(many))
    most = response_chars(replace(report, sweeps=(crowd,)))
    assert most * len(many) <= RESPONSES_CHARS


def test_a_failure_shows_what_happened_and_no_score() -> None:
    """A trial that could not be measured has its message in place of a verdict on an answer."""
    trials = with_outcomes(sweep_trials())
    blocked = card(trials[0], passages_of(trials), "de")
    assert (blocked.result, blocked.badge, blocked.outcome) == (
        "unscored",
        "ohne Wertung",
        "blockiert",
    )
    texts = {row.label: row.text for row in blocked.rows}
    assert texts["Was geschah"] == "stopped by the provider's filter"
    assert texts["Antwort des Modells"] == "(kein Text)"


def test_missing_passages_say_why() -> None:
    """Where the haystack is not at hand, the card says so at the needle's place."""
    trials = sweep_trials()
    rows = card(trials[0], no_passages("the file essays.txt is gone"), "en").rows
    assert any(row.text == "not shown: the file essays.txt is gone" for row in rows)


def test_passages_are_cut_at_words_around_each_needle() -> None:
    """A passage is the prompt's own text on both sides, begun and ended at a word."""
    before, needle, after = "word " * 100, "The magic number is 482913.", " more" * 100
    text = before + needle + after
    placement = Placement(
        role="needle",
        asked_depth_percent=50.0,
        placed_depth_percent=49.0,
        token_offset=100,
        char_offset=len(before),
    )
    prompt = Prompt(
        messages=(Message(role="user", content=text),),
        tokens=300,
        haystack_tokens=200,
        placements=(placement,),
    )
    (passage,) = cut_passages(prompt, [needle])
    assert passage.needle == needle
    assert passage.before.startswith("… word ")
    assert passage.before.removeprefix("… ") + needle in text
    assert passage.after.endswith(" more …")
    assert cut_passages(prompt, ["something else"]) == ()


def test_needles_and_distractors_are_shown_in_the_order_of_the_text() -> None:
    """Each planted sentence has its passage; a distractor is named as one."""
    sentences = ["First is 1.", "Second is 2.", "Third is 3."]
    text = "Lead. " + " Filler. ".join(sentences) + " End."
    placements = tuple(
        Placement(
            role=role,
            asked_depth_percent=depth,
            placed_depth_percent=depth,
            token_offset=0,
            char_offset=text.index(sentence),
        )
        for sentence, role, depth in zip(
            sentences[::-1], ("needle", "distractor", "needle"), (90.0, 50.0, 10.0), strict=True
        )
    )
    prompt = Prompt(
        messages=(Message(role="system", content="Be brief."), Message(role="user", content=text)),
        tokens=30,
        haystack_tokens=9,
        placements=placements,
    )
    found = cut_passages(prompt, sentences[::-1])
    assert [passage.needle for passage in found] == sentences
    trials = sweep_trials()
    shown = card(trials[0], Passages(by_trial={trials[0].trial_id: found}), "en")
    many = replace(trials[0], placements=placements + placements[:2])
    more = card(many, Passages(by_trial={many.trial_id: found}), "en")
    assert [row.text for row in more.rows if row.label == "Planted too"] == [
        "2 more sentences, not shown; niah show --prompt has all"
    ]
    labels = [row.label for row in shown.rows if row.before]
    assert labels == [
        "In the text, at 10% (asked 10%)",
        "Distractor, at 50% (asked 50%)",
        "In the text, at 90% (asked 90%)",
    ]


def channel(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
        parts = [channel(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_colours_have_the_contrast_of_wcag_aa(theme: str) -> None:
    """Texts have 4.5 to 1 on each of their grounds, lines and marks 3 to 1, in every theme."""
    path = Path(__file__).parents[1] / "niah" / "report" / "page.css"
    source = path.read_text(encoding="utf-8")
    blocks = re.findall(r":root\{([^}]*)\}", source)
    variables = [dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", block)) for block in blocks]
    colours = {**variables[0], **variables[("light", "dark", "print").index(theme)]}
    texts = [(ink, ground) for ink in ("ink", "soft", "link") for ground in ("page", "card", "pre")]
    texts += [(f"{name}", f"{name}-page") for name in ("right", "wrong", "partial", "none")]
    texts += [("warn-ink", "warn-page"), ("mark-ink", "mark"), ("page", "ink")]
    shapes = [(f"c{number}", "page") for number in range(7)]
    shapes += [("strong", "card"), ("focus", "page"), ("focus", "card"), ("hatch", "unscored")]
    for pairs, least in ((texts, 4.5), (shapes, 3.0)):
        for front, back in pairs:
            assert contrast(colours[front], colours[back]) >= least, (front, back)


def test_cells_have_readable_numbers() -> None:
    """Whatever a cell's colour, its number has 4.5 to 1 on it."""
    rules = re.findall(
        r"\.[ad]\d+\{background-color:(#\w+);color:(#\w+)\}", page(small_report(several=True))
    )
    assert len(rules) == 202
    assert min(contrast(ground, ink) for ground, ink in rules) >= 4.5


values = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
tables = st.dictionaries(
    st.text(st.characters(blacklist_categories=["Cs"]), min_size=1),
    st.recursive(
        values, lambda inner: st.dictionaries(st.text("aä.\"\\'\n ", min_size=1), inner, max_size=3)
    ),
    max_size=4,
)


@given(tables)
def test_any_document_comes_back_from_its_toml(document: dict[str, Any]) -> None:
    """What is written as TOML is read back as it was, without empty tables."""
    import tomllib

    def pruned(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        inner = {key: pruned(entry) for key, entry in value.items()}
        return {key: entry for key, entry in inner.items() if entry != {}}

    assert tomllib.loads(experiment_toml(json.dumps(document))) == pruned(document)


def test_the_printed_experiment_is_the_same_experiment(tmp_path: Path) -> None:
    """The file in a report loads to exactly the experiment that ran."""
    file = tmp_path / "experiment.toml"
    file.write_text(
        'name = "mine"\nmodels = ["local/x", "reference/exact"]\nseed = 3\n'
        "[grid]\ncontext_lengths = [1000, '8K']\ndepth_percents = [0, 33.3, 100]\ntrials = 2\n"
        '[providers.local]\napi = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n'
        '[model."local/x"]\nprice = { input = 1.0, output = 2.5 }\ncalibrate = "off"\n'
        '[request]\nextra_body = { tags = ["a\\"b", "ü"], nested = { on = true } }\n',
        encoding="utf-8",
    )
    first = load_experiment(file)
    again = tmp_path / "again.toml"
    again.write_text(experiment_toml(first.canonical_json()), encoding="utf-8")
    assert load_experiment(again) == first == parse_canonical(first.canonical_json())


SWEEP = (
    'name = "tiny"\nmodels = ["reference/exact", "reference/lost-in-the-middle"]\n'
    "[grid]\ncontext_lengths = [1000, 2000]\ndepth_percents = [0, 50, 100]\ntrials = 1\n"
)


@pytest.fixture
def swept(niah: Niah, tmp_path: Path) -> Niah:
    """The command line beside a store with a small finished run."""
    (tmp_path / "tiny.toml").write_text(SWEEP, encoding="utf-8")
    assert niah("run", "tiny.toml", "--quiet").code == 0
    return niah


def test_the_command_writes_the_page_with_the_text_around_each_needle(
    swept: Niah, tmp_path: Path
) -> None:
    """The page of a stored run shows its experiment and, per trial, the rebuilt prompt's text."""
    done = swept("report", "latest", "--out", "r.html", "--json")
    assert done.code == 0, done.err
    assert done.json == {"report": "r.html", "files": ["r.html"]}
    shown = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "name = &quot;tiny&quot;" in shown
    assert 'lang="en"' in shown
    assert shown.count("<mark>") == 12
    assert "reference/lost-in-the-middle minus reference/exact" in shown
    assert "simulated, no model was asked" in shown


def test_the_command_speaks_german(
    swept: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --language de every fixed word of the page is German; a large page is warned of."""
    monkeypatch.setattr(reporting, "LARGE_BYTES", 40_000)
    done = swept("report", "latest", "--out", "r.html", "--language", "de")
    assert done.code == 0
    assert re.fullmatch(r"warning: r\.html has 0\.\d MB, too much .* --no-passages\n", done.err)
    shown = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert 'lang="de"' in shown
    body = shown.partition("<body>")[2].partition('id="packed"')[0]
    for english in ("Effective", "tokens", "Response", "interval ", "scored", "replicates"):
        assert english not in body, english


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "r.docx"), "--out r.docx: name a .html, .md or .tex file"),
        (("--out", "r.html", "--language", "fr"), "no language 'fr'; use en, de"),
        (("--out", "r.html", "--threshold", "85"), "--threshold 85: give an accuracy from 0 to 1"),
    ],
)
def test_wrong_options_are_named(niah: Niah, arguments: tuple[str, ...], said: str) -> None:
    """A choice that does not exist ends with exit code 2 and one sentence."""
    done = niah("report", "latest", *arguments)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_run_that_measured_nothing_says_so() -> None:
    """Where every trial failed there is no accuracy and no verdict, and the page says why."""
    trials = [
        replace(
            trial,
            outcome="failed",
            failure_kind="auth",
            message="the key was refused",
            score=None,
            response="",
        )
        for trial in sweep_trials()
    ]
    report = gather([measured(trials)])
    assert verdicts(report) == ["Nothing of acme/one was scored."]
    shown = page(report)
    assert "no trial was scored" in shown
    assert "the key was refused" in shown
    assert "NaN" not in shown.partition("<body>")[2]
    assert "nan" not in re.sub(r"<[^>]*>", " ", shown.partition("<body>")[2].lower()).split()


def test_a_haystack_that_is_gone_is_named(niah: Niah, tmp_path: Path) -> None:
    """Where the user's own texts have changed, the report is written and says what it lacks."""
    text = " ".join(f"Sentence number {n} tells nothing at all." for n in range(400))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        'name = "own"\nmodels = ["reference/exact"]\n[haystack]\npath = "own"\n'
        "[grid]\ncontext_lengths = [1000]\ndepth_percents = [0, 100]\ntrials = 1\n",
        encoding="utf-8",
    )
    first = niah("run", "own.toml", "--quiet")
    assert first.code == 0, first.err
    (tmp_path / "own" / "a.txt").write_text(text.upper(), encoding="utf-8")
    done = niah("report", "latest", "--out", "r.html")
    assert done.code == 0
    assert "warning: the prompt of this trial cannot be rebuilt, because haystack" in done.err
    assert "not shown: the prompt of this trial" in (tmp_path / "r.html").read_text("utf-8")


def test_an_empty_run_is_refused() -> None:
    """Nothing measured and nothing planned is no report."""
    with pytest.raises(ConfigurationError, match="no cell to report"):
        gather([replace(measured(sweep_trials()), sweeps=[])])
