"""Numbers and documents to write."""

from datetime import UTC, date, datetime
from decimal import Decimal

from bihuan.report.document import Number, Run


def number(value: str = "146", figure: str = "audit.finding.total", **changed: str) -> Number:
    return Number(
        figure=figure,
        title=changed.get("title", "审计发现问题总数"),
        unit="330999",
        unit_name="示范县",
        period=changed.get("period", "2026年"),
        as_of=date(2026, 12, 31),
        known_at=datetime(2027, 1, 5, tzinfo=UTC),
        version=3,
        value=Decimal(value),
        measure=changed.get("measure", "个"),
        definition="发现日期在期间内的审计发现问题数",
        records=146,
        opens=f"/figures/{figure}/?unit=330999&period=2026&as_of=2026-12-31",
    )


def printed(value: str = "146", **changed: str) -> Run:
    return Run(value, number(value, **changed))
