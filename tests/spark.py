"""Spark for tests: one session for all of a run, on two local workers."""

import os
import shutil
from importlib.util import find_spec
from typing import Any

import pytest

from tests.outside import require

JAVA_HOW = "apt-get install default-jre-headless"
PYSPARK_HOW = "pip install --require-hashes -r requirements-spark.lock"


THOROUGH = {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1"}
"""The second compiler of Java pays for itself only in longer runs."""
FEW = THOROUGH | {
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
"""Over a few rows it costs more to part the work and to compile a plan than to do it; a thorough run does both."""

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

    return local_session("local[2]", THOROUGH if os.environ.get("BIHUAN_THOROUGH") == "1" else FEW)
