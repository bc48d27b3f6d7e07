"""What every test stands on: the profiles of Hypothesis, the test database, and the marks that follow from fixtures.

The home folder is made earlier, by the plugin `tests.home`; the browser's fixtures are in `tests.browser`.
"""

import os
from collections.abc import Generator

import pytest
from django.conf import settings as django_settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.flush import allow_flush
from tests.home import HOME

pytest_plugins = ["tests.browser"]

# No database of examples: a run depends on nothing that an earlier one left behind.
hypothesis_settings.register_profile(
    "default",
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.register_profile(
    "thorough",
    parent=hypothesis_settings.get_profile("default"),
    max_examples=2_000,
    derandomize=False,
    print_blob=True,
)
hypothesis_settings.load_profile("thorough" if os.environ.get("BIHUAN_THOROUGH") == "1" else "default")

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Marks before tests are chosen by their marks; and after everybody else has ordered them, an order of our own."""
    for item in items:
        _mark_by_fixtures(item)
    yield
    _put_long_files_first(items)


def _mark_by_fixtures(item: pytest.Item) -> None:
    """What a test uses marks it, so that no test of the database is forgotten on the second database.

    A browser test is not repeated there: it looks at pages, and each page's queries have tests of their own. Nor is one
    that walks over pages without a browser, nor one of Spark, which reads the lake's files: that PostgreSQL leads to the same files the oracle's tests show.
    """
    fixtures = set(getattr(item, "fixturenames", ()))
    if "browser" in fixtures:
        item.add_marker("browser")
        item.add_marker("outside")
    elif item.get_closest_marker("lake") or item.get_closest_marker("walk"):
        return
    elif fixtures & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
        item.add_marker("database")


def _put_long_files_first(items: list[pytest.Item]) -> None:
    """What takes long begins first, or one worker would be busy with it when the other has nothing left to do."""
    long, outside = ({item.path for item in items if item.get_closest_marker(mark)} for mark in ("long", "outside"))
    items.sort(key=lambda item: (item.path not in long, item.path not in outside))


def pytest_configure() -> None:
    # Argon2 is slow by intent. The tests of signing in set it back.
    fast = "django.contrib.auth.hashers.MD5PasswordHasher"
    django_settings.PASSWORD_HASHERS = [fast, *django_settings.PASSWORD_HASHERS]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite in a file: the live server's threads then have connections of their own, as in an installation.

    Workers that run side by side have a home folder each; on PostgreSQL their databases differ by a suffix.
    """
    database = connections["default"]
    if database.vendor != "sqlite":
        return
    database.settings_dict["TEST"]["NAME"] = str(HOME / "test.sqlite3")
    options = database.settings_dict["OPTIONS"]
    options["init_command"] = options.get("init_command", "") + "PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    allow_flush(connections["default"])
