"""The entry point: `streamlit run streamlit_app.py` serves the pages, and the REST API beside them at /api."""

import streamlit as st

if __name__ == "__main__":  # run again for every session and click
    from pages.ui.page import chosen_page

    chosen_page().run()
else:  # imported once by the server
    from pages.ui.server.app import server_options

    app = st.App(__file__, **server_options())
