"""A home folder of the tests' own.

A pytest plugin, loaded by `-p tests.home` in pyproject.toml: Django reads its settings before any conftest.py is
imported, and the settings make keys and a database in the home folder as soon as they are read.
"""

import os
import shutil
import tempfile
from pathlib import Path

# What the tests themselves are steered by. Everything else that the shell sets for an installation must not reach them.
KEPT = {
    "BIHUAN_DATABASE_URL",
    "BIHUAN_PICTURES",
    "BIHUAN_REQUIRE_ALL",
    "BIHUAN_SHARED_DATA",
    "BIHUAN_TEST_POSTGRES_URL",
    "BIHUAN_THOROUGH",
}

for name in [name for name in os.environ if name.startswith("BIHUAN_") and name not in KEPT]:
    del os.environ[name]

HOME = Path(tempfile.mkdtemp(prefix="bihuan-tests-"))
os.environ["BIHUAN_HOME"] = str(HOME / "home")
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(HOME / "hypothesis"))


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
