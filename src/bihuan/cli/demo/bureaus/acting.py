"""The people of the bureaus at work: the rows and deeds of a book, done through the same actions as the pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files.base import ContentFile

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.cli.demo.bureaus.book import PUBLIC, Book, Deed, Paper, Ref, Row
from bihuan.cli.demo.evidence import pdf
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import Batch, Event, Ledger, Record
from bihuan.loop import intake
from bihuan.loop.actions import Said, create_record, perform
from bihuan.loop.definitions import loop_of
from bihuan.loop.effects.extensions import UNTIL
from bihuan.loop.petition.actions import rate, submit
from bihuan.loop.petition.rules import pages_in_force
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Person


@dataclass(frozen=True)
class Entry:
    """The rows that one person enters in one ledger at once."""

    at: datetime
    rows: tuple[Row, ...]


def acts_of(book: Book) -> list[Entry | Deed]:
    """Everything in order of time. Rows that nothing waits for come in by the quarter, as one workbook."""
    entries = [Entry(row.at, (row,)) for row in book.rows if row.at_once]
    entries += [Entry(max(row.at for row in rows), rows) for rows in _by_quarter(book.rows)]
    acts: list[Entry | Deed] = [*entries, *book.deeds]
    return sorted(acts, key=lambda act: (act.at, isinstance(act, Deed)))


def _by_quarter(rows: Sequence[Row]) -> Iterator[tuple[Row, ...]]:
    def together(row: Row) -> tuple[str, str, int, int]:
        return row.ref.ledger, row.login, row.at.year, (row.at.month - 1) // 3

    waiting = sorted((row for row in rows if not row.at_once), key=lambda row: (together(row), row.at, row.ref.place))
    for _, group in groupby(waiting, key=together):
        yield tuple(group)


class Staff:
    """Does the acts; the clock is already held at the moment of each."""

    def __init__(self, folder: Path, renamed_on: date) -> None:
        self.folder, self.renamed_on = folder, renamed_on
        self.persons = {person.username: person for person in Person.objects.all()}
        self.actors: dict[tuple[str, bool], Actor] = {}
        self.ledgers: dict[str, Ledger] = {}
        self.records: dict[Ref, int] = {}
        self.voices: dict[Ref, str] = {}

    def do(self, act: Entry | Deed) -> None:
        if isinstance(act, Deed) and act.login == PUBLIC:
            rate(code=self.voices[act.ref], rating=act.fields["rating"], words=act.reason)
        elif isinstance(act, Deed):
            self._perform(act)
        elif act.rows[0].login == PUBLIC:
            self._hear(act.rows[0])
        elif act.rows[0].at_once:
            self._create(act.rows[0])
        else:
            self._import(act)

    def _perform(self, deed: Deed) -> None:
        ledger = self._ledger(deed.ref.ledger)
        loop = loop_of(ledger)
        if loop is None:
            raise BihuanError(f"“{ledger.title}”没有闭环")
        actor = self._actor(deed.login)
        fields = {code: self._typed(value, actor, ledger) for code, value in deed.fields.items()}
        criteria = tuple(point.code for point in loop.verb[deed.verb].criteria)
        if isinstance(until := deed.fields.get(UNTIL), date) and "extension" in deed.verb:
            fields[UNTIL] = self._later_than_due(deed.ref, until).isoformat()
        perform(actor=actor, pk=self.records[deed.ref], verb=deed.verb, said=Said(fields, deed.reason, criteria))

    def _hear(self, row: Row) -> None:
        """A citizen's words, and the code by which they rate the answer."""
        page = next(page for page in pages_in_force().values() if page.ledger(page.spec.ledger).code == row.ref.ledger)
        petition, self.voices[row.ref] = submit(page=page, fields=row.values)
        self.records[row.ref] = petition.record_id

    def _later_than_due(self, ref: Ref, until: date) -> date:
        """The day planned, or the day after the deadline where holidays have moved it past that."""
        due = Record.objects.values_list("due_at", flat=True).get(pk=self.records[ref])
        return max(until, clock.local_date(due) + timedelta(days=1)) if due else until

    def _create(self, row: Row) -> None:
        ledger, actor = self._ledger(row.ref.ledger), self._actor(row.login)
        fields = {code: self._typed(value, actor, ledger) for code, value in row.values.items()}
        self.records[row.ref] = create_record(actor=actor, ledger=ledger, fields=fields).pk

    def _import(self, entry: Entry) -> None:
        """A quarter's rows from a workbook whose head is the fields' titles."""
        ledger, actor = self._ledger(entry.rows[0].ref.ledger), self._actor(entry.rows[0].login)
        spec = spec_of(ledger)
        codes = [field.code for field in spec.fields if any(field.code in row.values for row in entry.rows)]
        path = self.folder / "quarter.xlsx"
        rows = [[self._typed(row.values.get(code, ""), actor, ledger) for code in codes] for row in entry.rows]
        _write(path, [spec.by_code[code].title for code in codes], rows)
        source = intake.Source(path, f"{ledger.title}{entry.at:%Y年%m月}.xlsx")
        table, target = intake.open_table(source), intake.existing(ledger)
        columns = dict(enumerate(codes))
        found, batch = intake.import_file(actor=actor, source=source, target=target, table=table, columns=columns)
        if batch is None:
            first = found.problems[0]
            raise BihuanError(f"示范县的数据与业务包不符：{ledger.title} {first.cell} {first.message}")
        self._remember(entry, batch)

    def _remember(self, entry: Entry, batch: Batch) -> None:
        made = (
            Event.objects.filter(batch=batch, kind="imported").order_by("position").values_list("record_id", flat=True)
        )
        for row, record in zip(entry.rows, made, strict=True):
            self.records[row.ref] = record

    def _ledger(self, code: str) -> Ledger:
        if code not in self.ledgers:
            self.ledgers[code] = find_ledger(code)
        return self.ledgers[code]

    def _actor(self, login: str) -> Actor:
        """The person as of today. Posts and units stay, but for one renaming."""
        known = (login, clock.today() >= self.renamed_on)
        if known not in self.actors:
            self.actors[known] = actor_of(self.persons[login])
        return self.actors[known]

    def _typed(self, value: Any, actor: Actor, ledger: Ledger) -> Any:
        """A value as a person would type it: a row by its id, a day in digits, a paper as an uploaded file."""
        match value:
            case Ref():
                return f"#{self.records[value]}"
            case bool():
                return "是" if value else "否"
            case date():
                return value.isoformat()
            case Paper():
                file = ContentFile(pdf([value.title, f"{clock.today()}"]), f"{value.title}.pdf")
                return [keep_file(actor=actor, ledger=ledger, upload=file).pk]
            case _:
                return value if isinstance(value, str | list) else str(value)


def _write(path: Path, heads: list[str], rows: list[list[str]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("台账")
        for number, row in enumerate([heads, *rows]):
            for place, text in enumerate(row):
                page.write_string(number, place, text)
