"""Spark for tests: one session for all of a run, on two local workers."""

import os
import shutil
from importlib.util import find_spec
from typing import Any

import pytest

from tests.outside import require

JAVA_HOW = "apt-get install default-jre-headless"
PYSPARK_HOW = "pip install --require-hashes -r requirements-spark.lock"


# pyspark leaves the socket of an answer to the garbage collector.
quiet = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="session")
def spark() -> Any:
    """A session as the engine makes it; a skip (a failure) where Java or pyspark is missing.

    It ends with the process: stopping it within a test would lay its open sockets at that test's door.
    """
    require("Java", shutil.which("java") or os.environ.get("JAVA_HOME"), JAVA_HOW)
    require("pyspark", find_spec("pyspark"), PYSPARK_HOW)
    from bihuan.figure.spark.session import local_session

    # The second compiler of Java pays for itself only in longer runs.
    return local_session("local[2]", {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1"})
