"""niah models, tasks, haystacks, schema: what there is to choose from."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from niah.cli.options import Json, note, print_json


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("models")(models)
    app.command("tasks")(tasks)
    app.command("schema")(schema)
    haystacks = typer.Typer(help="List the haystacks, or fetch one.", invoke_without_command=True)
    haystacks.callback()(list_haystacks)
    haystacks.command("fetch")(fetch_haystack)
    app.add_typer(haystacks, name="haystacks")


def models(json: Json = False) -> None:
    """List the providers, whether their key is set, and the models known by price."""
    from niah.console import table
    from niah.models import PROVIDERS

    rows = []
    for provider in PROVIDERS.values():
        variable = provider.api_key_env
        key = (
            "none needed" if variable is None else "set" if os.environ.get(variable) else "not set"
        )
        rows.append(
            {
                "provider": provider.name,
                "api": provider.api,
                "base_url": "" if provider.api == "reference" else provider.base_url,
                "api_key_env": variable,
                "key": key if provider.key_required or key != "not set" else "optional",
                "description": provider.description,
            }
        )
    if json:
        print_json({"providers": rows})
        return
    header = ("provider", "wire format", "key", "variable", "description")
    print(
        table(
            header,
            [
                (
                    str(row["provider"]),
                    str(row["api"]),
                    str(row["key"]),
                    row["api_key_env"] or "",
                    str(row["description"]),
                )
                for row in rows
            ],
        )
    )
    print("\nA model is called provider/model, such as openai/gpt-4o or reference/exact.")


def schema() -> None:
    """Print the JSON Schema of an experiment file, for editors."""
    import json as json_module

    from niah.experiment import json_schema

    print(json_module.dumps(json_schema(), indent=2, ensure_ascii=True))
