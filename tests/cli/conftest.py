"""Typing commands: see typing_in.py. Instances for backup and restore: see archived.py."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import cast
from tests.cli.archived import Maker
from tests.cli.typing_in import type_in

__all__ = ["cast", "type_in"]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    maker = Maker(tmp_path_factory.mktemp("instances"))
    yield maker
    maker.drop_databases()


@pytest.fixture
def maker(workshop: Maker, django_db_blocker: Any) -> Iterator[Maker]:
    """Makes instances beside the test database, which is not touched."""
    with django_db_blocker.unblock():
        yield workshop
