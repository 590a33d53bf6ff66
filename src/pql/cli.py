"""The command `pql`: what may be asked, in words; the answers are in `pql.commands`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from pql import console, project
from pql.errors import PqlError

# Each command imports what it needs: help and completion must not wait for pandas.

app = typer.Typer(
    name="pql",
    help="Product-qualified leads from product events: build them, look into them, send them on.",
    epilog="It works from any folder of the project; PQL_PROJECT names the project from elsewhere.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Raw = Annotated[
    Path | None,
    typer.Option("--raw", metavar="DIR", help="Folder of raw tables (the demo)."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="DIR", help="Config folder (seeds/config)."),
]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="Last day counted, as YYYY-MM-DD.")
]

# typer names what is wrong in a command line by subclasses of this, of which it shows one alone.
USAGE_ERROR = typer.BadParameter.__base__
LOOK, EDIT, MEASURE, SEND = "Look", "Edit the config", "Measure", "Pass on"


def keep_private() -> None:
    """Let what a command writes be read by its owner alone: it holds mail addresses."""
    os.umask(0o077)


def say_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        print(f"pql {version('pql')}")
        raise typer.Exit


@app.callback()
def common(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=say_version, is_eager=True, help="Say which it is."),
    ] = False,
) -> None:
    """Hold what all commands share."""


@app.command(rich_help_panel=LOOK)
def build(
    raw: Raw = None,
    config: Config = None,
    as_of: AsOf = "",
    variables: Annotated[
        str, typer.Option("--vars", metavar="JSON", help="Further dbt vars.")
    ] = "{}",
    selector: Annotated[
        Literal["hourly", "daily", "weekly"] | None,
        typer.Option(help="Build a part alone (everything)."),
    ] = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Make incremental models anew.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say something only if it fails.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show all that dbt prints.")] = False,
) -> int:
    """Score the demo, or a folder of raw tables under a config folder."""
    from pql.commands.build import Request, build, parse_variables

    keep_private()
    if quiet and verbose:
        raise PqlError("--quiet and --verbose: give one of them")
    request = Request(
        raw=raw,
        config=config,
        as_of=project.parse_date(as_of) if as_of else None,
        variables=parse_variables(variables),
        selector=selector or "",
        full_refresh=full_refresh,
        show="all" if verbose else "nothing" if quiet else "progress",
    )
    return build(request)


@app.command(rich_help_panel=LOOK)
def show(
    entity: Annotated[
        Literal["account", "user"] | None, typer.Option(help="Whom (accounts, if any).")
    ] = None,
    as_of: AsOf = "",
    top: Annotated[int, typer.Option(min=1, metavar="N", help="How many.")] = 10,
) -> None:
    """Print the strongest leads of the last build, with their scores and reasons."""
    from pql.commands.show import show

    print(show(entity, project.parse_date(as_of) if as_of else None, top))


@app.command(rich_help_panel=LOOK)
def explain(
    who: Annotated[str, typer.Argument(help="An id, a mail address, a domain or a name.")] = "",
    on: Annotated[str, typer.Option(metavar="DATE", help="The day (the latest).")] = "",
) -> None:
    """Explain one account or user: what counts, each point, and what comes next."""
    from pql.commands.explain import explain

    print(explain(who.strip(), on.strip()))


@app.command(rich_help_panel=EDIT)
def preview(
    config: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The config folder to try.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The current one (seeds/config).")
    ] = None,
    raw: Raw = None,
) -> None:
    """Show whom another config folder would add and drop, and why."""
    from pql.commands.preview import preview

    keep_private()
    print(preview(raw, config, against))


@app.command("new-version", rich_help_panel=EDIT)
def new_version(
    definition: Annotated[str, typer.Argument(help="The definition_id.")] = "",
    config: Config = None,
) -> None:
    """Copy the live version of a definition as a draft to edit."""
    from pql.commands.new_version import new_version

    print(new_version(definition.strip(), config or project.shipped_config()))


@app.command(rich_help_panel=EDIT)
def suggest(
    config: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The one built (seeds/config).")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A new folder (target/suggested).")
    ] = None,
) -> None:
    """Write the points that outcomes suggest as a config folder."""
    from pql.commands.suggest import suggest

    print(suggest(config or project.shipped_config(), to))


@app.command(rich_help_panel=EDIT)
def init(
    raw: Annotated[Path | None, typer.Option(metavar="DIR", help="Your raw tables.")] = None,
    config: Annotated[Path, typer.Option(metavar="DIR", help="The new folder.")] = Path(
        "starter_config"
    ),
) -> None:
    """Write a starter config for the events in a folder of raw tables."""
    from pql.commands.init import init

    print(init(raw, config))


@app.command(rich_help_panel=MEASURE)
def review(
    as_of: AsOf = "",
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="(review.html)")] = None,
) -> None:
    """Write the quarterly review of the last build as a page to open from disk."""
    from pql.commands.review import review

    keep_private()
    day = project.parse_date(as_of) if as_of else None
    print(review(output or project.root() / "review.html", day))


@app.command(rich_help_panel=SEND)
def sync(
    send: Annotated[bool, typer.Option("--send", help="Send it (show it).")] = False,
) -> int:
    """Show what the last build would send to HubSpot, or send it."""
    from pql.commands.sync import sync

    keep_private()
    return 0 if sync(send) else 1


@app.command(rich_help_panel=SEND)
def manifests() -> None:
    """Write manifests/: our fields, as HubSpot and Salesforce create them."""
    from pql.commands.manifests import write

    print(write())


@app.command(rich_help_panel=MEASURE)
def docs() -> int:
    """Write the documentation to target/static_index.html."""
    from pql.dbt import write_docs

    return write_docs()


@app.command(rich_help_panel=MEASURE)
def bench(
    events: Annotated[int, typer.Option(metavar="N", help="Rows of the year, about.")] = 1_000_000,
    memory: Annotated[str, typer.Option(help="DuckDB's memory limit.")] = "6GB",
    threads: Annotated[int, typer.Option(help="Threads of the jobs by hand.")] = 2,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A new one, kept (a temporary one).")
    ] = None,
) -> None:
    """Measure builds of made-up raw tables against one query written by hand."""
    project.load_tool("benchmark.measure").bench(events, memory, threads, folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 1 where it failed, 2 for a mistake in what was asked for or given."""
    if sys.stdout is sys.__stdout__:
        sys.stdout = console.unbroken(sys.stdout)
    try:
        code = app(arguments, prog_name="pql", standalone_mode=False)
    except PqlError as error:
        console.fail(str(error))
        return 2
    except USAGE_ERROR as error:
        if message := error.format_message().rstrip("."):  # none: the help is shown
            console.fail(f"{message}; see pql --help")
        return 2
    except (typer.Abort, KeyboardInterrupt) as stop:
        console.fail(str(stop) or "stopped")
        return 130
    finally:
        sys.stdout.flush()
    return code or 0
