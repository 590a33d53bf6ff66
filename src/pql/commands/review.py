"""Write the quarterly review of the last build as one HTML page, to be opened from disk."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pql import project
from pql.console import run
from pql.database import opened
from pql.errors import PqlError
from pql.project import database_path, parse_date, short_path
from pql.review import page


def review(output: Path, as_of: str | None) -> str:
    """Write the page; say where it is."""
    database = database_path(parse_date(as_of) if as_of else None)
    with opened(database=database) as connection:
        parts = page.read(connection)
    try:
        output.write_text(page.write(parts), encoding="utf-8")
    except OSError as error:
        raise PqlError(f"{output}: cannot be written: {error.strerror}") from None
    return f"{short_path(output.resolve())}: open it in a browser"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 2 where there is nothing to review."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="review the rebuild of that past day")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        default=project.root() / "review.html",
        help="(review.html)",
    )
    arguments = parser.parse_args(argv)
    return run(partial(review, arguments.output, arguments.as_of))
