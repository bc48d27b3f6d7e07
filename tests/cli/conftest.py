"""Instances for backup and restore: see tests/cli/archived.py."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.archived import SQLITE, Instance, Maker
from tests.outside import postgres_url, require_postgres_url


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[dict[str, Instance]]:
    """One filled instance an engine, made when first asked for, and never changed."""
    made: dict[str, Instance] = {}
    yield made
    drop_databases()


@pytest.fixture
def maker(tmp_path: Path, django_db_blocker: Any) -> Iterator[Maker]:
    with django_db_blocker.unblock():
        yield Maker(tmp_path, postgres_url())


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The engine named by the test's parameter; PostgreSQL only where there is one."""
    return request.param


@pytest.fixture
def source(request: pytest.FixtureRequest) -> None:
    raise NotImplementedError
