"""Spark as the engine of one county: the same scans over the same lake, on another machine's strength."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it

from bihuan.figure.answer import Scopes, Snapshots
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.scan import Counted, count_scan
from bihuan.figure.names import LedgerView, expression_of
from bihuan.figure.plan import Scan
from bihuan.figure.resolved import Doubled, Resolved
from bihuan.figure.spark.lakes import local_address
from bihuan.figure.spark.occurring import Occurring, occurring
from bihuan.figure.spark.reading import SparkRows


def spark_runner(session: Any) -> "SparkEngine":
    """The engine over a session; the lakes lie where Spark's workers find them too."""
    return SparkEngine(session)


@dataclass(frozen=True)
class SparkEngine:
    """Reads one county's lakes."""

    session: Any

    def count(self, scan: Scan, figures: Mapping[str, Resolved], snapshots: Snapshots, view: LedgerView) -> Counted:
        """What a scan wants, counted."""
        rows = self._rows(scan, snapshots, view)
        return count_scan(scan, figures, rows.cuts, rows)

    def find_doubled(self, figure: Doubled, snapshots: Snapshots, scopes: Scopes, clocks: Clocks) -> tuple[int, int]:
        """How many values occur again, and in how many records."""
        tables = []
        for (view, name), units in zip(figure.places, scopes, strict=True):
            rows = self._rows(Scan(view.code, clocks, (), ()), snapshots, view)
            found = rows.told(expression_of(name), figure.scale)
            tables.append(found if units is None else found.filter(F.col("unit").isin(sorted(units))))
        nowhere, always = F.lit(0).alias("county"), F.lit(0).alias("period")
        return occurring([table.select(always, nowhere, "value", "n") for table in tables], 2).get(
            (0, None), Occurring()
        )

    def _rows(self, scan: Scan, snapshots: Snapshots, view: LedgerView) -> SparkRows:
        snapshot = snapshots.of(view)
        as_of, known_at = scan.clocks.instants
        parts = snapshot.at(as_of, known_at), snapshot.known(known_at)
        return SparkRows(self.session, local_address(snapshot.folder), snapshot, parts, scan, view)
