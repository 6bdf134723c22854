"""Elements that several pages use: store errors as a sentence, fragments that catch them, and charts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.schema import StoreUnavailable

if TYPE_CHECKING:
    from plotly.graph_objects import Figure
    from streamlit.delta_generator import DeltaGenerator


@contextmanager
def store_errors_shown(place: "DeltaGenerator") -> Iterator[None]:
    """Shows a StoreUnavailable as a sentence at that place; the form keeps what was typed."""
    try:
        yield
    except StoreUnavailable as error:
        place.error(f"{error} What you typed is still in the form: try again.", icon=":material/cloud_off:")


def guarded_fragment(draw: Callable[..., None], run_every: float | None = None) -> Callable[..., None]:
    """`st.fragment` that shows a StoreUnavailable as a sentence.

    :param run_every: seconds after which the fragment runs again by itself.
    """

    def guarded(*args: Any) -> None:
        with store_errors_shown(st.container()):
            draw(*args)

    return st.fragment(guarded, run_every=run_every)


def draw_chart(figure: "Figure", key: str, alt: str) -> None:
    """A chart without a toolbar; `alt` is what a screen reader says."""
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)
