"""The one entry: `streamlit run streamlit_app.py` serves the pages, and the REST API beside them at /api."""

import streamlit as st

if __name__ == "__main__":  # once for every visitor and rerun
    from pages.ui.page import chosen_page

    chosen_page().run()
else:  # once for the server
    from pages.ui.server.app import around

    app = st.App(__file__, **around())
