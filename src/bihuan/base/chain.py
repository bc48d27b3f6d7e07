"""The hash chain that makes tampering show: each link's hash covers the link before it (SHA-256, FIPS 180-4)."""

import hmac
from hashlib import sha256

from bihuan.base.home import secret

GENESIS = "0" * 64


def link(previous: str, content: bytes) -> str:
    """The hash of a link: SHA-256 over the previous hash and this link's content."""
    return sha256(previous.encode() + content).hexdigest()


def sign(ledger: str, position: int, head: str) -> str:
    """A signature (HMAC-SHA-256) of a chain's head with the instance's own key, which the database does not hold.

    Without it, someone who can write to the database could cut off the last events or recompute the whole chain.
    """
    return hmac.new(secret("chain.key"), f"{ledger}|{position}|{head}".encode(), sha256).hexdigest()
