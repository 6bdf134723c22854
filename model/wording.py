"""Numbers as people read them: percentages and durations."""


def percent(share: float) -> str:
    """A probability: 87 %, and at the ends "<1 %" or ">99 %", for nothing is certain."""
    if share < 0.01:
        return "<1 %"
    return ">99 %" if share > 0.99 else f"{share:.0%}".replace("%", " %")


def short_wait(seconds: float) -> str:
    """How long something will take: "40 s", "12 min"."""
    return f"{seconds:,.0f} s" if seconds < 90 else f"{seconds / 60:,.0f} min"


def working_time(minutes: float) -> str:
    """A stretch of people's time: "40 min", "12 h"."""
    return f"{minutes:,.0f} min" if minutes < 120 else f"{minutes / 60:,.0f} h"


def time_left(minutes: float) -> str:
    """The time until a moment or since it: "5 min", "12 h", "3 d", and at least "1 min"."""
    if minutes >= 24 * 60:
        return f"{minutes / 60 / 24:,.0f} d"
    return working_time(max(1, round(minutes)))
