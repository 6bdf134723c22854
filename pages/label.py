"""Label: one email at a time, by keyboard, for people who teach it all day."""

from pages.ui import labelling
from pages.ui.page import open_page
from pages.ui.resources import desk, store, taxonomy

open_page("Label", "Which team should get this email?", alone=__name__ == "__main__")

labelling.desk_of(labelling.tools(taxonomy()), desk(), store, taxonomy())
