"""The pages of the workbench; `pql app` lets Streamlit run this file."""

from __future__ import annotations

import streamlit as st

from pql.app import data, definitions, lead, leads, review
from pql.app.shared import STYLE, run

st.set_page_config("Product-qualified leads", layout="wide", initial_sidebar_state="auto")
st.html(STYLE)
one_lead = st.Page(lead.render, title="One lead", url_path="lead")
st.session_state["one_lead"] = one_lead
page = st.navigation(
    [
        st.Page(leads.render, title="Leads", default=True),
        st.Page(leads.render, title="Leads", url_path="leads", visibility="hidden"),
        one_lead,
        st.Page(definitions.render, title="Definitions", url_path="definitions"),
        st.Page(review.render, title="Review", url_path="review"),
        st.Page(data.render, title="Data", url_path="data"),
    ],
    position="top",
)
run(page.run)
