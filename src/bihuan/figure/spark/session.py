"""A Spark session that counts as the other engines do, and a clear word where Spark or Java is missing."""

import os
import sys
from collections.abc import Mapping
from typing import Any

from bihuan.base.errors import BihuanError

_EXACT = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.parquet.enableVectorizedReader": "true",
    "spark.sql.caseSensitive": "true",
}
"""What the same digits depend on, whatever the cluster is set to."""


_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


def local_session(master: str = "local[*]", options: Mapping[str, str] | None = None) -> Any:
    """A session on this machine, of as many workers as it has cores. Raises BihuanError."""
    builder = _builder().master(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # its workers need our expressions
    for key, value in {**_LOCAL, **(options or {})}.items():
        builder = builder.config(key, value)
    return _started(builder)


def cluster_session() -> Any:
    """The session that `spark-submit` has set up. Raises BihuanError."""
    return _started(_builder())


def _builder() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise BihuanError("没有安装 Spark，请先运行 pip install --require-hashes -r requirements-spark.lock") from error
    return SparkSession.builder.appName("bihuan")


def _started(builder: Any) -> Any:
    from pyspark.errors import PySparkRuntimeError

    try:
        session = builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise BihuanError("Spark 没有启动：需要 Java 17，如 apt-get install default-jre-headless") from error
    session.sparkContext.setLogLevel("ERROR")
    for key, value in _EXACT.items():
        session.conf.set(key, value)
    return session
