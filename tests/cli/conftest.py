"""Instances for backup and restore: see tests/cli/archived.py."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.archived import Maker


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
