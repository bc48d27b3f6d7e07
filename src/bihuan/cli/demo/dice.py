"""The chance by which the demo county is made up: the same words, the same throws."""

from random import Random


def dice(*words: object) -> Random:
    """A source of chance that depends on these words alone, on any machine."""
    return Random(" ".join(map(str, words)))  # noqa: S311 - a county is made up here, nothing is kept secret
