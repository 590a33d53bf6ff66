"""Review: the page that `pql review` writes, of the last build."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pql.database import opened
from pql.project import database_path
from pql.review import marts, page

HEIGHT = 900


def render() -> None:
    """Show the page."""
    st.title("Review")
    database = database_path()
    stamp = database.stat().st_mtime_ns if database.exists() else 0
    html = written(str(database), stamp)
    st.download_button("Download as a page", html, "review.html", "text/html")
    st.iframe(html, height=HEIGHT)


@st.cache_data(max_entries=4, show_spinner="Drawing the charts")
def written(database: str, stamp: int) -> str:
    """Write the review, once per build."""
    with opened(Path(database)) as connection:
        return page.write(marts.read(connection))
