"""How a run went beside its plan: rounds of an adaptive sweep, expected against billed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from niah.store import Run


def course_lines(run: Run, model: str) -> Iterator[tuple[str, str]]:
    """What is known of a model's sweep: a name and a sentence each."""
    from niah.console import count, inert, percent, usd
    from niah.runner.adapt import standings_of
    from niah.runner.expected import bills_of

    standing = standings_of(run.versions).get(model)
    if standing is not None:
        error = standing.predicted_error
        yield (
            "adaptive",
            f"{count(standing.trials)} trials in {count(standing.rounds)} rounds, "
            f"{standing.passes:.2f} passes"
            + ("" if error is None else f", predicted error {error:.3f}")
            + f"; {inert(standing.finished) or 'it goes on'}",
        )
    bills = bills_of(run.versions).get(model)
    if bills is not None and (bills.expected_usd, bills.billed_usd) != (None, None):
        yield (
            "input bill",
            f"expected {usd(bills.expected_usd)} with {percent(bills.expected_share)} cached; "
            f"billed {usd(bills.billed_usd)} with {percent(bills.billed_share)} cached "
            f"(n = {count(bills.trials)})",
        )


def course_json(run: Run, model: str) -> Mapping[str, Any]:
    """The same as JSON values."""
    from dataclasses import asdict

    from niah.runner.adapt import standings_of
    from niah.runner.expected import bills_of

    standing = standings_of(run.versions).get(model)
    bills = bills_of(run.versions).get(model)
    return {
        "adaptive": None if standing is None else asdict(standing),
        "input_bill": None if bills is None else asdict(bills),
    }
