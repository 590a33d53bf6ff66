"""Open the workbench: Streamlit, on this machine alone, on the database of the last build."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from threading import Thread

from streamlit.web import cli  # says at once where it is not installed

from pql import console, queries
from pql.config_files import config_files
from pql.database import quoted
from pql.dbt import target_path
from pql.errors import PqlError
from pql.reading import is_server, reading

ASKED = [query for file in ("app", "explain", "review") for query in queries.read(file).values()]
ENTRY = Path(__file__).parents[1] / "app" / "main.py"
# The pages, and what the first table on one asks for.
NEEDED = (
    "pyarrow",
    *(f"pql.app.{page}" for page in ("data", "definitions", "lead", "leads", "review")),
)
OPTIONS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "server.enableStaticServing": "false",
    "theme.base": "light",
    "theme.primaryColor": "#0072b2",
    "theme.font": "sans-serif",
}


def copied(target: str) -> Path:
    """Copy what the pages read of a server into a file, in place of the last copy."""
    folder = target_path() / "app"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"copy_of_{target}.duckdb"
    unfinished = copy.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with reading(target, None, ASKED) as connection:
        connection.execute(f"attach {quoted(str(unfinished))} as copy")
        connection.execute("copy from database memory to copy")
    unfinished.replace(copy)
    console.note(f"the pages show what {target} has now; start again to see a later build")
    return copy


def app(
    raw: Path | None, config: Path, host: str, port: int, open_browser: bool, target: str = ""
) -> None:
    """Check that there is something to show, and serve the pages until one is told to stop."""
    config_files(config)
    if raw and not raw.is_dir():
        raise PqlError(f"{raw}: no such folder; name one of raw tables")
    require_free(host, port)
    if is_server(target):
        os.environ["PQL_DUCKDB_PATH"] = str(copied(target))
    with reading("", None, ()):
        pass
    os.environ["PQL_APP_TARGET"] = target
    os.environ["PQL_APP_RAW"] = str(raw.resolve()) if raw else ""
    os.environ["PQL_APP_CONFIG"] = str(config.resolve())
    # Meanwhile the checks of the config are compiled, for the page Definitions.
    warm = (
        "from pql.config_checks import compiled_checks, fingerprint; compiled_checks(fingerprint())"
    )
    subprocess.Popen([sys.executable, "-c", warm], stdout=subprocess.DEVNULL)
    Thread(target=import_pages, daemon=True).start()
    options = OPTIONS | {
        "server.address": host,
        "server.port": str(port),
        "server.headless": str(not open_browser).lower(),
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    cli.main(["run", str(ENTRY), *flags], prog_name="streamlit")


def require_free(host: str, port: int) -> None:
    """Say what to do where the address cannot be listened on."""
    try:
        family = socket.getaddrinfo(host, port)[0][0]
        socket.create_server((host, port), family=family).close()
    except socket.gaierror:
        raise PqlError(f"--host {host}: not an address of this machine") from None
    except OSError as error:
        raise PqlError(
            f"--port {port}: cannot be listened on, name another; {os.strerror(error.errno)}"
        ) from None


def import_pages() -> None:
    """Import what the pages need while the browser opens, which then need not wait for it."""
    for name in NEEDED:
        import_module(name)
