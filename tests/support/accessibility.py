"""What is asked of a page for everybody's sake: axe-core's rules, contrast, and where the keyboard is."""

import re
import tomllib
from dataclasses import dataclass
from itertools import pairwise

from axe_playwright_python.sync_playwright import Axe

from tests.support.server import ROOT, eventually

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STREAMLITS = (
    # rule, part of the element's markup
    ("presentation-role-conflict", 'data-testid="stFileUploaderDropzone"'),  # it names the box around its upload button
    ("empty-table-header", 'role="columnheader"'),  # the column of boxes by which rows of a table are selected
)
"""What only Streamlit draws and nothing of ours can change. Both are minor."""

STYLE = (ROOT / "pages/ui/style.css").read_text("utf-8")
THEME = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))["theme"]

LOOK = """() => {
    let at = document.activeElement;
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    const look = (element) => {
        const looks = [];
        for (let one = element, up = 0; one instanceof Element && up < 4; one = one.parentElement, up++) {
            const { outlineStyle, outlineColor, outlineWidth, boxShadow } = getComputedStyle(one);
            looks.push(outlineStyle === "none" ? boxShadow : `${outlineColor} ${outlineWidth} ${boxShadow}`);
        }
        return looks.join("; ");
    };
    const { x, y, width, height } = at.getBoundingClientRect();
    const scrolled = document.querySelector("[data-testid=stMain]").scrollTop;
    const known = window.last?.at.isConnected && window.last.at !== document.body;
    const unlike = known ? look(window.last.at) !== window.last.look : true;
    window.last = { at, look: look(at) };
    const icons = [...at.querySelectorAll("[data-testid=stIconMaterial]")].map((icon) => icon.innerText);
    const words = at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText || at.tagName;
    const name = words.split(/\\s+/).filter((word) => !icons.includes(word)).join(" ");
    return { name, tag: at.tagName, x, y: y + scrolled, width, height, look: window.last.look, unlike };
}"""
"""The name of what has the focus, its place and look, and whether what had it before looks unlike then."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the keyboard is: what that is called, its place on the page, and the outlines and shadows around it."""

    name: str
    tag: str
    x: float
    y: float
    width: float
    height: float
    look: str


def violations(page):
    """A line for each: impact, rule, selector, and markup with what is wrong with it."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['impact']}: {rule['id']} at {node['target']}\n  {node['html'][:200]}\n  {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
        if not any(rule["id"] == id and part in node["html"] for id, part in STREAMLITS)
    ]


def until(page, holds):
    """Wait until an expression holds; the policy of the page forbids what `page.wait_for_function` does."""
    eventually(lambda: page.evaluate(holds))


def tab_to(page, name, key="Tab", most=60):
    """Press Tab until the focus is on what is called so; the stops on the way. Each must be seen."""
    stops = []
    for _ in range(most):
        page.keyboard.press(key)
        found = page.evaluate(LOOK)
        unlike = found.pop("unlike")
        assert unlike or not stops, f"nothing shows that the focus is on {stops[-1].name}"
        stops.append(Stop(**found))
        if stops[-1].name.startswith(name):
            return stops
    raise AssertionError(f"{name} is not among {[stop.name for stop in stops]}")


def leaps(stops):
    """Pairs of stops of which the second stands above the first and no further right: against the reading order."""
    inside = [stop for stop in stops if stop.tag not in ("BODY", "MAIN")]
    return [(one.name, two.name) for one, two in pairwise(inside) if two.y + two.height <= one.y and two.x <= one.x]


def colours(scheme):
    """Colours of the theme and of the style sheet by name; scheme is "light" or "dark"."""
    theme = THEME[scheme]
    found = {name.removesuffix("Color"): code for name, code in theme.items() if name.endswith("Color")}
    named = re.findall(r"--(\w+): light-dark\((#\w+), (#\w+)\)", STYLE)
    return found | {name: light if scheme == "light" else dark for name, light, dark in named}


def contrast(one, other):
    """The contrast ratio of two opaque colours, as WCAG 2.2 defines it."""
    low, high = sorted((_luminance(rgb(one)), _luminance(rgb(other))))
    return (high + 0.05) / (low + 0.05)


def mixed(one, other, share):
    """So much of one colour over another."""
    return tuple(share * a + (1 - share) * b for a, b in zip(rgb(one), rgb(other), strict=True))


def rgb(colour):
    """Of "#0F6E66", "rgb(15, 110, 102)", or three numbers from 0 to 255."""
    if not isinstance(colour, str):
        return tuple(colour)
    if colour.startswith("#"):
        return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return tuple(float(part) for part in re.findall(r"[\d.]+", colour)[:3])


def _luminance(parts):
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in parts)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
