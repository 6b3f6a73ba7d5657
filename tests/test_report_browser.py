"""The HTML report in a real browser: it answers to every hand and obeys no model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from niah.report.gather import gather
from niah.report.page import page
from tests.browser import chromium
from tests.report_data import HOSTILE, measured, passages_of, small_report, sweep_trials
from tests.store_data import make_run

Opened = Callable[..., Any]


pytestmark = pytest.mark.xdist_group("browser")  # one for them all


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sweeps of a real model, every outcome among them."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page(small_report(several=True)), encoding="utf-8")
    return path


@contextmanager
def opened(browser: Browser, path: Path, **options: Any) -> Iterator[Page]:
    """The file in a window of its own, once its script is done."""
    context = browser.new_context(**options)
    try:
        tab = context.new_page()
        tab.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            expect(tab.locator("#count")).to_have_text(re.compile(r"\d"))
        yield tab
    finally:
        context.close()


def cell(tab: Page, label: str) -> Any:
    return tab.locator(f'#map-0 td[aria-label^="{label}"]')


def test_hostile_responses_stay_text(browser: Browser, tmp_path: Path) -> None:
    """Whatever a model wrote, nothing of it runs, loads, navigates or breaks out of its place."""
    path = tmp_path / "hostile.html"
    trials = [
        replace(
            trial,
            question=HOSTILE[at % 10],
            answers=HOSTILE[at % 7 :],
            reasoning=HOSTILE[at % 9],
            served_model=HOSTILE[at % 8],
            score_reason=HOSTILE[at % 6],
            message=HOSTILE[at % 5],
        )
        for at, trial in enumerate(
            [
                *sweep_trials(HOSTILE[1], responses=HOSTILE),
                *sweep_trials(HOSTILE[2], responses=HOSTILE),
            ]
        )
    ]
    run = make_run(
        "acme-1", source=HOSTILE[0], experiment=HOSTILE[1], versions={HOSTILE[2]: HOSTILE[3]}
    )
    texts = passages_of(trials, HOSTILE[0])
    made = gather([measured(trials, run=run, passages=texts)], title=HOSTILE[0])
    path.write_text(page(made), encoding="utf-8")
    requests: list[str] = []
    trouble: list[str] = []
    context = browser.new_context()
    tab = context.new_page()
    tab.on("request", lambda request: requests.append(request.url))
    tab.on("console", lambda message: trouble.append(message.text))
    tab.on("pageerror", lambda error: trouble.append(str(error)))
    tab.on("dialog", lambda dialog: trouble.append(dialog.message))
    tab.goto(path.as_uri())
    expect(tab.locator("#count")).to_have_text(re.compile(r"\d"))
    while tab.locator("#more").is_visible():
        tab.locator("#more").click()
    for summary in tab.locator("details.trial summary").all():
        summary.click()
    shown = tab.locator("#list").inner_text()
    for text in HOSTILE[:5]:
        assert text in shown
    assert "\\u202e1234567\\u2066 \\u001b[31mred" in shown
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", tab.content())
    tab.locator("#map-0 td").first.hover()
    tab.locator("#map-0 td").first.click()
    assert tab.evaluate("window.pwned") is None
    assert tab.title().startswith("<script>window.pwned=1")
    assert tab.locator("main :is(script[src], img, iframe, a, style, textarea)").count() == 0
    assert tab.locator("#list :is(script, img, svg, iframe, a, style)").count() == 0
    assert requests == [path.as_uri()]
    assert trouble == []
    context.close()


def test_a_script_that_got_in_would_not_run(browser: Browser, report: Path, tmp_path: Path) -> None:
    """The page's own policy refuses every script, style and image but those it was made with."""
    path = tmp_path / "broken-into.html"
    intruders = (
        "<script>window.pwned=1</script><img src='https://example.org/x' onerror='pwned=2'>"
        "<style>body{display:none}</style>"
    )
    path.write_text(report.read_text(encoding="utf-8").replace("<main", intruders + "<main", 1))
    with opened(browser, path) as tab:
        assert tab.evaluate("window.pwned") is None
        assert tab.locator("body").is_visible()


def test_a_cell_says_its_number_under_the_pointer(browser: Browser, report: Path) -> None:
    """Pointing at a cell shows its accuracy with interval and n."""
    with opened(browser, report) as tab:
        cell(tab, "64K tokens, depth 50%").hover()
        expect(tab.locator("#tip")).to_have_text(
            re.compile(r"64K tokens, depth 50%: 0\.0% \(95% interval 0\.0% to 66\.7%\), n\s=\s2")
        )


def test_a_cell_opens_by_keyboard_and_back_again(browser: Browser, report: Path) -> None:
    """Tab reaches the map once, arrows move in it, Enter opens the trials, Escape returns."""
    with opened(browser, report) as tab:
        assert tab.locator('#map-0 td[tabindex="0"]').count() == 1
        tab.locator('#map-0 td[tabindex="0"]').focus()
        for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "ArrowRight"):
            tab.keyboard.press(key)
        label = "document.activeElement.getAttribute('aria-label')"
        assert tab.evaluate(label).startswith("64K tokens, depth 50%:")
        tab.keyboard.press("Enter")
        expect(tab.locator("#count")).to_contain_text("2 of 34 trials")
        assert tab.evaluate("document.activeElement.id") == "trials-title"
        first = tab.locator("details.trial[open]").first
        for said in (
            "What is the magic number?",
            "482913",
            "score 0; states another value",
            "64,000 tokens asked for, 1,000 in the prompt, 64,007 reported by the provider",
            "$0.25, 1.2 s, 1 attempt",
            "In the text, at 49.5% (asked 50%)",
            "The mill stood empty",
        ):
            expect(first).to_contain_text(said)
        assert first.locator("mark").inner_text() == "The magic number is 482913."
        tab.keyboard.press("Escape")
        assert tab.evaluate(label).startswith("64K tokens, depth 50%:")


def test_a_cell_without_trials_opens_none(browser: Browser, tmp_path: Path) -> None:
    """What was planned and never measured shows no trial, not those of other cells."""
    path = tmp_path / "started.html"
    path.write_text(page(gather([measured(sweep_trials(lengths=[1000]))])), encoding="utf-8")
    with opened(browser, path) as tab:
        cell(tab, "64K tokens, depth 50%: not measured").click()
        expect(tab.locator("#count")).to_contain_text("No trial fits these filters.")
        assert tab.locator("details.trial").count() == 0


def test_a_cell_opens_by_touch(browser: Browser, report: Path) -> None:
    """A tap on a cell of a phone opens its trials."""
    phone: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    with opened(browser, report, **phone) as tab:
        cell(tab, "8K tokens, depth 50%").tap()
        expect(tab.locator("#count")).to_contain_text("8K tokens, depth 50%")


def test_filters_narrow_list_and_map(browser: Browser, report: Path) -> None:
    """A filter by outcome leaves its trials in the list, and its cells bright in the map."""
    with opened(browser, report) as tab:
        tab.locator("#f-outcome").select_option("blocked")
        expect(tab.locator("#count")).to_have_text("1 of 34 trials")
        expect(tab.locator("#list")).to_contain_text("stopped by the provider's filter")
        bright = tab.locator("#map-0 td:not(.dim)")
        assert bright.count() == 1
        assert (bright.get_attribute("aria-label") or "").startswith("1K tokens, depth 0%")
        tab.locator("#clear").click()
        expect(tab.locator("#count")).to_have_text("34 of 34 trials")
        assert tab.locator("td.dim").count() == 0
        tab.locator("#f-text").fill("12,000 of 64,000")
        expect(tab.locator("#count")).to_have_text("1 of 34 trials")


def test_the_map_can_show_the_bounds(browser: Browser, report: Path) -> None:
    """The lower bound is shown in place of the accuracy, in number and colour."""
    with opened(browser, report) as tab:
        one = cell(tab, "8K tokens, depth 100%")
        assert one.inner_text() == "100"
        tab.locator("#v-lower").check()
        assert one.inner_text() == "33"
        assert "a33" in (one.get_attribute("class") or "")


def test_without_javascript_the_findings_stand(browser: Browser, report: Path) -> None:
    """Summary, cells, answers and experiment are in the page itself."""
    with opened(browser, report, java_script_enabled=False) as tab:
        text = tab.locator("body").inner_text()
        for said in ("acme/one", "Effective context length", "RULER", "McNemar"):
            assert said in text
        assert cell(tab, "64K tokens, depth 50%").inner_text() == "0"
        assert tab.locator("details.trial").count() == 34
        assert not tab.locator("#filters").is_visible()
        tab.locator("details.trial summary").first.click()
        assert tab.locator("details.trial dl").first.is_visible()


def test_an_old_browser_keeps_the_trials_of_the_page(browser: Browser, report: Path) -> None:
    """Where the packed trials cannot be unpacked, the list of the page stays, and it says so."""
    context = browser.new_context()
    context.add_init_script("delete window.DecompressionStream")
    tab = context.new_page()
    tab.goto(report.as_uri())
    expect(tab.locator("#count")).to_contain_text("could not be unpacked")
    assert tab.locator("details.trial").count() == 34
    cell(tab, "64K tokens, depth 50%").hover()
    expect(tab.locator("#tip")).to_contain_text("0.0%")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_rule_is_broken(browser: Browser, report: Path, scheme: str) -> None:
    """axe-core finds no violation at all, a cell opened, on a light and on a dark page."""
    with opened(browser, report, color_scheme=scheme) as tab:
        cell(tab, "64K tokens, depth 50%").click()
        expect(tab.locator("#count")).to_contain_text("2 of 34 trials")
        found = Axe().run(tab).response["violations"]
        assert [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found] == []


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_no_width_scrolls_sideways(
    browser: Browser, report: Path, tmp_path: Path, width: int
) -> None:
    """From a narrow phone to a wide screen, only what is wide by nature scrolls in its own box."""
    wide = tmp_path / "wide.html"
    lengths = [1000 * step for step in range(1, 36)]
    wide.write_text(page(gather([measured(sweep_trials(lengths=lengths))])), encoding="utf-8")
    for path in (report, wide):
        with opened(browser, path, viewport={"width": width, "height": 800}) as tab:
            assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_print_shows_what_is_folded(browser: Browser, report: Path) -> None:
    """On paper the experiment and the tables are open, and no control is left."""
    with opened(browser, report) as tab:
        tab.emulate_media(media="print")
        assert tab.get_by_text('name = "quickstart"').first.is_visible()
        assert not tab.locator("#filters").is_visible()
        assert not tab.locator("nav").is_visible()
        assert tab.pdf(format="A4", print_background=True).startswith(b"%PDF-")


def test_nothing_moves_by_itself(browser: Browser, report: Path) -> None:
    """There is no animation or transition to reduce."""
    with opened(browser, report, reduced_motion="no-preference") as tab:
        moving = "document.getAnimations().length"
        cell(tab, "8K tokens, depth 50%").click()
        expect(tab.locator("#count")).to_contain_text("trials")
        assert tab.evaluate(moving) == 0
        assert tab.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_the_focus_goes_top_down(browser: Browser, report: Path) -> None:
    """Tab visits the skip link, the contents, the controls and one cell of each map, in order."""
    with opened(browser, report) as tab:
        seen = []
        for _ in range(14):
            tab.keyboard.press("Tab")
            seen.append(
                tab.evaluate(
                    "(e => e.className || e.id || e.getAttribute('href') || e.tagName)"
                    "(document.activeElement)"
                )
            )
        assert seen[:3] == ["skip", "#summary", "#maps"]
        assert "v-value" in seen
        tops = tab.evaluate(
            "[...document.querySelectorAll('a,button,input,select,summary,[tabindex=\"0\"]')]"
            ".filter(e => e.offsetParent && !e.classList.contains('skip'))"
            ".map(e => e.closest('section')?.getBoundingClientRect().top ?? -1e9)"
        )
        assert tops == sorted(tops)
