"""``niah score``: stored responses scored again, beside the scores they were measured with."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from niah.statistics.agreement import agreement
from niah.store import MEASURED_SCORE_TAG, SCORED_BY_TAG
from niah.store.children import children_of
from niah.store.database import open_store
from niah.store.runs import find_run
from niah.store.scorings import Rescore, Scoring, save_scoring, scorings_of, use_scoring
from niah.store.tallies import tally_trials
from niah.store.trials import iter_trials
from tests.command import Niah
from tests.small_runs import SMALL, measured


def trials(niah: Niah, run: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in niah("export", run, "--format", "jsonl").out.splitlines()]


def test_the_same_scorer_gives_the_same_scores(niah: Niah) -> None:
    """What was planted and asked is drawn again, so that a second pass agrees with the first."""
    run = measured(niah)
    found = niah("score", run, "--json").json
    assert found["agreement"]["n"] == 6
    assert found["agreement"]["share"] == 1.0
    assert found["disagreements"] == []
    (sweep,) = found["sweeps"]
    assert sweep["first"] == sweep["second"]


@pytest.mark.parametrize(
    "task",
    ["multi-query", "absent", "variable-tracking", "sequence", "graph-walks", "multi-round"],
)
def test_every_kind_of_task_is_scored_again(niah: Niah, task: str) -> None:
    """Families that plant several needles, none, or write their own text: the same scores again."""
    config = Path("few.toml")
    config.write_text(
        'name = "few"\nmodels = ["reference/exact"]\n[grid]\ncontext_lengths = [2000]\n'
        f'depth_percents = [50]\ntrials = 2\n[task]\nkind = "{task}"\n'
        '[haystack]\nsource = "gazetteer"\n'
    )
    assert niah("run", config, "-q").code == 0
    found = niah("score", "latest", "--json").json
    assert found["agreement"]["n"] == 2
    assert found["disagreements"] == []


def test_new_scores_stand_beside_the_old_ones_until_they_are_put_to_use(niah: Niah) -> None:
    """Without --use everything shows the run as before; the new scores are in the store."""
    run = measured(niah)
    before = trials(niah, run)
    found = niah("score", run, "--scorer", "token-f1", "--json").json
    assert found["in_use"] == "original"
    assert found["sweeps"][0]["second"]["accuracy"] < found["sweeps"][0]["first"]["accuracy"]
    assert trials(niah, run) == before
    with open_store("niah.db") as store:
        assert [s.scorer.split()[0] for s in scorings_of(store, run)] == ["token-f1"]


def test_a_run_shown_by_another_scorer_says_so_everywhere(niah: Niah) -> None:
    """show, runs, export, plot, report and the stored cells; --scorer original goes back."""
    run = measured(niah)
    before = trials(niah, run)
    was = niah("show", run, "--json").json["sweeps"][0]["accuracy"]
    niah("score", run, "--scorer", "token-f1", "--use")
    shown = niah("show", run, "--json").json
    assert shown["sweeps"][0]["accuracy"] < was
    assert shown["scored_by"].startswith("token-f1 rules-")
    assert "scored again by token-f1" in niah("runs").out
    assert "scored      again by token-f1" in niah("show", run).out
    for old, new in zip(before, trials(niah, run), strict=True):
        assert new["score"] != old["score"] or old["score"] == 0
        assert new["tags"][MEASURED_SCORE_TAG] == f"{old['score']:g}"
        assert new["tags"][SCORED_BY_TAG] == shown["scored_by"]
    (described,) = niah("plot", run, "--out", "map.svg", "--json").json["descriptions"]
    assert "Scored again by token-f1" in described
    niah("report", run, "--out", "r.html")
    niah("report", run, "--out", "r.md")
    for name in ("map.svg", "r.html", "r.md"):
        assert "scored again by token-f1" in Path(name).read_text(encoding="utf-8")
    cells = niah("export", run, "--what", "cells", "--format", "jsonl").out.splitlines()
    assert all(json.loads(cell)["raw_accuracy"] < 1 for cell in cells)
    with open_store("niah.db", access="read") as store:
        scored = sum(tally.score_sum for tally in tally_trials(store, run))
        assert scored == pytest.approx(sum(t.score or 0 for t in iter_trials(store, run)))
    niah("score", run, "--scorer", "original", "--use")
    assert trials(niah, run) == before
    assert niah("show", run, "--json").json["scored_by"] == "original"


def test_controls_beside_a_map_are_scored_as_the_map_is(niah: Niah) -> None:
    """A ceiling by one scorer over a map by another would mean nothing."""
    run = measured(niah, "--controls")
    with open_store("niah.db") as store:
        children = [child.run for child in children_of(store, run)]
    assert children
    niah("score", run, "--scorer", "token-f1", "--use")
    with open_store("niah.db") as store:
        assert {find_run(store, c).scored_by.split()[0] for c in children} == {"token-f1"}
    niah("score", run, "--scorer", "original", "--use")
    with open_store("niah.db") as store:
        assert {find_run(store, c).scored_by for c in children} == {""}


def test_runs_scored_differently_are_not_compared_unless_one_insists(niah: Niah) -> None:
    """A scorer is a condition of the measurement like the haystack is."""
    one = measured(niah)
    other = measured(niah, "--new")
    assert niah("compare", one, other).code == 0
    niah("score", other, "--scorer", "token-f1", "--use")
    refused = niah("compare", one, other)
    assert refused.code == 2
    assert "are scored differently" in refused.err
    assert niah("compare", one, other, "--anyway").code == 0


def test_a_run_of_an_older_scorer_is_brought_up_to_date_before_it_is_compared(niah: Niah) -> None:
    """A change of the rules is not taken for a change of the model."""
    old, new = measured(niah), measured(niah, "--new")
    with open_store("niah.db") as store:
        store.connection.execute(
            "UPDATE runs SET versions = json_set(versions, '$.scorer', 'values rules-0')"
            " WHERE run = ?",
            (old,),
        )
    refused = niah("compare", old, new)
    assert refused.code == 2
    assert "values rules-0" in refused.err
    niah("score", old, "--use")
    assert "originally values rules-0" in niah("show", old).out
    assert niah("compare", old, new).code == 0


def test_an_unfinished_run_is_not_gone_on_with_under_another_scorer(niah: Niah) -> None:
    """New trials would have the scores of the measurement, and one map two scorers."""
    stopped = niah("run", "quickstart", "-m", "nowhere/x", *SMALL, *NOWHERE, "-q", "--json")
    assert stopped.code == 3
    run = stopped.json["run"]
    with open_store("niah.db") as store:
        scoring = Scoring(scorer="mine 1", niah_version="0", scored_at="2026-01-01T00:00:00")
        save_scoring(store, run, scoring, [])
        use_scoring(store, run, "mine 1")
    again = niah("run", "quickstart", "-m", "nowhere/x", *SMALL, *NOWHERE, "-q")
    assert again.code == 2
    assert "--scorer original --use goes back" in again.err


NOWHERE = (
    "--set",
    "providers.nowhere.api=openai",
    "--set",
    "providers.nowhere.base_url=http://127.0.0.1:9/v1",
    "--set",
    "limits.max_retry_s=0",
    "--set",
    'model."nowhere/x".tokenizer=o200k_base',
    "--set",
    'model."nowhere/x".calibrate=off',
)


def test_what_a_scorer_cannot_tell_is_not_measured_and_never_zero(niah: Niah) -> None:
    """A trial without a score by the scorer in use leaves the accuracy and counts as failed."""
    run = measured(niah)
    with open_store("niah.db") as store:
        first, *rest = iter_trials(store, run)
        made = [Rescore(trial_id=t.trial_id, score=1.0, reason="right") for t in rest]
        made.append(Rescore(trial_id=first.trial_id, score=None, reason="two words"))
        scoring = Scoring(scorer="mine 1", niah_version="0", scored_at="2026-01-01T00:00:00")
        save_scoring(store, run, scoring, made)
        use_scoring(store, run, "mine 1")
        (failed,) = (t for t in iter_trials(store, run) if t.outcome == "failed")
    assert failed.score is None
    assert "no score by mine 1: two words" in failed.message
    sweep = niah("show", run, "--json").json["sweeps"][0]
    assert (sweep["accuracy"], sweep["n"], sweep["failures"]) == (1.0, 5, {"malformed": 1})


def test_an_audit_lists_one_disagreement_of_each_kind_first(niah: Niah) -> None:
    """Nothing is stored; --out has every disagreement as JSON lines or CSV."""
    run = measured(niah)
    found = niah("score", run, "--audit", "original", "token-f1", "--out", "a.jsonl", "--json").json
    kinds = [(d["first_reason"], d["second_reason"]) for d in found["disagreements"]]
    assert len(set(kinds[: len(set(kinds))])) == len(set(kinds))
    assert len(Path("a.jsonl").read_text().splitlines()) == len(kinds) > 0
    niah("score", run, "--audit", "original", "token-f1", "--out", "a.csv")
    with Path("a.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(kinds)
    with open_store("niah.db") as store:
        assert scorings_of(store, run) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scorer", "mine"), "mine names no scorer"),
        (("--audit", "original", "values", "--use"), "--audit only compares"),
        (("--out", "a.txt"), ".jsonl or .csv"),
    ],
)
def test_wrong_arguments_are_told_in_one_sentence(
    niah: Niah, arguments: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and what would be right."""
    run = measured(niah)
    refused = niah("score", run, *arguments)
    assert refused.code == 2
    assert said in refused.err
    assert "Traceback" not in refused.err


def test_an_imported_run_says_that_it_cannot_be_scored_again(niah: Niah) -> None:
    """What was planted is not known of it."""
    Path("theirs.csv").write_text("length,depth,score,response\n1000,50,1,It is 7.\n")
    columns = ("--length-column", "length", "--depth-column", "depth", "--score-column", "score")
    assert niah("import", "theirs.csv", *columns, "--model", "x/y").code == 0
    refused = niah("score", "latest")
    assert refused.code == 2
    assert "imported" in refused.err


def test_responses_are_printed_and_written_inert(niah: Niah) -> None:
    """Terminal escapes and formulas of a model do nothing in a terminal or a spreadsheet."""
    run = measured(niah)
    evil = "=HYPERLINK(1)\x1b]0;owned\x07\u202e"
    with open_store("niah.db") as store:
        store.connection.execute(
            "UPDATE trials SET record = json_set(record, '$.response', ?)", (evil,)
        )
    found = niah("score", run, "--out", "a.csv")
    assert found.code == 0
    assert not {"\x1b", "\x07", "\u202e"} & {*found.out, *Path("a.csv").read_text()}
    with Path("a.csv").open(newline="") as file:
        assert all(row["response"].startswith("'=") for row in csv.DictReader(file))


def test_kappa_is_cohens() -> None:
    """His textbook form: 20 and 15 agreed, 5 and 10 not, of 50: kappa .4, chance .5."""
    pairs = [(1.0, 1.0)] * 20 + [(1.0, 0.0)] * 5 + [(0.0, 1.0)] * 10 + [(0.0, 0.0)] * 15
    found = agreement(pairs)
    assert found.share.value == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    assert (found.both_right, found.first_only, found.second_only, found.both_wrong) == (
        20,
        5,
        10,
        15,
    )
    assert agreement([(1.0, 1.0)] * 9).kappa != agreement([(1.0, 1.0)] * 9).kappa  # NaN
