"""How numbers are said to people."""


def percent(share: float) -> str:
    """A probability as people read it: 87 %, and at the ends "<1 %" or ">99 %", for nothing is certain."""
    if share < 0.01:
        return "<1 %"
    return ">99 %" if share > 0.99 else f"{share:.0%}".replace("%", " %")
