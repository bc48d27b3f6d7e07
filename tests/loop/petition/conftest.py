"""The standing cast, and its clients, for every test of this folder that asks for them."""

from tests.cast import cast
from tests.web.conftest import clients

__all__ = ["cast", "clients"]
