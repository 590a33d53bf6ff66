"""Leads: who is qualified, why, what the others lack, and until when."""

from __future__ import annotations

import streamlit as st

from pql.app.shared import QUERIES, as_csv, head, metrics, read, show
from pql.database import opened, rows
from pql.formatting import day
from pql.project import database_path

TOP = 500
MOST_DOWNLOADED = 100_000
SIZES = ("1-49", "50-249", "250-999", "1000+", "unknown")
FILTERS = ("tier", "motion", "owner", "stage", "industry", "company_size")
COLUMNS = (
    "name", "score", "score_threshold", "is_qualified", "definition_id", "entity_id", "tier",
    "top_reasons", "gap_to_qualify", "qualified_until", "qualified_on", "motion", "next_action",
    "owner", "stage",
)  # fmt: skip
DOWNLOADED = (*COLUMNS, "definition_version", "account_id", "domain", "industry", "company_size")


def render() -> None:
    """Show the page."""
    (as_of,) = read("as_of")
    st.title("Leads")
    st.caption(f"As of {day(as_of['as_of_date'])}, the last day counted.")
    kinds = {"Accounts": "account", "Users": "user"}
    kind = kinds[st.segmented_control("Show", kinds, default="Accounts", required=True)]
    values = chosen(kind)
    (count,) = read(f"{kind}_count", **values)
    named = {"Qualified": "qualified", "Eligible": "eligible", "Scored in all": "leads"}
    metrics(
        {label: f"{count[name]:,}" for label, name in named.items()},
        "Rows: one for each lead and live definition.",
    )
    found = read(f"{kind}_leads", top=TOP, **values)
    picked = show(
        found,
        COLUMNS,
        "Nobody is like this. Take a filter away, or look for less of the name.",
        key=f"{kind}_table",
        height=min(38 + 35 * len(found), 640),
        on_select="rerun",
        selection_mode="single-row",
        column_config=columns(),
    )
    if count["leads"] > TOP:
        st.caption(f"The strongest {TOP} of {count['leads']:,}; the download has more.")
    if not found:
        return
    left, right = st.columns([1, 1])
    chosen_rows = picked.selection.rows if picked else []
    if left.button("Open this lead", disabled=not chosen_rows, type="primary"):
        entity_id = found[chosen_rows[0]]["entity_id"]
        st.switch_page(st.session_state["one_lead"], query_params={"who": f"{kind}:{entity_id}"})
    if not chosen_rows:
        left.caption("Tick a row to open it.")
    right.download_button(
        "Download as CSV", lambda: download(kind, values), f"{kind}s.csv", "text/csv"
    )


def chosen(kind: str) -> dict[str, object]:
    """Let the reader choose whom to see."""
    (choices,) = read(f"{kind}_choices")
    choices["company_size"] = SIZES
    first = st.columns([3, 2, 2])
    search = first[0].text_input(
        "Search", key="search", placeholder="An id, a name, a mail address or a domain"
    )
    values: dict[str, object] = {"search": search.strip() or None}
    values["definition_id"] = first[1].selectbox(
        "Definition", sorted(choices["definition_id"] or []), index=None, placeholder="All"
    )
    states = {"Qualified": True, "Not qualified": False}
    state = first[2].selectbox("Qualified or not", states, index=None, placeholder="Both")
    values["is_qualified"] = states.get(state)
    with st.expander("More filters"):
        for column, name in zip(st.columns(3) * 2, FILTERS, strict=True):
            options = (
                choices[name]
                if name == "company_size"
                else sorted(filter(None, choices[name] or []))
            )
            values[name] = column.selectbox(head(name), options, index=None, placeholder="All")
    return values


def columns() -> dict[str, object]:
    """Say how wide columns are and how they are written."""
    return {
        head("name"): st.column_config.TextColumn(width="medium", pinned=True),
        head("score"): st.column_config.NumberColumn(format="%.1f", width="small"),
        head("score_threshold"): st.column_config.NumberColumn(format="%.0f", width="small"),
        head("top_reasons"): st.column_config.TextColumn(width="large"),
        head("gap_to_qualify"): st.column_config.TextColumn(width="medium"),
    }


def download(kind: str, values: dict[str, object]) -> bytes:
    """Read all that is chosen, to download."""
    with opened(database_path()) as connection:
        found = rows(connection, QUERIES[f"{kind}_leads"], top=MOST_DOWNLOADED, **values)
    return as_csv([{name: row[name] for name in DOWNLOADED} for row in found])
