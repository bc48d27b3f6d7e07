"""The county's name, for pages without a signed-in person."""

from bihuan.base import clock
from bihuan.org.tree import tree_on


def county_name() -> str:
    """What the topmost unit is called today; blank where there is none yet."""
    return next((node.name for node in tree_on(clock.today()).nodes if node.depth == 0), "")
