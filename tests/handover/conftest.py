"""The standing cast, for every test of this folder that asks for it."""

from tests.cast import cast

__all__ = ["cast"]
