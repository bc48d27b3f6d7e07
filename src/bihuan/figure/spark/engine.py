"""Spark as the engine of one county: the same scans over the same lake, on another machine's strength."""

from collections.abc import Mapping
from typing import Any

from bihuan.figure.answer import Runner, Snapshots
from bihuan.figure.engine.scan import Counted, count_scan
from bihuan.figure.names import LedgerView
from bihuan.figure.plan import Scan
from bihuan.figure.resolved import Resolved
from bihuan.figure.spark.reading import SparkRows


def spark_runner(session: Any) -> Runner:
    """The engine over a session; the lakes lie where Spark's workers find them too."""

    def run(scan: Scan, figures: Mapping[str, Resolved], snapshots: Snapshots, view: LedgerView) -> Counted:
        snapshot = snapshots.of(view)
        as_of, known_at = scan.clocks.instants
        parts = snapshot.at(as_of, known_at), snapshot.known(known_at)
        rows = SparkRows(session, snapshot.folder.as_uri(), snapshot, parts, scan, view)
        return count_scan(scan, figures, rows.cuts, rows)

    return run
