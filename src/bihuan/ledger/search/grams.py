"""Texts as characters and pairs of neighbouring characters: by these any part of a text is found.

Chinese has no spaces between words, so that a search is for a part of a text, often of two characters. Pairs only say
where a longer part may be: whoever searches looks at the text itself afterwards.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any

from bihuan.base.sealing import is_sealed

# What an index can hold in a pair as it is; anything else is a mark.
_OTHER = re.compile("[^0-9a-z\u3400-\u4dbf\u4e00-\u9fff]")
_MARK = "_"
# Pairs of digits are common to all telephone numbers; four in a row are not.
_RUN = re.compile("[0-9a-z]{4,}")


def folded(text: str) -> str:
    """A text as pairs are made of it: small letters, and one mark for all that is neither letter, digit nor Chinese."""
    return _OTHER.sub(_MARK, text.lower())


def grams_of(text: str) -> set[str]:
    """The characters of a text, its pairs, and its letters and digits by fours."""
    plain = folded(text)
    return {*plain, *map("".join, pairwise(plain)), *_fours(plain)}


def asked_grams(word: str) -> set[str]:
    """What a text must have of these to hold a word: its pairs and fours, or the one character that it is."""
    plain = folded(word)
    return {plain} if len(plain) < 2 else {*map("".join, pairwise(plain)), *_fours(plain)}


def _fours(plain: str) -> set[str]:
    """Four letters or digits in a row, wherever there are."""
    return {run[start : start + 4] for run in _RUN.findall(plain) for start in range(len(run) - 3)}


def code_gram(field: str, value: Any) -> str:
    """A word of its own for a field that holds a code or an id, which is shown by another text."""
    return "h" + hashlib.blake2s(f"{field}\x1f{value}".encode(), digest_size=8).hexdigest()


def grams_of_record(
    number: str,
    data: Mapping[str, Any],
    pointing: Iterable[str],
    sealed: Collection[str] = (),
    whole: Iterable[str] = (),
) -> set[str]:
    """All pairs of a record's number and values. `pointing` are fields whose stored value is not what is shown, `whole`
    those that are also found by their whole value; of encrypted ones nothing is indexed."""
    found = grams_of(number)
    found |= {code_gram(code, data[code]) for code in whole if code in data and code not in sealed}
    by_code = frozenset(pointing)
    for code, value in data.items():
        if code in sealed:
            continue
        if code in by_code:
            found |= {
                code_gram(code, item) for item in (value if isinstance(value, list) else (value,)) if _plain(item)
            }
        elif isinstance(value, str) and not is_sealed(value):
            found |= grams_of(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found |= grams_of(repr(value))
    return found


def _plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
