"""Runs that belong to another one: opened before their first request, so that none is astray."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from niah.providers.noted import is_entry
from niah.runner.prepared import Prepared
from niah.store import Run, is_note
from niah.store.children import create_child, link_child
from niah.store.database import Store
from niah.store.runs import latest_run


def open_child(store: Store, planned: Prepared, *, of: Run) -> Run:
    """The child run of this plan: the one that is there, or a new one; calibrated as its parent.

    Args:
        store: Open for writing.
        planned: With a hash that no other parent's child has.
        of: The parent.

    Raises:
        StoreUnavailable: if the store cannot be written.
    """
    run = latest_run(store, planned.sha256)
    if run is not None:
        link_child(store, run.run, of=of.run)
    else:
        now = datetime.now(UTC)
        name = planned.experiment.name
        run = Run(
            run=f"{name}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
            name=name,
            experiment_sha256=planned.sha256,
            experiment=planned.experiment.canonical_json(),
            versions={
                name: value
                for name, value in of.versions.items()
                if is_entry(name) or not is_note(name)
            },
            simulated=of.simulated,
            planned_trials=len(planned.trials),
            created_at=now.isoformat(timespec="seconds"),
        )
        create_child(store, run, of=of.run)
    return run
