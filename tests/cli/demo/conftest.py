"""A tiny demo county, loaded once for the tests of this folder."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from bihuan.base import clock
from bihuan.cli.demo.build import load
from tests.cast import MONDAY
from tests.cli.demo.test_plan import TINY, TODAY


@pytest.fixture(scope="module")
def tiny_county(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Undone when the tests of the module are over."""
    with django_db_blocker.unblock(), clock.fixed(MONDAY), transaction.atomic():
        load(TINY, seed=1, today=TODAY)
        yield
        transaction.set_rollback(True)
