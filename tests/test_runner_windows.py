"""Limits of other shapes than an exactly stated bucket: windows, busy hosts, garbled headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from niah.providers import Failure
from niah.providers.limits import read_limits
from niah.runner import windows
from niah.runner.logs import Log, wait_for
from niah.runner.retries import RetryLimits, StopModel, decide
from tests.command import Niah
from tests.servers_raw import response_bytes, scripted
from tests.servers_windows import Outcome, random_sweep, sweep_through
from tests.test_run import write_sweep


def test_a_window_is_new_at_its_end_and_not_before() -> None:
    """Nothing flows in until then; after the wait that is told everything is there again."""
    window = windows.begin(100.0, 0.0, sent_at=5.0, now=5.0, reset_s=30.5)
    assert windows.level_at(window, 35.0) == 0.0
    wait_s = windows.wait_for(window, 60.0, 10.0)
    assert 25.5 <= wait_s <= 26.0
    assert windows.level_at(window, 10.0 + wait_s) == 100.0


def test_a_log_frees_what_was_sent_a_minute_ago() -> None:
    """Of two requests the first is forgotten after a minute, the second later."""
    log = Log(limit=100.0, entries=((0.0, 60.0), (30.0, 40.0)))
    assert wait_for(log, 60.0, 40.0) == pytest.approx(20.2)
    assert wait_for(log, 100.0, 40.0) == pytest.approx(50.2)


def swept(kind: str, seed: int) -> tuple[int, Outcome]:
    """The trials of a random sweep of a kind, and what came of it."""
    sweep = random_sweep(kind, 2000 + seed)
    return len(sweep.trials), sweep_through(sweep, seed=seed, longest_s=86_400)


@pytest.mark.parametrize("seed", range(3))
def test_a_stated_window_is_used_up_and_not_run_against(seed: int) -> None:
    """Headers of a window are told from a bucket's: hardly anything is turned away."""
    trials, outcome = swept("windows, stated", seed)
    assert outcome.finished == trials
    assert outcome.rejected_share <= 0.02
    assert outcome.ratio <= 1.25


@pytest.mark.parametrize("seed", range(3))
def test_a_busy_host_is_not_asked_by_everybody(seed: int) -> None:
    """Half a minute of 529 costs no trial its attempts."""
    trials, outcome = swept("overload", seed)
    assert outcome.lost == 0
    assert outcome.finished == trials


@pytest.mark.parametrize("seed", range(10))
def test_no_garbled_header_stops_a_sweep(seed: int) -> None:
    """Whatever is wrong with them, every trial is finished in not much more than the time due."""
    trials, outcome = swept("garbled", seed)
    assert outcome.finished == trials
    assert outcome.ratio <= 2.5


@pytest.mark.parametrize(
    ("stated", "limit", "remaining", "reset_s"),
    [
        ({"limit": "60", "remaining": "-1", "reset": "3s"}, 60, 0, 3.0),
        ({"limit": "60", "remaining": "5", "reset": "45000"}, 60, 5, None),
        ({"limit": "60", "remaining": "5", "reset": "1772366430"}, 60, 5, 30.0),
        ({"limit": "60", "remaining": "5", "reset": "1772366430000"}, 60, 5, 30.0),
    ],
)
def test_what_cannot_be_is_not_believed(
    stated: dict[str, str], limit: float, remaining: float, reset_s: float | None
) -> None:
    """Less than nothing is nothing, a moment is no duration, and 45,000 s are no minute's reset."""
    headers = {f"x-ratelimit-{name}-requests": text for name, text in stated.items()}
    headers["date"] = "Sun, 01 Mar 2026 12:00:00 GMT"
    seen = read_limits(headers, refused=True).requests
    assert seen is not None
    assert (seen.limit, seen.remaining) == (limit, remaining)
    assert seen.reset_s == reset_s


@pytest.mark.parametrize("api", ["x-ratelimit-{}-requests", "anthropic-ratelimit-requests-{}"])
@pytest.mark.parametrize(
    ("limit", "remaining", "of_success", "of_refusal"),
    [
        ("60", "-1", None, 0.0),
        ("60", "-0.5", None, 0.0),
        ("-1", "-1", None, None),
        ("-1", "5", None, None),
        ("0", "-1", None, None),
        ("0", "0", None, None),
        ("60", "0", 0.0, 0.0),
        ("60", "-0", 0.0, 0.0),
        ("60", "5", 5.0, 5.0),
    ],
)
def test_less_than_nothing_is_left_of_a_limit_that_turns_away_alone(
    api: str, limit: str, remaining: str, of_success: float | None, of_refusal: float | None
) -> None:
    """Gateways write -1 where there is no limit; what was let in cannot lack what it took."""
    headers = {api.format("limit"): limit, api.format("remaining"): remaining}
    for refused, left in ((False, of_success), (True, of_refusal)):
        stated = read_limits(headers, refused=refused).requests
        assert left == (None if stated is None else stated.remaining)


def test_a_limit_of_nothing_is_none_and_another_periods_is_not_the_minutes() -> None:
    """A day's limit beside a minute's is not taken for it."""
    assert read_limits({"x-ratelimit-limit-tokens": "0"}).tokens is None
    assert read_limits({"x-ratelimit-limit-requests-day": "900"}).requests is None
    both = {"x-ratelimit-limit-requests-day": "900", "x-ratelimit-limit-requests-minute": "30"}
    requests = read_limits(both).requests
    assert requests is not None
    assert requests.limit == 30


def test_what_the_server_counts_more_is_learned() -> None:
    """A server that counts more tokens than we do turns a few away, not each in turn."""
    sweep = random_sweep("openai, other counts", 1001)
    outcome = sweep_through(sweep, seed=1001, longest_s=86_400)
    assert outcome.finished == len(sweep.trials)
    assert outcome.rejections <= 10


def test_a_days_allowance_is_not_waited_for() -> None:
    """Whatever the server asks to wait, the model is stopped with a sentence."""
    message = "Rate limit reached on requests per day (RPD): Limit 200, Used 200"
    decision = decide(
        Failure(kind="rate-limit", message=message, status=429, retry_after_s=20.0),
        attempt=1,
        waited_s=0.0,
        limits=RetryLimits(max_attempts=6, max_retry_s=1800.0),
        jitter=0.0,
    )
    assert isinstance(decision, StopModel)
    assert "the same command goes on" in decision.reason


@pytest.mark.parametrize(
    ("limit", "remaining"), [("6", "-1"), ("-1", "-1"), ("0", "-1"), ("0", "0"), ("-1", "0")]
)
def test_a_gateway_that_states_no_limit_is_not_kept_to_one(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, remaining: str
) -> None:
    """-1 on every answer is no statement: 18 trials take no three minutes of six a minute."""
    monkeypatch.setenv("LOCAL_KEY", "canary-0123456789abcdef")
    stated = {
        f"x-ratelimit-{what}-{quantity}": text
        for quantity in ("requests", "tokens")
        for what, text in (("limit", limit), ("remaining", remaining), ("reset", "10"))
    }
    body = {"choices": [{"message": {"content": "no"}, "finish_reason": "stop"}]}
    with scripted(lambda _: response_bytes(body, headers=stated)) as server:
        config = write_sweep(tmp_path, server.url, trials=3)
        done = niah("run", config, "--json", "--max-time", "50s")
    assert done.code == 0, done.err
    assert done.json["outcomes"] == {"answered": 18}
