"""Write the quarterly review of the last build as one HTML page, to be opened from disk."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from pql.database import rows
from pql.errors import PqlError
from pql.project import short_path
from pql.reading import reading
from pql.review import marts, page


def review(output: Path, as_of: date | None, target: str = "") -> str:
    """Write the page; say where it is."""
    with reading(target, as_of, marts.QUERIES.values()) as connection:
        text = page.write(marts.Parts(partial(rows, connection)))
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PqlError(f"{output}: cannot be written: {error.strerror}") from None
    return f"{short_path(output.resolve())}: open it in a browser"
