"""niah check: one tiny exchange with each model, before a sweep is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.options import (
    Config,
    EnvFile,
    Json,
    Models,
    Overrides,
    environment,
    load_config,
    note,
    print_json,
)

if TYPE_CHECKING:
    from niah.runner.findings import Check

WRONG = 2
SHOWN_CHARS = 24


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("check")(check)


def check(
    config: Config,
    model: Models = None,
    override: Overrides = None,
    timeout_s: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", min=0.1, help="For each tiny question."),
    ] = 30.0,
    env_file: EnvFile = None,
    json: Json = False,
) -> None:
    """Ask each model two tiny questions: key, host, model, answer, token count, cost."""
    from niah.cli.serving import reference_transports
    from niah.console import inert, table
    from niah.runner.check import check_models

    experiment = load_config(config, model, override)
    checks = check_models(
        experiment,
        environment(env_file),
        transports=reference_transports(),
        timeout_s=timeout_s,
    )
    if json:
        print_json(
            {
                "experiment": experiment.name,
                "ok": all(found.usable for found in checks),
                "models": [_json(found) for found in checks],
            }
        )
    else:
        header = ("model", "verdict", "key", "host", "exists", "answer", "tokens", "cost", "time")
        print(table(header, [_row(found) for found in checks], right=(7, 8)))
    for found in checks:
        for sentence in found.notes:
            note(f"note: {inert(found.model.id)}: {inert(sentence)}")
    for found in checks:
        for sentence in found.problems:
            note(f"niah: {inert(found.model.id)}: {inert(sentence)}")
    if not all(found.usable for found in checks):
        raise typer.Exit(WRONG)


def _row(found: Check) -> tuple[str, ...]:
    from niah.console import inert, shorten, usd

    answered = found.response is not None and found.response.text.strip()
    variable = found.model.provider.api_key_env
    host = "reference reader" if found.model.simulated else inert(found.host)
    heard = {None: " (not asked)", True: "", False: " (silent)"}[found.host_answers]
    return (
        inert(found.model.id),
        "ok" if found.usable else "wrong",
        f"{variable} {found.key}" if variable else found.key,
        host + heard,
        _yes_no(found.model_exists),
        f'"{inert(shorten(answered, SHOWN_CHARS))}"' if answered else "none",
        _tokens(found),
        usd(found.cost_usd) if found.response else "",
        "" if found.latency_s is None else f"{found.latency_s:.1f} s",
    )


def _yes_no(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def _tokens(found: Check) -> str:
    """The provider's count beside ours, and what lies between them."""
    tokens = found.tokens
    if tokens is None:
        return ""
    if tokens.reported is None:
        return f"{tokens.counted} counted, none reported"
    both = f"{tokens.counted} counted, {tokens.reported} reported"
    if tokens.verdict == "agree":
        return f"{both}: agree, {tokens.template:+d} chat template"
    if tokens.verdict == "stand-in":
        return f"{both}: x {tokens.ratio:.3f}, {tokens.template:+d} chat template"
    return f"{both}: differ"


def _json(found: Check) -> dict[str, Any]:
    response, tokens, model = found.response, found.tokens, found.model
    return {
        "model": model.id,
        "ok": found.usable,
        "simulated": model.simulated or found.simulated,
        "api": model.provider.api,
        "api_key_env": model.provider.api_key_env,
        "key": found.key,
        "host": found.host,
        "host_answers": found.host_answers,
        "model_exists": found.model_exists,
        "served_model": response and response.served_model,
        "outcome": response and response.outcome,
        "response": response and response.text,
        "requests": found.requests,
        "latency_s": found.latency_s,
        "tokenizer": model.tokenizer,
        "tokenizer_known": model.tokenizer_known,
        "tokens": tokens
        and {
            "verdict": tokens.verdict,
            "counted": tokens.counted,
            "reported": tokens.reported,
            "chat_template": tokens.template,
            "ratio": tokens.ratio,
        },
        "cost_usd": found.cost_usd,
        "problems": list(found.problems),
        "notes": list(found.notes),
    }
