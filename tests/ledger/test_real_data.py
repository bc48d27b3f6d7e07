"""Files that others published become ledgers unedited, and the figures are those worked out without this program.

The facts are in the data's own SOURCES.md; the city of Boston even gives its own verdict on every row.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from bihuan.ledger.definitions import spec_of
from bihuan.ledger.excel import Table
from bihuan.ledger.importing import Check
from bihuan.ledger.models import Batch, Ledger, Record
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.rules import visible_records
from bihuan.loop import intake
from bihuan.loop.colour import Colour, bounds_at, colour_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.summary import Summary, is_overdue, summary
from bihuan.org.actor import system_actor
from tests.cast import Cast
from tests.ledger.making import findings, import_path
from tests.outside import require_shared_file

pytestmark = pytest.mark.outside

BOSTON = "closed-loop/boston311-100.csv"
NEW_YORK = "closed-loop/nyc311-2011-2000.csv"
POSTS = "excel-ledgers/guangdong_audit_posts_2022.xlsx"
SECTIONS = "excel-ledgers/cnemc_guangdong_sections.xlsx"
JUNE = datetime(2022, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Taken:
    """A file that became a ledger."""

    path: Path
    ledger: Ledger
    table: Table
    check: Check
    batch: Batch | None

    def summary(self, at: datetime) -> Summary:
        loop = loop_of(self.ledger)
        assert loop is not None
        return summary(visible_records(system_actor(), self.ledger), spec_of(self.ledger), loop, at)


def take(cast: Cast, name: str, code: str) -> Taken:
    """The file as a new ledger with a loop, as its own head and cells make it."""
    path = require_shared_file(name)
    source = intake.Source(path, path.name)
    table = intake.open_table(source)
    target, columns = intake.planned(actor=cast["office"], code=code, title="公开数据", table=table, owner=cast.office)
    check, batch = intake.import_file(actor=cast["office"], source=source, target=target, table=table, columns=columns)
    return Taken(path, Ledger.objects.get(code=code), table, check, batch)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def boston(cast: Cast) -> Taken:
    return take(cast, BOSTON, "open.boston")


@pytest.fixture
def new_york(cast: Cast) -> Taken:
    return take(cast, NEW_YORK, "open.nyc")


def test_boston_finds_its_own_columns(boston: Taken) -> None:
    spec = spec_of(boston.ledger)
    assert spec.key == ("case_enquiry_id",)
    assert (spec.opened_field, spec.due_field, spec.closed_field) == ("open_dt", "target_dt", "closed_dt")
    assert (spec.status_field, spec.closed_values) == ("case_status", ("Closed",))
    assert (len(boston.check.creates), boston.check.problems) == (100, [])


def test_boston_s_figures(boston: Taken) -> None:
    found = boston.summary(JUNE)
    assert (found.total, found.closed, found.overdue) == (100, 85, 17)
    assert found.counts[Colour.WHITE] == 85
    assert sum(found.counts.values()) == 100
    assert found.median_hours is not None
    assert found.mean_hours is not None
    assert (round(found.median_hours, 4), round(found.mean_hours, 4)) == (16.1569, 110.6295)
    assert found.doubtful == ()


@pytest.mark.parametrize(
    ("at", "agreeing"),
    [(JUNE, 100), (datetime(2022, 5, 1, tzinfo=UTC), 99)],
)
def test_the_verdict_on_every_row_is_the_city_s_own(boston: Taken, at: datetime, agreeing: int) -> None:
    city = {row["case_enquiry_id"]: row["ontime"] == "OVERDUE" for row in rows_of(boston.path)}
    ours = {record.key: is_overdue(record.due_at, record.closed_at, at) for record in boston.ledger.records.all()}
    assert len(ours) == len(city) == 100
    assert sum(ours[key] == verdict for key, verdict in city.items()) == agreeing


def test_boston_s_open_matters_have_the_colour_of_the_city_s_verdict(boston: Taken) -> None:
    loop = loop_of(boston.ledger)
    assert loop is not None
    bounds = bounds_at(loop, JUNE)
    verdicts = {row["case_enquiry_id"]: row["ontime"] for row in rows_of(boston.path)}
    for record in boston.ledger.records.filter(closed_at__isnull=True):
        late = colour_of(record.due_at, None, bounds) is Colour.RED
        assert late == (verdicts[record.key or ""] == "OVERDUE")


def test_boston_a_second_time_changes_nothing(cast: Cast, boston: Taken) -> None:
    again, _ = import_path(cast["office"], boston.ledger, boston.path)
    assert (again.unchanged, again.creates, again.updates, again.problems) == (100, [], [], [])
    assert findings(boston.ledger) == []


def test_new_york_s_figures_with_and_without_the_row_that_was_closed_in_1900(new_york: Taken) -> None:
    found = new_york.summary(JUNE)
    assert found.total == 2000
    assert found.by_status == {"Closed": 1956, "Pending": 24, "Assigned": 20}
    filed = found.as_filed
    assert (filed["with_deadline"], filed["on_time"], filed["on_time_rate"]) == (1941, 1637, 84.34)
    assert (filed["closed_times"], filed["median_hours"]) == (1958, 23.4867)
    record = new_york.ledger.records.get(key="19944912")
    row_number = next(row.number for row, _ in new_york.check.creates if row.key == "19944912")
    words = [doubt for number, doubt in new_york.check.doubts if number == row_number]
    assert any("1900-01-01" in doubt and "早于发现时间" in doubt for doubt in words)
    assert record.number in found.doubtful
    assert record.closed_at is None
    assert (found.on_time, found.with_deadline) == (1636, 1940)
    assert found.median_hours is not None
    assert round(found.median_hours, 4) == 23.5464
    _agrees_with_own_reckoning(found, rows_of(new_york.path))


def _agrees_with_own_reckoning(found: Summary, rows: list[dict[str, str]]) -> None:
    """The same figures from the file's text, without a line of the program."""
    style = "%m/%d/%Y %I:%M:%S %p"
    hours, on_time, with_due = [], 0, 0
    for row in rows:
        if row["Status"] != "Closed" or not row["Closed Date"]:
            continue
        opened, closed = (datetime.strptime(row[name], style) for name in ("Created Date", "Closed Date"))
        hours.append((closed - opened).total_seconds() / 3600)
        if row["Due Date"]:
            with_due += 1
            on_time += closed <= datetime.strptime(row["Due Date"], style)
    assert (found.closed, found.with_deadline, found.on_time) == (len(hours), with_due, on_time)
    assert found.median_hours == pytest.approx(median(hours))


def test_new_york_is_whole_and_can_be_searched(new_york: Taken) -> None:
    assert findings(new_york.ledger) == []
    assert Counter(new_york.ledger.records.values_list("state", flat=True)) == {"closed": 1956, "open": 44}
    assert new_york.batch is not None
    assert new_york.batch.result["created"] == 2000
    actor, spec, rows = system_actor(), spec_of(new_york.ledger), rows_of(new_york.path)
    asked = Asked(where="borough = 'BROOKLYN' and status = 'Closed'")
    expected = sum(row["Borough"] == "BROOKLYN" and row["Status"] == "Closed" for row in rows)
    assert list_records(actor, new_york.ledger, spec, {}, asked).count() == expected > 0
    found = list_records(actor, new_york.ledger, spec, {}, Asked(words="19944912"))
    assert [record.key for record in found] == ["19944912"]


def test_the_posts_of_the_audit_offices_become_a_ledger(cast: Cast) -> None:
    taken = take(cast, POSTS, "open.posts")
    assert (taken.table.row_count, len(taken.table.columns)) == (88, 19)
    assert taken.check.problems == []
    assert Record.objects.filter(ledger=taken.ledger).count() == 88
    field = next(field for field in spec_of(taken.ledger).fields if field.title == "录用人数")
    assert field.kind == "integer"
    assert sum(record.data[field.code] for record in taken.ledger.records.all()) == 96
    assert findings(taken.ledger) == []
    again, _ = import_path(cast["office"], taken.ledger, taken.path)
    assert (again.unchanged, again.creates, again.updates) == (88, [], [])


def test_the_sections_of_the_monitoring_centre_become_a_ledger(cast: Cast) -> None:
    taken = take(cast, SECTIONS, "open.sections")
    assert (taken.table.row_count, len(taken.table.columns)) == (58, 16)
    assert taken.check.problems == []
    assert Record.objects.filter(ledger=taken.ledger).count() == 58
    fields = {field.title: field for field in spec_of(taken.ledger).fields}
    oxygen = next(field for title, field in fields.items() if title.startswith("溶解氧"))
    assert oxygen.kind == "number"
    assert findings(taken.ledger) == []
    again, _ = import_path(cast["office"], taken.ledger, taken.path)
    assert (again.unchanged, again.creates, again.updates) == (58, [], [])
