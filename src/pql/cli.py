"""The command `pql`: what may be asked, in words; the answers are in `pql.commands`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

import typer

from pql import console, project
from pql.errors import FailedError, PqlError

# Each command imports what it needs: help and completion must not wait for pandas.

app = typer.Typer(
    name="pql",
    help="Product-qualified leads from product events: build them, look into them, send them on.",
    epilog="It works from any folder of the project; PQL_PROJECT names the project from elsewhere.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# typer names what is wrong in a command line by subclasses of this, of which it shows one alone.
USAGE_ERROR = typer.BadParameter.__base__
BUILD = "Build and look"
EDIT = "Edit the config"
MEASURE = "Measure"
SEND = "Send to a CRM or a chat"


def as_date(text: str | date) -> date:
    """Read a date, or say to typer what is wrong with it."""
    try:
        return text if isinstance(text, date) else project.parse_date(text)
    except PqlError as error:
        raise typer.BadParameter(str(error)) from None


def as_name(text: str) -> str:
    """Take a name without the blanks around it, but none that is blank."""
    if not text.strip():
        raise typer.BadParameter("it is blank")
    return text.strip()


def complete_definition(beginning: str) -> list[str]:
    """Complete the id of a definition of the shipped config."""
    from pql.config_files import definition_ids, read_table

    try:
        known = definition_ids(read_table(project.shipped_config() / "definitions.csv"))
    except (PqlError, OSError):
        return []
    return [definition_id for definition_id in known if definition_id.startswith(beginning)]


Raw = Annotated[
    Path | None,
    typer.Option("--raw", metavar="DIR", help="Folder of raw tables. By default the demo."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="DIR", help="Config folder. By default seeds/config."),
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        parser=as_date,
        help="Read the build of that past day, such as 2026-05-31. By default the usual one.",
    ),
]
Target = Annotated[
    str,
    typer.Option(
        "--target",
        metavar="NAME",
        show_default=False,
        help="A target of profiles.yml, such as postgres. By default DuckDB.",
    ),
]


config_app = typer.Typer(
    help="Take a config folder to a spreadsheet and back.", no_args_is_help=True
)
app.add_typer(config_app, name="config", rich_help_panel=EDIT)


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Say what to do where what a command alone needs is not installed.

    Args:
        extra: the command, which the requirements are called after, too.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise PqlError(
            f"{error.name} is not installed; `make {extra}` installs what this command needs, and "
            f"so does `pip install -r requirements-{extra}.lock`"
        ) from None


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
        typer.Option("--version", callback=say_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Hold what all commands share."""


# --- build and look -------------------------------------------------------------------------------


@app.command(rich_help_panel=BUILD)
def build(
    raw: Raw = None,
    config: Config = None,
    as_of: Annotated[
        date | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            parser=as_date,
            help="Rebuild that past day, such as 2026-05-31, in a database of its own.",
        ),
    ] = None,
    selector: Annotated[
        Literal["hourly", "daily", "weekly"] | None,
        typer.Option(
            metavar="PART", help="Build one part: hourly, daily or weekly. By default everything."
        ),
    ] = None,
    target: Target = "",
    variables: Annotated[
        str,
        typer.Option(
            "--vars",
            metavar="JSON",
            show_default=False,
            help='Further dbt vars, such as {"decay_step_days": 1}.',
        ),
    ] = "{}",
    full_refresh: Annotated[
        bool,
        typer.Option("--full-refresh", help="Make again what is usually built step by step."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing unless it fails.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print all that dbt prints.")] = False,
) -> None:
    """Score the demo, or a folder of raw tables under a config folder."""
    from pql.commands.build import Request, build_and_tell, parse_variables

    keep_private()
    if quiet and verbose:
        raise PqlError("--quiet and --verbose: give one of them")
    request = Request(
        raw=raw,
        config=config,
        as_of=as_of,
        variables=parse_variables(variables),
        selector=selector or "",
        target=target,
        full_refresh=full_refresh,
        show="all" if verbose else "nothing" if quiet else "line",
    )
    if text := build_and_tell(request):
        console.answer(text)


@app.command(rich_help_panel=BUILD)
def show(
    entity: Annotated[
        Literal["account", "user"] | None,
        typer.Option(
            metavar="TYPE", help="One of account and user. By default accounts, if any are scored."
        ),
    ] = None,
    as_of: AsOf = None,
    top: Annotated[int, typer.Option(min=1, metavar="N", help="How many leads.")] = 10,
    target: Target = "",
) -> None:
    """Print the strongest leads of the last build, with their scores and reasons."""
    from pql.commands.show import show

    console.answer(show(entity, as_of, top, target))


@app.command(rich_help_panel=BUILD)
def explain(
    who: Annotated[
        str,
        typer.Argument(
            metavar="WHO",
            parser=as_name,
            help="An id, a mail address, a domain or an account's name.",
        ),
    ],
    on: Annotated[
        date | None,
        typer.Option(
            metavar="DATE", parser=as_date, help="The day to explain. By default the latest."
        ),
    ] = None,
    target: Target = "",
) -> None:
    """Explain one account or user: what counts, each point, and what comes next."""
    from pql.commands.explain import explain

    console.answer(explain(who, on, target))


@app.command("app", rich_help_panel=BUILD)
def workbench(
    raw: Raw = None,
    config: Config = None,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="Where to listen. By default on this machine alone."),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, metavar="N", help="The port.")] = 8501,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Whether to open a browser.")
    ] = True,
    target: Target = "",
) -> None:
    """Open the last build, and changes of the config, as pages in a browser."""
    with needing("app"):
        from pql.commands.app import app as serve

    keep_private()
    serve(raw, config or project.shipped_config(), host, port, browser, target)


# --- edit the config ------------------------------------------------------------------------------


@app.command(rich_help_panel=EDIT)
def init(
    raw: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of your raw tables, or of a vendor's."),
    ] = None,
    schema: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Instead, a schema of the database with a vendor's tables."
        ),
    ] = None,
    config: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder to write, which must be new.")
    ] = Path("starter_config"),
    target: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The target of profiles.yml that has the schema, such as postgres. By default "
            "DuckDB.",
        ),
    ] = "",
) -> None:
    """Write a starter config for the events in a folder of raw tables."""
    from pql.commands.init import init

    console.answer(init(raw, config, schema or [], target))


@app.command(rich_help_panel=EDIT)
def preview(
    config: Annotated[Path, typer.Option(metavar="DIR", help="The config folder to try.")],
    against: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The one to compare it with. By default seeds/config."),
    ] = None,
    raw: Raw = None,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Say what held-out dates say of both, too.")
    ] = False,
    target: Target = "",
) -> None:
    """Show whom another config folder would add and drop, and why."""
    from pql.commands.preview import preview

    keep_private()
    console.answer(preview(raw, config, against, evaluate, target))


@app.command("new-version", rich_help_panel=EDIT)
def new_version(
    definition: Annotated[
        str,
        typer.Argument(
            metavar="DEFINITION",
            parser=as_name,
            help="A definition_id.",
            autocompletion=complete_definition,
        ),
    ],
    config: Config = None,
) -> None:
    """Copy the live version of a definition as a draft to edit."""
    from pql.commands.new_version import new_version

    console.answer(new_version(definition, config or project.shipped_config()))


@app.command(rich_help_panel=EDIT)
def suggest(
    config: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The config that was built. By default seeds/config."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="A new folder to write. By default target/suggested."),
    ] = None,
    target: Target = "",
) -> None:
    """Write the points that outcomes suggest as a config folder."""
    from pql.commands.suggest import suggest

    console.answer(suggest(config or project.shipped_config(), to, target))


@config_app.command("export")
def config_export(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="The workbook, an .xlsx file.")],
    config: Config = None,
) -> None:
    """Write a config folder as a workbook, a sheet per file."""
    with needing("app"):
        from pql.commands.config import export

    console.answer(export(output, config or project.shipped_config()))


@config_app.command("import")
def config_import(
    workbook: Annotated[Path, typer.Argument(metavar="FILE", help="The workbook to read.")],
    to: Annotated[
        Path, typer.Option(metavar="DIR", help="The folder to write, which must be new.")
    ] = Path("imported_config"),
) -> None:
    """Write a workbook as a new config folder, unless a cell of it is wrong."""
    with needing("app"):
        from pql.commands.config import import_

    console.answer(import_(workbook, to))


# --- measure --------------------------------------------------------------------------------------


@app.command(rich_help_panel=MEASURE)
def review(
    as_of: AsOf = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The page to write. By default review.html, in the project."
        ),
    ] = None,
    target: Target = "",
) -> None:
    """Write the quarterly review of the last build as a page to open from disk."""
    with needing("review"):
        from pql.commands.review import review

    keep_private()
    console.answer(review(output or project.root() / "review.html", as_of, target))


@app.command(rich_help_panel=MEASURE)
def docs() -> None:
    """Write the description of every table and column as one page."""
    from pql.dbt import write_docs

    console.answer(write_docs())


@app.command(rich_help_panel=MEASURE)
def bench(
    events: Annotated[
        int, typer.Option(min=1, metavar="N", help="About how many events in the year.")
    ] = 1_000_000,
    memory: Annotated[
        str, typer.Option(metavar="SIZE", help="DuckDB's memory limit, and its peers'.")
    ] = "6GB",
    threads: Annotated[
        int, typer.Option(min=1, metavar="N", help="Threads of what is written by hand.")
    ] = 2,
    folder: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="A new folder to work in and to keep. By default a temporary one."
        ),
    ] = None,
) -> None:
    """Measure builds of made-up raw tables against the same scores by hand."""
    project.load_tool("benchmark.measure").bench(events, memory, threads, folder)


# --- send to a CRM or a chat ----------------------------------------------------------------------


@app.command(rich_help_panel=SEND)
def sync(
    target: Annotated[
        Literal["hubspot", "salesforce", "slack", "webhook"],
        typer.Argument(metavar="TO", help="One of hubspot, salesforce, slack and webhook."),
    ] = "hubspot",
    send: Annotated[
        bool, typer.Option("--send", help="Send it. Without this nothing is sent.")
    ] = False,
    source: Target = "",
) -> None:
    """Show what the last build would send to a CRM or a chat, or send it."""
    with needing("sync"):
        from pql.commands.sync import sync

    keep_private()
    sync(target, send, source)


@app.command(rich_help_panel=SEND)
def manifests() -> None:
    """Write manifests/: our fields, as HubSpot and Salesforce create them."""
    from pql.commands.manifests import write

    console.answer(write())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 1 where it failed, 2 for a mistake in what was asked for or given."""
    console.prepare()
    try:
        code = app(arguments, prog_name="pql", standalone_mode=False)
    except PqlError as error:
        console.fail(str(error), error.details)
        return 1 if isinstance(error, FailedError) else 2
    except USAGE_ERROR as error:
        if message := error.format_message().rstrip("."):  # none: the help is shown
            command = error.ctx.command_path if error.ctx else "pql"
            console.fail(f"{' '.join(message.split())}; see {command} --help")
        return 2
    except (typer.Abort, KeyboardInterrupt) as stop:
        console.fail(str(stop) or "stopped")
        return 130
    finally:
        sys.stdout.flush()
    return code or 0
