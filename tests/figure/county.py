"""Figures over the audit office's findings, for the tests that need real people, steps and pages."""

from datetime import timedelta

from bihuan.base import clock
from bihuan.figure.definitions import new_version
from bihuan.figure.installing import install_figures
from bihuan.figure.models import Figure
from bihuan.figure.spec import FigureSpec
from bihuan.ledger.models import Record
from bihuan.loop.actions import create_record
from tests.cast import MONDAY, Cast

FIGURES = {
    "demo.total": {"title": "问题数", "of": "audit.finding", "unit": "个", "during": "found_on"},
    "demo.amount": {
        "title": "问题金额",
        "of": "audit.finding",
        "measure": "sum(amount)",
        "unit": "元",
        "during": "found_on",
    },
    "demo.large": {
        "title": "大额问题数",
        "of": "audit.finding",
        "where": "amount >= 100",
        "unit": "个",
        "during": "found_on",
    },
    "demo.rate": {"title": "大额占比", "ratio": "large / total", "unit": "%"},
    "demo.yoy": {"title": "同比", "change": "total", "against": "previous year", "unit": "%"},
    "demo.rank": {"title": "名次", "rank": "total"},
    "demo.share": {"title": "占全县", "share": "total", "within": "whole", "unit": "%"},
    "demo.year": {"title": "累计", "cumulative": "total"},
    "demo.sum": {"title": "算式", "formula": "a * 2 + b", "with": {"a": "total", "b": "large"}},
    "demo.towns": {"title": "乡镇数", "units": "town"},
    "demo.league": {"title": "全省排名", "external": True, "unit": "名"},
    "demo.twice": {"title": "重复的项目", "doubled": ["audit.finding.project"], "expect": "value = 0"},
    "demo.open": {
        "title": "未销号问题数",
        "of": "audit.finding",
        "where": "colour <> 'white'",
        "unit": "个",
        "at": "end",
    },
}


def install(cast: Cast, **changed: dict[str, object]) -> None:
    """Put the figures in force; with another definition of one that is known, as a pack that was changed."""
    specs = {code: FigureSpec.model_validate(shape) for code, shape in (FIGURES | changed).items()}
    install_figures(pack="demo", specs=specs, owner=cast.office, origin="pack")


def redefine(code: str, **changed: object) -> None:
    """Another definition, as if it had been approved."""
    new_version(Figure.objects.get(code=code), FigureSpec.model_validate(FIGURES[code] | changed), origin="pack")


def find(cast: Cast, unit: str, day: str, amount: float | None, number: str, project: str = "") -> Record:
    """A finding of a unit, entered on its own day or, if that is past, now."""
    fields = {
        "project": project or f"项目{number}",
        "problem_no": number,
        "title": f"问题{number}",
        "audit_type": "政策跟踪审计",
        "level": "市本级",
        "found_on": day,
        "responsible_unit": unit,
    }
    if amount is not None:
        fields["amount"] = amount
    return create_record(actor=cast["colleague"], ledger=cast.finding, fields=fields)


def some_findings(cast: Cast) -> list[Record]:
    """Five findings: three of one town and its village, two of the other town; one of last year."""
    with clock.fixed(MONDAY - timedelta(days=1)):
        return [
            find(cast, "青溪镇", "2026-01-10", 120.5, "1"),
            find(cast, "上河村", "2026-01-20", 20, "2", project="项目1"),
            find(cast, "青溪镇", "2026-02-05", None, "3"),
            find(cast, "白石镇", "2026-02-06", 300, "4"),
            find(cast, "白石镇", "2025-02-06", 1, "5"),
        ]
