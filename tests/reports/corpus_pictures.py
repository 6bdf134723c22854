"""The learning curve of the corpus, and the pictures of its datasheet."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import streamlit
from playwright.sync_api import sync_playwright
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs
from sklearn.svm import LinearSVC

from data import taxonomy
from data.corpus import NO_CATEGORY, Example
from model.classify.classifier import class_probabilities
from model.confidence.calibration import TemperatureScaling
from model.evaluation.metrics import accuracy_of_surest
from model.evaluation.splits import industry_folds
from model.training.dataset import Dataset, build_dataset
from model.training.fit import FOLDS, Split
from model.training.linear_models import CATEGORY_OPTIONS, SVC_OPTIONS
from model.training.ngram_counts import NgramCounts, count_ngrams
from pages.ui.charts import DECIDED_COLOUR
from tests.support.browser import launch

SIZES, SEEDS = (500, 1_000, 2_000, 4_000), (0, 1, 2)
WIDTH, HEIGHT = 900, 420
PAPER, INK, GRID, GREY = "#FCFBF8", "#1B2430", "#E6E2D8", "#6B727B"
LONGEST, BIN = 200, 5
LINES = {
    "elsewhere_surest": ("public messages, surest 60 %", GREY),
    "away": ("industries not learned from", DECIDED_COLOUR),
    "elsewhere": ("public messages, all", INK),
}


@dataclass(frozen=True, slots=True)
class Point:
    """The shares right, all and surest 60 %: on industries that were not learned from, and on dev_mail (or nan)."""

    emails: int
    away: float
    away_surest: float
    elsewhere: float = float("nan")
    elsewhere_surest: float = float("nan")


@dataclass(frozen=True, slots=True)
class Bench:
    """What all points share; `counted` are the n-grams of our texts and after them of theirs."""

    data: Dataset
    split: Split
    theirs: Dataset | None
    counted: NgramCounts


def curve(ours: Sequence[Example], others: Sequence[Example]) -> list[Point]:
    """What comes of learning from random parts of our corpus, groups of look-alikes kept whole, and from all of it."""
    rules = taxonomy.read_taxonomy()
    data = build_dataset(ours, rules)
    theirs = build_dataset(others, rules, categories=data.categories) if others else None
    counted = count_ngrams([*data.texts, *(theirs.texts if theirs else ())])
    bench = Bench(data, industry_folds(data.industry, data.group, FOLDS), theirs, counted)
    # One after another: threads would share liblinear's random numbers, and no two reports would be the same.
    return [_point(bench, *one) for one in [*product(SIZES, SEEDS), (len(ours), 0)]]


def _point(bench: Bench, size: int, seed: int) -> Point:
    """Each fold learns from what was chosen of its training part, and answers all of its test part."""
    data, chosen = bench.data, _part(bench.data.group, size, seed)
    logits = np.empty((len(data.texts), len(data.categories) + 1))
    for train, test in bench.split:
        logits[test] = _answers(bench, train[chosen[train]], test)
    truth = np.searchsorted(data.categories, data.category[data.inside])
    calibration = TemperatureScaling.fit(logits[data.inside, :-1], truth)
    away = _right(calibration.apply(logits), data)
    if bench.theirs is None:
        return Point(size, *away)
    rows = len(data.texts) + np.arange(len(bench.theirs.texts))
    return Point(size, *away, *_right(calibration.apply(_answers(bench, np.flatnonzero(chosen), rows)), bench.theirs))


def _part(group: np.ndarray, size: int, seed: int) -> np.ndarray:
    """A mask of whole groups in random order, as many as fit into the size."""
    order = np.random.default_rng(seed).permutation(group.max() + 1)
    return np.isin(group, order[np.cumsum(np.bincount(group)[order]) <= size])


def _answers(bench: Bench, train: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Logits of the categories and, last, of fitting none."""
    x, z = (bench.counted.tfidf(train, some) for some in (train, wanted))
    fitted = LinearSVC(**CATEGORY_OPTIONS, **SVC_OPTIONS).fit(x, bench.data.category[train])
    column = {name: i for i, name in enumerate(fitted.classes_)}
    return fitted.decision_function(z)[:, [column[name] for name in (*bench.data.categories, NO_CATEGORY)]]


def _right(logits: np.ndarray, data: Dataset) -> tuple[float, float]:
    """The share right of the emails that fit a category, all and surest; a second defensible one counts as right."""
    scores, _ = class_probabilities(logits[data.inside], len(data.categories))
    hit = data.right[data.inside][np.arange(len(scores)), scores.argmax(axis=1)]
    return float(hit.mean()), accuracy_of_surest(scores.max(axis=1), hit)


def lengths_figure(lengths: Mapping[str, np.ndarray]) -> Figure:
    """How many words texts have, as a quiet histogram line for each set; the last bin holds all longer ones."""
    figure = _quiet(_lengths_finding(lengths), "words a text", "share of the texts")
    edges = np.arange(0, LONGEST + BIN + 1, BIN)
    for (name, length), colour in zip(lengths.items(), (DECIDED_COLOUR, GREY), strict=False):
        share = 100 * np.histogram(np.clip(length, 0, LONGEST), edges)[0] / len(length)
        figure.add_scatter(x=edges, y=[*share, share[-1]], mode="lines", line={"color": colour, "shape": "hv"})
        label = f"{name}, median {np.median(length):.0f} words"
        _label(figure, float(edges[share.argmax() + 1]), float(share.max()), label, colour)
    ticks = list(range(0, LONGEST + 1, 25))
    named = [*map(str, ticks[:-1]), f"{LONGEST} or more"]
    figure.update_xaxes(range=[0, LONGEST + BIN], tickvals=ticks, ticktext=named)
    return figure.update_yaxes(rangemode="tozero")


def _lengths_finding(lengths: Mapping[str, np.ndarray]) -> str:
    found = ["{:.0f} to {:.0f}".format(*np.quantile(length, [0.25, 0.75])) for length in lengths.values()]
    return ", half of the public messages ".join([f"Half of our emails have {found[0]} words", *found[1:]])


def curve_figure(points: Sequence[Point]) -> Figure:
    """The share right by the number of emails that were learned from; each dot is one part of that size."""
    figure = _quiet(_curve_finding(points), "emails in the corpus, doubling at each step", "share right")
    sizes = list(_means(points, "away"))
    for field, (name, colour) in LINES.items():
        mean = list(_means(points, field).values())
        if not np.isnan(mean).any():
            dots = [100 * getattr(point, field) for point in points]
            figure.add_scatter(x=sizes, y=mean, mode="lines", line={"color": colour})
            figure.add_scatter(x=[p.emails for p in points], y=dots, mode="markers", marker={"color": colour})
            _label(figure, float(np.log10(sizes[-1])), mean[-1], f"{mean[-1]:.0f} % on {name}", colour)
    ends = [float(np.log10(sizes[0] * 0.9)), float(np.log10(sizes[-1]))]
    figure.update_xaxes(type="log", range=ends, tickvals=sizes, ticktext=[f"{size:,}" for size in sizes])
    figure.update_yaxes(dtick=10)
    return figure.update_traces(cliponaxis=False).update_layout(margin_r=270)


def _means(points: Sequence[Point], field: str) -> dict[int, float]:
    """In per cent, one for each size."""
    sizes = sorted({point.emails for point in points})
    return {size: 100 * float(np.mean([getattr(p, field) for p in points if p.emails == size])) for size in sizes}


def _curve_finding(points: Sequence[Point]) -> str:
    places = {"away": "industries not learned from", "elsewhere": "public messages"}
    means = {place: list(_means(points, field).items())[-2:] for field, place in places.items()}
    gains = {place: after - before for place, ((_, before), (_, after)) in means.items() if not np.isnan(after)}
    (less, _), (more, _) = means[places["away"]]
    said = ", ".join(f"{gain:+.1f} points on {place}" for place, gain in gains.items())
    return f"From {less:,} to {more:,} emails: {said}"


def _quiet(title: str, x: str, y: str) -> Figure:
    figure = Figure()
    figure.update_layout(
        title={"text": title, "x": 0.02, "y": 0.95, "font": {"size": 19, "color": INK}},
        font={"family": "Source Sans, sans-serif", "size": 14, "color": GREY},
        margin={"l": 72, "r": 48, "t": 64, "b": 60},
    )
    figure.update_layout(paper_bgcolor=PAPER, plot_bgcolor=PAPER, showlegend=False, width=WIDTH, height=HEIGHT)
    figure.update_xaxes(title={"text": x, "standoff": 12}, showgrid=False, zeroline=False, ticklabeloverflow="allow")
    figure.update_yaxes(title=y, gridcolor=GRID, zeroline=False, ticksuffix=" %", nticks=5)
    return figure


def _label(figure: Figure, x: float, y: float, text: str, colour: str) -> None:
    style = {"xanchor": "left", "xshift": 8, "showarrow": False, "font": {"color": colour, "size": 14}}
    figure.add_annotation(x=x, y=y, text=text, **style)


def draw(folder: Path, lengths: Mapping[str, np.ndarray], points: Sequence[Point]) -> None:
    """Both pictures, by the browser, with plotly's own JavaScript from the package."""
    figures = {"corpus-lengths.png": lengths_figure(lengths), "corpus-curve.png": curve_figure(points)}
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.set_content(f"<style>{_font()} body {{ margin: 0 }}</style><div id=figure></div>")
        page.evaluate("document.fonts.load('14px Source Sans')")
        page.add_script_tag(content=get_plotlyjs())
        for name, figure in figures.items():
            page.evaluate("async figure => { await Plotly.newPlot('figure', figure) }", json.loads(figure.to_json()))
            page.screenshot(path=folder / name)
        browser.close()


def _font() -> str:
    """Streamlit's own Source Sans, in which the pages show their charts."""
    [path] = Path(streamlit.__file__).parent.glob("static/**/SourceSansVF-Upright*.woff2")
    held = base64.b64encode(path.read_bytes()).decode()
    return f"@font-face {{ font-family: Source Sans; src: url(data:font/woff2;base64,{held}) }}"
