"""The code by which a petition is asked about: 80 random bits, shown once, kept only as a mark."""

import hashlib
import hmac
import secrets

from bihuan.base.home import secret

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs that are not mistaken for each other: no 0 O 1 I."""
_LENGTH = 16


def new_code() -> str:
    """A code as it is shown: four groups of four."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(signs[place : place + 4] for place in range(0, _LENGTH, 4))


def mark_of(code: str) -> str:
    """The mark that the database keeps, by a key that it does not hold. Case, blanks and dashes do not matter."""
    plain = "".join(sign for sign in code.upper() if sign in _ALPHABET)
    return hmac.new(secret("petition.key"), plain.encode(), hashlib.sha256).hexdigest()
