"""The English words of a report."""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    "kicker": "Long-context report",
    "skip": "Skip to the findings",
    "contents": "Contents",
    "summary": "In short",
    "maps": "Where it works and where it does not",
    "trials": "Every answer",
    "margins": "By length and by depth",
    "pairs": "Models compared",
    "experiment": "The experiment",
    "method": "How to read the numbers",
    # what was found
    "effective-title": "Effective context length",
    "pooled-effective-title": "Pooled effective context length",
    "accuracy-title": "Accuracy",
    "pooled-value": "{value} (pooled)",
    "pooled-title": "Pooled accuracy",
    "tokens": "{value}\u00a0tokens",
    "below": "below {value}",
    "at-least": "at least {value}",
    "interval": "95% interval {span}",
    "interval-n": "95% interval {lower} to {upper}, n\u00a0=\u00a0{n}",
    "none-scored": "no trial was scored",
    "lede-holds": "{model} holds up to {value}\u00a0tokens ({how} {span}).",
    "lede-all": "{model} holds at every tested length, up to {value}\u00a0tokens ({how} {span}).",
    "lede-fails": "{model} falls short already at {value} tokens, the shortest tested length "
    "({how} {span}).",
    "lede-raw": "95% interval",
    "lede-pooled": "pooled, 95% interval",
    "lede-nothing": "Nothing of {model} was scored.",
    "said-accuracy": "{model} gave the planted answer in {value} of {n} scored trials, in contexts "
    "of {shortest} to {longest} tokens; 95% interval {lower} to {upper}, {method}.",
    "said-effective": "Its effective context length is {value} tokens (95% interval {span}): "
    "the longest tested length with an {rule}.",
    "said-effective-pooled": "Its pooled effective context length is {value} tokens (95% interval "
    "{span}): the longest tested length with an {rule}.",
    "said-other-rule": "By another rule it is {value} tokens (95% interval {span}): {rule}.",
    "said-other-none": "By another rule it has none, because the base score is 0: {rule}.",
    "said-claimed": "Its maker states a context window of {value} tokens.",
    "said-beyond": "{n} scored trials are longer than that: where a server reads past what the "
    "model was trained for, the score says nothing of the model within its window.",
    "said-lowest-length": "The lowest measured length is {tokens} tokens with {value} ({lower} to "
    "{upper}, n = {n}).",
    "said-lowest-depth": "The lowest measured depth is {depth}% with {value} ({lower} to {upper}, "
    "n = {n}).",
    "said-even": "It scored {value} at every tested length.",
    "said-dip": "Facts in the middle of the text are found {points} percentage points less often "
    "than those at both ends (95% interval {lower} to {upper}).",
    "said-bulge": "Facts in the middle of the text are found {points} percentage points more "
    "often than those at both ends (95% interval {lower} to {upper}).",
    "said-no-dip": "No difference between the middle and both ends of the text could be shown "
    "({points} percentage points, 95% interval {lower} to {upper}).",
    "said-falls": "With every doubling of the length, accuracy falls by {points} percentage "
    "points (95% interval {lower} to {upper}).",
    "said-rises": "With every doubling of the length, accuracy rises by {points} percentage "
    "points (95% interval {lower} to {upper}).",
    "said-steady": "No trend with the length could be shown ({points} percentage points per "
    "doubling, 95% interval {lower} to {upper}).",
    "said-cut": "{n} of {trials} trials used up their output limit before any text, and count as "
    "wrong; that says more about the limit than about the model.",
    "said-repeated": "{n} of {trials} trials were asked word for word what another one was asked; "
    "the intervals take them as independent and are too narrow where the answers are alike.",
    "said-unscored": "{n} of {trials} trials could not be scored ({kinds}); they count neither as "
    "right nor as wrong.",
    "said-unfinished": "{trials} of {planned} planned trials are done.",
    "said-cost": "It cost {cost} for {tokens} prompt tokens.",
    "said-cost-unknown": "What it cost is unknown; {tokens} prompt tokens were read.",
    "at-least-cost": "at least {value}",
    # maps
    "map-help": "Each cell is one context length and one depth. Point at a cell for its numbers; "
    "open it, with a click, a tap or the Enter key, for its trials. Arrow keys move between cells.",
    "view": "Show",
    "view-value": "accuracy",
    "view-lower": "lower bound",
    "view-upper": "upper bound",
    "show-values": "write percentages into the cells",
    "legend-low": "0%: never found",
    "legend-high": "100%: always found",
    "legend-minus": "100 points lower",
    "legend-plus": "100 points higher",
    "cell": "{tokens} tokens, depth {depth}%",
    "cell-value": "{value} (95% interval {lower} to {upper}), n\u00a0=\u00a0{n}",
    "cell-difference": "{points} percentage points, n\u00a0=\u00a0{n}",
    "cell-outlined": "in a region that differs significantly",
    "depth-axis": "Depth of the needle, percent",
    "length-axis": "Context length, tokens",
    "effective-line": "effective context length",
    "map-depth": "depth",
    # trials
    "trials-help": "Choose a cell above, or filter. Every trial shows what was asked, what came "
    "back and why it got its score.",
    "trials-static": "This list has {shown} of {all} trials, those without full score first. Open "
    "the page in a browser with JavaScript for all of them, or use niah export.",
    "trials-broken": "The other trials could not be unpacked: this browser is too old. Use niah "
    "export for all of them.",
    "filter-model": "Sweep",
    "filter-result": "Result",
    "filter-outcome": "Outcome",
    "filter-reason": "Why",
    "filter-length": "Length",
    "filter-depth": "Depth",
    "filter-text": "Text contains",
    "any": "all",
    "result-right": "full score",
    "result-partial": "part of the score",
    "result-wrong": "score 0",
    "result-unscored": "not scored",
    "reset": "Clear filters",
    "more": "Show more",
    "back": "Back to the map",
    "found-trials": "{shown} of {all} trials",
    "no-trials": "No trial fits these filters.",
    "loading": "Unpacking the trials …",
    "score": "score {value}",
    "not-scored": "not scored",
    "repeat": "repeat {value}",
    "row-question": "Question",
    "row-answers": "Expected answer",
    "row-response": "Response",
    "row-no-response": "(no text)",
    "row-verdict": "Verdict",
    "row-thinking": "Thinking",
    "row-message": "What happened",
    "row-passage": "In the text, at {depth}",
    "row-distractor": "Distractor, at {depth}",
    "depths": "{placed}% (asked {asked}%)",
    "row-planted": "Planted too",
    "more-passages": "{n} more sentences, not shown; niah show --prompt has all",
    "row-no-passage": "not shown: {why}",
    "row-tokens": "Tokens",
    "row-cost": "Cost and time",
    "row-served": "Answered by",
    "row-id": "Trial",
    "found": "stated: {value}",
    "taken": "took a distractor: {value}",
    "cut": "… [cut here, {n} more characters; niah export has all]",
    "place-length": "{tokens} tokens asked for",
    "counted": "{n} in the prompt",
    "reported": "{n} reported by the provider",
    "not-reported": "none reported by the provider",
    "cached": "{n} of them from a cache",
    "output": "{n} in the answer",
    "reasoning": "{n} of them thinking",
    "latency": "{value} s",
    "attempts-1": "1 attempt",
    "attempts": "{n} attempts",
    "cost-unknown": "cost unknown",
    "unknown": "unknown",
    # margins
    "over-length": "Accuracy over context length, all depths together",
    "over-depth": "Accuracy over depth, all lengths together",
    "threshold": "threshold {value}",
    "as-table": "The numbers as a table",
    "column-length": "tokens",
    "column-depth": "depth",
    "column-model": "sweep",
    "column-accuracy": "accuracy",
    "column-interval": "95% interval",
    "column-n": "n",
    "column-effective": "effective length",
    "column-cost": "cost",
    "column-trials": "scored / trials",
    "chart-alt": "{title}. {parts}",
    "chart-part": "{model}: from {first} at {start} to {last} at {end}",
    # beside the maps
    "positions": "Start, middle, end, and growing length",
    "positions-help": "Differences of accuracies in percentage points. Above 0, the start, the "
    "end, both ends or longer contexts are read better, below 0 worse; an interval that holds 0 "
    "shows no effect. Start is depths up to 20%, middle 40-60%, end from 80%; every length weighs "
    "the same. Intervals: {methods}.",
    "positions-table": "Differences between places in the text",
    "controls-table": "Shares of right and false answers",
    "nolima-table": "Published rows",
    "position-primacy": "start minus middle (primacy)",
    "position-recency": "end minus middle (recency)",
    "position-middle_dip": "both ends minus middle (middle dip)",
    "position-length_trend": "for each doubling of the length",
    "column-position": "difference",
    "column-points": "points",
    "controls": "Controls",
    "controls-help": "A few trials beside the maps, not among their numbers. Without any text, "
    "right answers are guesses or memory; with the needle alone they are the most that can be "
    "reached. Where the needle is left out of the whole text, any answer but that the text does "
    "not tell is a false one, the right one a memory. Needles at a fixed distance from the end "
    "tell the length of the text from the place in it.",
    "column-control": "control",
    "column-share": "share",
    "near-end": "Needles near the end beside all depths, by length",
    "column-all-depths": "all depths (95% interval)",
    "column-near-end": "near the end (95% interval)",
    "questions": "Questions answered without what answers them",
    "said-questions": "{model} answers {known} of {tried} questions without what answers them; the "
    "sweep asks {asked}.",
    "said-questions-others": "Such answers are memory or guesses, not finds in the text: over the "
    "questions not answered so the accuracy is {value} (95% interval {lower} to {upper}, n = {n}), "
    "over all it is {all_value} ({all_lower} to {all_upper}, n = {all_n}).",
    "questions-table": "Questions that test no retrieval",
    "question-without-text": "answered without any text",
    "question-without-passage": "answered without its passage",
    "question-not-from-passage": "not answered from its passage alone",
    "column-question": "question",
    "column-beside": "in the controls",
    "nolima": "Base score and effective length by NoLiMa's rule",
    "said-nolima": "{model} has a base score of {base} (95% interval {lower} to {upper}, n = {n}), "
    "its best in short contexts, at {tokens} tokens; with at least 0.85 of it, its effective "
    "length is {value} tokens (95% interval {span}).",
    "said-nolima-none": "{model} has a base score of {base} (95% interval {lower} to {upper}, "
    "n = {n}), its best in short contexts, at {tokens} tokens; a share of it is 0, so it has no "
    "effective length by this rule.",
    "nolima-help": "The rows below are {citation}; they are not measured here, and have other "
    "needles and texts than ours.",
    "column-published": "published",
    "column-base": "base score",
    # pairs
    "pair-title": "{second} against {first}",
    "pair-better": "{second} finds {points} percentage points more than {first} (95% interval "
    "{lower} to {upper}, n = {n}).",
    "pair-worse": "{second} finds {points} percentage points less than {first} (95% interval "
    "{lower} to {upper}, n = {n}).",
    "pair-same": "No overall difference between {second} and {first} could be shown ({points} "
    "percentage points, 95% interval {lower} to {upper}, n = {n}).",
    "pair-paired": "Compared trial by trial on the same prompts: {won} trials only {second} "
    "scored higher, {lost} only {first} (McNemar p {p}).",
    "pair-unpaired": "Compared cell by cell on the {cells} cells that both measured: the two did "
    "not get the same prompts.",
    "pair-regions": "{n} cells lie in regions that differ significantly (5%, corrected for all "
    "regions looked at); they are outlined.",
    "pair-local": "The mean over the whole map does not tell the two apart, parts of it do: {n} "
    "cells lie in regions that differ significantly (5%, corrected for all regions looked at); "
    "they are outlined.",
    "pair-shared": "Trials share haystacks: the interval of the difference speaks of other "
    "haystacks too, the tests of trials and regions of these alone.",
    "pair-no-regions": "No region of the map differs significantly (5%, corrected for all regions "
    "looked at).",
    "said-pooled": "{model} has a pooled accuracy of {value} over all cells, in contexts of "
    "{shortest} to {longest} tokens (n = {n} trials; 95% interval {lower} to {upper}, {method}).",
    "said-mean": "{model} scored {value} on average over {n} scored trials, in contexts of "
    "{shortest} to {longest} tokens; 95% interval {lower} to {upper}, {method}.",
    "pair-differing": "Besides the models there differ: {what}.",
    "pair-refused": "{first} and {second} are not compared, because their difference would not be "
    "the models' alone; there differ: {what}.",
    "differs-task": "the task or its version",
    "differs-haystack": "the haystack",
    "differs-tokenizer": "the vocabulary that counts the tokens",
    "differs-prompt": "the prompt around the haystack",
    "differs-request": "the request settings",
    "differs-sharing": "how prompts share haystacks",
    "differs-scoring": "the scorer",
    "differs-cells": "all cells, none was measured by both",
    "imported-at": "Imported",
    "method-import": "Imported trials keep the score that their publisher gave, mapped as their "
    "source says; how their prompts were made is not known here.",
    "league": "Side by side",
    # experiment
    "notable": "Some answers",
    "notable-help": "A few answers, one of each way to miss or fail before a second of any, the "
    "shortest text first. niah show and niah export have all.",
    "made-by": "Made by niah {version} from its store.",
    "run": "Run",
    "status": "Status",
    "status-complete": "complete",
    "status-incomplete": "incomplete",
    "status-running": "not finished",
    "measured": "Measured",
    "from-to": "{start} to {end}",
    "source": "Source",
    "scorer": "Scorer",
    "scored-by": "scored again by {value}",
    "source-measured": "measured by niah",
    "source-simulated": "reference reader: simulated, no model was asked",
    "source-imported": "imported from {value}",
    "hash": "Experiment hash (SHA-256)",
    "counting": "Token counts of {model}",
    "file": "The experiment file",
    "imported-file": "What was imported",
    "versions": "Versions and hashes",
    "again": "Measure it again",
    "again-help": "Save the experiment file as experiment.toml and run these commands. Trials, "
    "prompts and seeds come out the same.",
    "small-print": "Small print of the figures",
    # method
    "method-1": "A trial plants a fact that nobody can guess in a text of exactly the asked length "
    "and asks for it. Context length counts the tokens of all messages; depth is the share of the "
    "text before the fact.",
    "method-2": "Answers are scored by fixed rules, not by a model. A refusal, a list of guesses "
    "or another value scores 0. A blocked, truncated or failed request is not scored at all: it "
    "says nothing about what the model can find.",
    "method-pooled": "Pooled numbers come from one smooth map fitted to all cells (a Gaussian "
    "process), in which every cell weighs the same however many trials it had. Where trials went "
    "where they told most, raw averages would mislead.",
    "method-3": "Every interval is a 95% interval. Cells use Jeffreys' interval; lengths, depths "
    "and whole sweeps use a t interval over repeats where there are several, and say so.",
    "method-4": "The effective context length is the longest tested length up to which its stated "
    "rule holds at every shorter tested length too. Its interval applies the rule to the bounds.",
    "method-5": "With few trials a cell its own number says little; its row, its column and the "
    "whole say more. The lowest of many cells looks lower than it is.",
    "method-6": "Retrieval of planted facts is the easiest use of a long context: a model that "
    "passes may still fail to reason over as much text; one that fails here will not do better.",
    "footer": "Made by niah {version} from its store. The page loads nothing and sends nothing.",
}
