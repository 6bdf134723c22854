"""The learning curve of the corpus, and the pictures of its datasheet."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import streamlit
from joblib import Parallel, delayed
from playwright.sync_api import sync_playwright
from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs
from sklearn.svm import LinearSVC

from data import taxonomy
from data.corpus import NOWHERE, Example
from model.calibration import temperature
from model.classifier import shares
from model.dataset import Dataset, dataset
from model.evaluate import surest
from model.fitting import FOLDS, Split
from model.grams import Grams, grams
from model.groups import industry_folds
from model.heads import CATEGORY, SHARED
from pages.ui.charts import DECIDED
from tests.browser import launch

SIZES, SEEDS = (500, 1_000, 2_000, 4_000), (0, 1, 2)
WIDTH, HEIGHT = 900, 420
PAPER, INK, GRID, GREY = "#FCFBF8", "#1B2430", "#E6E2D8", "#6B727B"
LONGEST, BIN = 200, 5
LINES = {
    "elsewhere_surest": ("public messages, surest 60 %", GREY),
    "away": ("industries not learned from", DECIDED),
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
    counted: Grams


def curve(ours: Sequence[Example], others: Sequence[Example]) -> list[Point]:
    """What comes of learning from random parts of our corpus, groups of look-alikes kept whole, and from all of it."""
    rules = taxonomy.read()
    data = dataset(ours, rules)
    theirs = dataset(others, rules, categories=data.categories) if others else None
    counted = grams([*data.texts, *(theirs.texts if theirs else ())])
    bench = Bench(data, industry_folds(data.industry, data.group, FOLDS), theirs, counted)
    work = (delayed(_point)(bench, *one) for one in [(len(ours), 0), *product(SIZES, SEEDS)])
    return sorted(Parallel(n_jobs=-1, backend="threading")(work), key=lambda point: point.emails)


def _point(bench: Bench, size: int, seed: int) -> Point:
    """Each fold learns from what was chosen of its training part, and answers all of its test part."""
    data, chosen = bench.data, _part(bench.data.group, size, seed)
    logits = np.empty((len(data.texts), len(data.categories) + 1))
    for train, test in bench.split:
        logits[test] = _answers(bench, train[chosen[train]], test)
    t = temperature(logits[data.inside, :-1], np.searchsorted(data.categories, data.category[data.inside]))
    away = _right(logits / t, data)
    if bench.theirs is None:
        return Point(size, *away)
    rows = len(data.texts) + np.arange(len(bench.theirs.texts))
    return Point(size, *away, *_right(_answers(bench, np.flatnonzero(chosen), rows) / t, bench.theirs))


def _part(group: np.ndarray, size: int, seed: int) -> np.ndarray:
    """A mask of whole groups in random order, as many as fit into the size."""
    order = np.random.default_rng(seed).permutation(group.max() + 1)
    return np.isin(group, order[np.cumsum(np.bincount(group)[order]) <= size])


def _answers(bench: Bench, train: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Logits of the categories and, last, of fitting none."""
    x, z = bench.counted.features(train, train, wanted)
    fitted = LinearSVC(**CATEGORY, **SHARED).fit(x, bench.data.category[train])
    column = {name: i for i, name in enumerate(fitted.classes_)}
    return fitted.decision_function(z)[:, [column[name] for name in (*bench.data.categories, NOWHERE)]]


def _right(logits: np.ndarray, data: Dataset) -> tuple[float, float]:
    """The share right of the emails that fit a category, all and surest; a second defensible one counts as right."""
    scores, _ = shares(logits[data.inside], len(data.categories))
    hit = data.right[data.inside][np.arange(len(scores)), scores.argmax(axis=1)]
    return float(hit.mean()), surest(scores.max(axis=1), hit)


def lengths_figure(lengths: Mapping[str, np.ndarray]) -> Figure:
    """How many words texts have, as a quiet histogram line for each set; the first is ours."""
    ours = next(iter(lengths.values()))
    beyond = f"{100 * (ours >= LONGEST).mean():.0f} % of ours have {LONGEST} or more"
    figure = _quiet(_lengths_finding(lengths), f"words a text, its subject among them ({beyond})", "share of the texts")
    edges = np.arange(0, LONGEST + BIN, BIN)
    for (name, length), colour in zip(lengths.items(), (DECIDED, GREY), strict=False):
        share = 100 * np.histogram(length[length < LONGEST], edges)[0] / len(length)
        x, y = np.repeat(edges, 2), np.concatenate([[0], np.repeat(share, 2), [0]])
        figure.add_trace(Scatter(x=x, y=y, mode="lines", line={"color": colour, "width": 2}))
        top = int(share.argmax())
        label = f"  {name}: {len(length):,} texts, half of them at most {np.median(length):.0f} words"
        _label(figure, float(edges[top + 1]), float(share[top]), label, colour)
    figure.update_xaxes(range=[0, LONGEST], dtick=25)
    return figure.update_yaxes(rangemode="tozero")


def _lengths_finding(lengths: Mapping[str, np.ndarray]) -> str:
    ours, *rest = (f"{low:.0f} to {high:.0f}" for low, high in (np.quantile(x, [0.05, 0.95]) for x in lengths.values()))
    first = f"Nine in ten of our emails have {ours} words"
    return f"{first}, nine in ten public messages {rest[0]}" if rest else first


def curve_figure(points: Sequence[Point]) -> Figure:
    """The share right by the number of emails that were learned from; each dot is one random part of that size."""
    figure = _quiet(_curve_finding(points), "emails to learn from, each step about twice the last", "share right")
    for field, (name, colour, dash) in _drawn(points).items():
        sizes, mean = _means(points, field)
        dots = {"x": [point.emails for point in points], "y": [100 * getattr(point, field) for point in points]}
        figure.add_trace(Scatter(x=sizes, y=mean, mode="lines", line={"color": colour, "width": 2, "dash": dash}))
        figure.add_trace(Scatter(**dots, mode="markers", marker={"color": colour, "size": 6}))
        _label(figure, float(np.log10(sizes[-1])), mean[-1], f"   {mean[-1]:.0f} %  {name}", colour)
    sizes, _ = _means(points, "away")
    figure.update_xaxes(type="log", tickvals=sizes, ticktext=[f"{size:,}" for size in sizes])
    return figure.update_layout(margin_r=248)


def _drawn(points: Sequence[Point]) -> dict[str, tuple[str, str, str]]:
    return {field: line for field, line in LINES.items() if not np.isnan(getattr(points[-1], field))}


def _means(points: Sequence[Point], field: str) -> tuple[list[int], list[float]]:
    """The sizes, and the mean share right at each in per cent."""
    sizes = sorted({point.emails for point in points})
    return sizes, [100 * float(np.mean([getattr(p, field) for p in points if p.emails == size])) for size in sizes]


def _curve_finding(points: Sequence[Point]) -> str:
    """What the last step brings, wherever it was measured."""
    drawn = [(LINES[field][0], *_means(points, field)) for field in ("away", "elsewhere") if field in _drawn(points)]
    gains = " and ".join(f"{mean[-1] - mean[-2]:+.1f} points on {name}" for name, _, mean in drawn)
    return f"From {drawn[0][1][-2]:,} to {drawn[0][1][-1]:,} emails: {gains}"


def _quiet(title: str, x: str, y: str) -> Figure:
    figure = Figure()
    figure.update_layout(
        title={"text": title, "x": 0.02, "y": 0.94, "font": {"size": 19, "color": INK}},
        font={"family": "Source Sans, sans-serif", "size": 14, "color": GREY},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        showlegend=False,
        width=WIDTH,
        height=HEIGHT,
        margin={"l": 80, "r": 24, "t": 64, "b": 60},
    )
    figure.update_xaxes(title=x, showgrid=False, zeroline=False)
    figure.update_yaxes(title=y, gridcolor=GRID, zeroline=False, ticksuffix=" %", nticks=6)
    return figure


def _label(figure: Figure, x: float, y: float, text: str, colour: str) -> None:
    figure.add_annotation(x=x, y=y, text=text, xanchor="left", showarrow=False, font={"color": colour, "size": 14})


def draw(folder: Path, lengths: Mapping[str, np.ndarray], points: Sequence[Point]) -> None:
    """Both pictures, by the browser, with plotly's own JavaScript from the package."""
    figures = {"corpus-lengths.png": lengths_figure(lengths), "corpus-curve.png": curve_figure(points)}
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, figure in figures.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
            page.set_content(_page(figure))
            page.wait_for_selector(".main-svg .scatterlayer path", state="attached")
            page.evaluate("document.fonts.ready")
            page.screenshot(path=folder / name)
        browser.close()


def _page(figure: Figure) -> str:
    """The figure in Streamlit's own Source Sans, as the pages show theirs."""
    [font] = Path(streamlit.__file__).parent.glob("static/**/SourceSansVF-Upright*.woff2")
    face = f"src: url(data:font/woff2;base64,{b64encode(font.read_bytes()).decode()}); font-weight: 200 900"
    style = f"<style>@font-face {{ font-family: 'Source Sans'; {face} }} body {{ margin: 0 }}</style>"
    return style + figure.to_html(full_html=False, include_plotlyjs=True, config={"staticPlot": True})
