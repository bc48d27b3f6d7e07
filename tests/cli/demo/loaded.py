"""The small demo county with its bureaus at work, for the tests that need two years of every ledger."""

from bihuan.cli.demo.county import Size

SLOW = Size(towns=1, villages=1, enterprises=1, projects=6, findings=72, pace=3)
"""A third of what usually happens: enough that every figure of both packs counts something."""
