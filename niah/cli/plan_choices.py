"""What each way of sharing prompts would cost, in a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from niah.models import Model
    from niah.runner.prepared import Prepared


def choices_lines(prepared: Prepared, model: Model) -> list[str]:
    """What each way of sharing prompts would cost, as a table; nothing where all cost the same."""
    from niah.console import count, inert, percent, table, usd
    from niah.runner.choices import bill_choices, cache_is_known

    if model.simulated:
        return []
    if not cache_is_known(model):
        return [
            f"{inert(model.id)}: what a cache will save is not known beforehand; tokens that its "
            f"answers report as cached are counted{_priced(model)}."
        ]
    concurrency = prepared.experiment.limits.concurrency
    explained = {
        "none": "a haystack of its own for each trial",
        "loop": f"usual loop over one haystack, {concurrency} in flight; only for comparison",
        "nested": "one text cut at several lengths, one needle",
        "packed": "several keys in one text: another task",
    }
    rows = [
        (
            ("> " if choice.chosen else "  ") + choice.way,
            count(choice.bill.input_tokens),
            percent(choice.bill.cached_share),
            usd(choice.bill.input_usd),
            inert(choice.task),
            explained[choice.way],
        )
        for choice in bill_choices(prepared, model)
    ]
    if len(rows) == 1:
        return []
    header = ("  sharing", "input tokens", "cached", "input", "task", "")
    each = " of one trial in every cell" if prepared.experiment.sampling.mode == "adaptive" else ""
    return [
        "",
        f"Input bill{each} expected under the prompt cache of {inert(model.id)}:",
        table(header, rows, right=(1, 2, 3)),
    ]


def _priced(model: Model) -> str:
    """How tokens are priced that a model's answers report as cached."""
    if model.price is None:
        return ""
    if any(rate.cached_input_usd is None for rate in model.price.rates):
        return ", and priced as plain input while no price of cached input is known"
    return " and priced as such"


def choices_json(prepared: Prepared, model: Model) -> list[dict[str, Any]]:
    """The same as JSON values."""
    from niah.runner.choices import bill_choices

    return [
        {
            "sharing": choice.way,
            "task": choice.task,
            "chosen": choice.chosen,
            "trials": choice.bill.trials,
            "input_tokens": choice.bill.input_tokens,
            "cached_input_tokens": choice.bill.cached_tokens,
            "cache_write_tokens": choice.bill.written_tokens,
            "cached_share": choice.bill.cached_share,
            "input_usd": choice.bill.input_usd,
        }
        for choice in bill_choices(prepared, model)
    ]
