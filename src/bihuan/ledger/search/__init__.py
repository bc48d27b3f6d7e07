"""Finds records by any part of a text: a word or less than a word, by an index, at a million records."""

from bihuan.ledger.search.finding import Searched, containing, newest_first, searched_fields
from bihuan.ledger.search.keeping import absorb, follow, forget, is_whole, refill

__all__ = [
    "Searched",
    "absorb",
    "containing",
    "follow",
    "forget",
    "is_whole",
    "newest_first",
    "refill",
    "searched_fields",
]
