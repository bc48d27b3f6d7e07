"""The rules a report must keep: its templates are in the language, and the figures that they name are there."""

import re
from collections.abc import Iterator, Sequence

from bihuan.base.errors import Issue, did_you_mean
from bihuan.pack.kind import Definition, Definitions, PackKind
from bihuan.report.spec import ReportSpec
from bihuan.report.template.functions import NAMES
from bihuan.report.template.language import Fault, check

# A figure named in full in a template: the pack, then the figure's own code.
_FIGURE = re.compile(r"""['"]([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+)['"]""")


def check_reports(reports: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's reports, alone and against its figures."""
    known = [name for kind in ("figures", "ledgers", "scorecards") for name in everything.get(kind, {})]
    issues: list[Issue] = []
    for report in reports:
        issues += [*_codes_once(report), *_templates_hold(report), *_figures_exist(report, known)]
    return issues


def _texts(spec: ReportSpec) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    yield spec.title, ("title",)
    for index, part in enumerate(spec.parts):
        yield part.body, ("parts", index, "body")


def _codes_once(report: Definition) -> Iterator[Issue]:
    if not report.spec.parts:
        yield report.source.issue("材料没有部分：parts 里至少写一个", "parts")
    codes = [part.code for part in report.spec.parts]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield report.source.issue(f"“{code}”写了两次", "parts", index, "code")


def _templates_hold(report: Definition) -> Iterator[Issue]:
    for text, place in _texts(report.spec):
        try:
            check(text, dict.fromkeys(NAMES, str))
        except Fault as error:
            yield report.source.issue(error.message, *place)


def _figures_exist(report: Definition, known: Sequence[str]) -> Iterator[Issue]:
    """Figures of the same pack must be there; those of another cannot be seen from here."""
    for text, place in _texts(report.spec):
        for name in dict.fromkeys(_FIGURE.findall(text)):
            if name.startswith(f"{report.pack}.") and name not in known:
                hint = did_you_mean(name, list(known))
                yield report.source.issue(f"没有指标“{name}”", *place, hint=hint)


REPORTS = PackKind("reports", "材料", ReportSpec, check_reports)
