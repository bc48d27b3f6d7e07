"""Finds records by any part of a text: a word or less than a word, by an index, at a million records."""

from bihuan.ledger.search.finding import Searched, containing, holding, narrowed, newest_first, searched_fields
from bihuan.ledger.search.keeping import PARCEL_TITLES, absorb, absorb_all, follow, forget, is_whole, refill

__all__ = [
    "PARCEL_TITLES",
    "Searched",
    "absorb",
    "absorb_all",
    "containing",
    "follow",
    "forget",
    "holding",
    "is_whole",
    "narrowed",
    "newest_first",
    "refill",
    "searched_fields",
]
