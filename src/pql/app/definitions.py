"""Definitions: what makes a lead, in words and as tables to change, and what a change would do.

Nothing is published from here: a change is kept as a new version in a folder of its own.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pandas as pd
import streamlit as st

from pql.app import drafts
from pql.app.outcome import show_outcome
from pql.app.previewing import Preview
from pql.app.shared import head, plain, read, show, version_label
from pql.commands.config import save
from pql.config_checks import problems
from pql.config_files import CONFIG_FILES, VERSIONED_FILES, config_files, contract_of
from pql.project import shipped_config
from pql.reading import is_server

TO_FIX = "To fix"
TITLES = {
    "definitions.csv": "Definition",
    "definition_rules.csv": "Rules",
    "fit_rules.csv": "Fit",
    "category_caps.csv": "Caps",
    "signals.csv": "Signals",
    "routing_rules.csv": "Routing",
    "content_offers.csv": "Offers",
    "overrides.csv": "Overrides",
    "special_domains.csv": "Domains",
}


def render() -> None:
    """Show the page."""
    st.title("Definitions")
    files = base_files(os.environ.get("PQL_APP_CONFIG") or str(shipped_config()))
    base = drafts.begin(files)
    draft = st.session_state.setdefault("draft", drafts.begin(files))
    definition = choose()
    if definition is None:
        return
    st.markdown(plain(definition["description"]))
    st.subheader("Change it")
    found = checked(drafts.as_files(draft, files))
    edit(draft, definition, found)
    after = drafts.as_files(draft, files)
    found = checked(after)
    errors = show_problems(found)
    with st.expander("What is changed, as a diff to hand on"):
        difference = diff(files, after)
        st.code(difference or "Nothing is changed.", language="diff")
    st.subheader("What it would do")
    preview(after, bool(errors))
    st.subheader("Keep it")
    keep(base, draft, definition, bool(errors))


def base_files(folder: str) -> dict[str, bytes]:
    """Read the config that the pages start from."""
    return config_files(Path(folder))


@st.cache_data(max_entries=50, show_spinner="Checking the config")
def checked(files: dict[str, bytes]) -> list[dict]:
    """Check a config, once for each state of it."""
    return problems(files)


def choose() -> dict | None:
    """Let the reader choose a version of a definition."""
    found = read("definitions")
    if not found:
        st.info("The last build has no definition.")
        return None
    return st.selectbox("Definition", found, format_func=version_label)


# --- changing -------------------------------------------------------------------------------------


def edit(draft: drafts.Draft, definition: dict, found: list[dict]) -> None:
    """Show the tables of the config to be changed; the version's own rows first."""
    version = (definition["definition_id"], definition["definition_version"])
    for tab, name in zip(st.tabs(list(TITLES.values())), TITLES, strict=True):
        with tab:
            rows = draft[name]
            if name in VERSIONED_FILES:
                rows = [row for row in rows if drafts.is_of(name, row, *version)]
            key = f"edit {name} {version} {st.session_state.get('generation', 0)}"
            began = st.session_state.setdefault(f"began {key}", [list(row) for row in rows])
            edited = editor(name, began, key, found)
            if name in VERSIONED_FILES:
                new = drafts.replaced(name, draft[name], *version, edited)
            else:
                new = edited
            if new != draft[name]:
                draft[name] = new
                st.rerun()
            for text in filter(None, drafts.at_rows(name, rows, found)):
                st.markdown(f":orange[▲] {plain(text)}")


def editor(name: str, rows: drafts.Rows, key: str, found: list[dict]) -> drafts.Rows:
    """Show one table; a cell that takes a few words offers them."""
    columns = contract_of(name)
    data = pd.DataFrame(rows, columns=[column.name for column in columns], dtype=object)
    config = {}
    for column in columns:
        words = column.choices
        if words and column.meta.get("type") != "list" and "references" not in column.meta:
            there = {row[columns.index(column)] for row in rows}
            options = list(dict.fromkeys(["", *words, *sorted(there)]))
            config[column.name] = st.column_config.SelectboxColumn(
                head(column.name), help=column.description, options=options
            )
        else:
            config[column.name] = st.column_config.TextColumn(
                head(column.name), help=column.description
            )
    changed = st.data_editor(
        data, key=key, hide_index=True, num_rows="dynamic", column_config=config, width="stretch"
    )
    cells = [
        ["" if pd.isna(cell) else str(cell) for cell in row] for row in changed.values.tolist()
    ]
    return [row for row in cells if any(cell.strip() for cell in row)]


def show_problems(found: list[dict]) -> list[dict]:
    """Say what is wrong with the config, cell by cell."""
    errors = [row for row in found if row["severity"] == "error"]
    if errors:
        st.error(f"{len(errors)} to fix before it can be built.")
    elif not found:
        st.success("The checks of the project find nothing wrong.")
    if found:
        show(
            found,
            ("severity", "file_name", "row_key", "column_name", "problem", "suggested_fix"),
            "",
        )
    return errors


def diff(before: dict[str, bytes], after: dict[str, bytes]) -> str:
    """Write what is changed as a unified diff of the files."""
    lines: list[str] = []
    for name in CONFIG_FILES:
        old, new = (files[name].decode().splitlines(keepends=True) for files in (before, after))
        lines += difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", n=0)
    return "".join(lines)


# --- trying and keeping ---------------------------------------------------------------------------


def preview(files: dict[str, bytes], has_errors: bool) -> None:
    """Start a preview, or show the one that was started."""
    running: Preview | None = st.session_state.get("preview")
    if running and running.is_running:
        watch()
        return
    raw = os.environ.get("PQL_APP_RAW", "")
    if is_server(os.environ.get("PQL_APP_TARGET", "")) and not raw:
        st.info(
            "A preview is built by DuckDB: start the workbench with a folder of raw tables, --raw."
        )
        return
    if st.button("Preview", type="primary", disabled=has_errors):
        against = os.environ.get("PQL_APP_CONFIG", "")
        if running:
            running.leave()
        st.session_state["preview"] = Preview(files, raw, against)
        st.rerun()
    st.caption(
        "Builds the config as it is and as changed, side by side, in databases of their own: who "
        "enters, who leaves, and why. It takes a minute or two; the real tables stay as they are."
    )
    if running and running.has_failed:
        st.error("The preview did not end well.")
        st.text(running.trouble() or "It was stopped.")
    elif running:
        show_outcome(*running.databases())


@st.fragment(run_every=1.0)
def watch() -> None:
    """Show how far the preview is, and let it be stopped."""
    running: Preview = st.session_state["preview"]
    if not running.is_running:
        st.rerun()
    share, words = running.progress()
    st.progress(min(share, 1.0), text=words)
    if st.button("Stop"):
        running.stop()
        del st.session_state["preview"]
        st.rerun()


def keep(base: drafts.Draft, draft: drafts.Draft, definition: dict, has_errors: bool) -> None:
    """Save the change as a new version in a folder of its own."""
    with st.form("keep", border=False):
        left, right = st.columns(2)
        status = left.selectbox("As a", ["draft", "challenger"])
        name = right.text_input("In a new folder of the project", placeholder="my_config")
        wanted = st.form_submit_button("Save as a new version", disabled=has_errors)
    st.caption("The live version stays as it is. A build of the folder has the new one as well.")
    if not wanted:
        return
    folder = drafts.new_folder(name)
    kept, number = drafts.as_new_version(
        base, draft, definition["definition_id"], definition["definition_version"], status
    )
    save(folder, drafts.as_files(kept, {}))
    st.success(
        plain(f"Saved as version {number}, a {status}.")
        + f" `pql build --config {folder.name}` has it."
    )
