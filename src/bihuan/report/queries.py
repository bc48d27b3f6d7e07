"""Reads of reports: a report as it would be today, an issued one as it was, and what has changed since."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.ledger.definitions import find_ledger
from bihuan.ledger.models import Record
from bihuan.ledger.rules import visible_records
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.org.tree import tree_on
from bihuan.report.composing import compose
from bihuan.report.definitions import spec_of
from bihuan.report.document import Document, Number
from bihuan.report.figures import figure_sources
from bihuan.report.keeping import restored
from bihuan.report.models import Draft, Issued, ReportVersion, WordTemplate
from bihuan.report.rules import may_see, require
from bihuan.report.template.wording import shown
from bihuan.report.templates import file_of, template_in_force
from bihuan.report.templating import compose_word


@dataclass(frozen=True)
class Made:
    """A report as it was worked out: the document, and the file if an office's own Word template made it."""

    document: Document
    word: bytes | None = None


def report_now(
    actor: Actor,
    report: ReportVersion,
    *,
    unit: Unit,
    period: str,
    as_of: date,
    known_at: datetime,
    texts: dict[str, str] | None = None,
    record: Record | None = None,
    template: WordTemplate | None = None,
    number: str = "",
    signed_on: date | None = None,
) -> Made:
    """A report computed for reading; nothing is kept of it. `record` is what a report on one record is about.

    Who may see the report, or the draft for which it is asked, was looked at before; its numbers are within the
    actor's own reach.
    """
    spec = spec_of(report)
    written = {part.code: part.body for part in spec.parts} | (texts or {})
    sources = figure_sources(
        actor,
        unit=unit,
        period=period,
        as_of=as_of,
        known_at=known_at,
        texts=[spec.title, *written.values()],
        subject=record,
    )
    day = signed_on or as_of
    if template is None:
        return Made(compose(spec, sources, texts=written, number=number, signed_on=day))
    word = compose_word(spec, sources, file_of(template), texts=written, number=number, signed_on=day)
    return Made(word.document, word.content)


def document_now(
    actor: Actor,
    report: ReportVersion,
    *,
    unit: Unit,
    period: str,
    as_of: date,
    known_at: datetime,
    texts: dict[str, str] | None = None,
    record: Record | None = None,
) -> Document:
    """The document of `report_now`, by the template of the definition. Raises NotAllowed."""
    require(may_see(actor, report) or actor.is_system, f"查看“{report.title}”")
    made = report_now(
        actor, report, unit=unit, period=period, as_of=as_of, known_at=known_at, texts=texts, record=record
    )
    return made.document


def draft_now(
    actor: Actor, draft: Draft, known_at: datetime, *, number: str = "", signed_on: date | None = None
) -> tuple[Made, WordTemplate | None]:
    """A draft with its parts as they stand, by the Word template in force, if there is one."""
    template = template_in_force(draft.report.code, clock.today())
    made = report_now(
        actor,
        draft.report,
        unit=draft.unit,
        period=draft.period,
        as_of=draft.as_of,
        known_at=known_at,
        texts=dict(draft.parts.values_list("code", "text")),
        record=draft.record,
        template=template,
        number=number,
        signed_on=signed_on,
    )
    return made, template


def issued_now(actor: Actor, issued: Issued) -> Document:
    """The same report, with the same texts and template, as it would be today."""
    texts = dict(issued.draft.parts.values_list("code", "text")) if issued.draft else None
    made = report_now(
        actor,
        issued.report,
        unit=issued.unit,
        period=issued.period,
        as_of=clock.today(),
        known_at=clock.now(),
        texts=texts,
        record=issued.record,
        template=issued.template,
    )
    return made.document


def issued_word(issued: Issued) -> bytes | None:
    """The Word file that was issued, where an office's own template made it. Raises Invalid if it was tampered with."""
    if not issued.word:
        return None
    content = base64.b64decode(issued.word)
    if hashlib.sha256(content).hexdigest() != issued.word_hash:
        raise Invalid(f"“{issued.title}”的 Word 存档与印发时不一致，可能被改动过")
    return content


def issued_document(issued: Issued) -> Document:
    """An issued report as it was. Raises Invalid if what is kept is not what was issued."""
    if hashlib.sha256(issued.content.encode()).hexdigest() != issued.hash:
        raise Invalid(f"“{issued.title}”的存档与印发时不一致，可能被改动过")
    return restored(issued.content)


def record_of(actor: Actor, report: ReportVersion, number: str) -> Record | None:
    """The record that a report is about, by its number; None for a report that is about none."""
    code = spec_of(report).subject
    if not code:
        return None
    ledger = find_ledger(code)
    if not number:
        raise Invalid(f"请写这份材料是关于“{ledger.title}”的哪一条记录（编号）")
    found = visible_records(actor, ledger).select_related("ledger").filter(number=number).first()
    if found is None:
        raise NotFound(f"“{ledger.title}”里没有编号为“{number}”的记录，或者它不在您的查看范围内")
    return found


def subject_of(report: ReportVersion) -> Unit:
    """The unit that a report is about: the one it names, else the county."""
    named = spec_of(report).unit
    roots = [node.code for node in tree_on(clock.today()).nodes if node.depth == 0]
    found = Unit.objects.filter(code=named or roots[0] if roots else "").first()
    if found is None:
        raise NotFound(f"“{report.code}”所关于的单位“{named}”不存在")
    return found


@dataclass(frozen=True)
class Moved:
    """A figure that is in both of two reports, and how it changed."""

    before: Number
    now: Number

    @property
    def difference(self) -> Decimal | None:
        if self.before.value is None or self.now.value is None:
            return None
        return self.now.value - self.before.value


def since(before: Document, now: Document) -> list[Moved]:
    """What changed between two reports: each figure and unit that both print and whose values differ, in order."""
    known = {(number.figure, number.unit, number.title): number for number in before.numbers}
    told: dict[tuple[str, str, str], Moved] = {}
    for number in now.numbers:
        key = (number.figure, number.unit, number.title)
        was = known.get(key)
        if was is not None and was.value != number.value:
            told.setdefault(key, Moved(was, number))
    return list(told.values())


def sentence(moved: Moved) -> str:
    """How a figure changed between two reports, as it may stand in a text."""
    measure = moved.now.measure
    was, stands = (f"{shown(number.value)}{measure}" for number in (moved.before, moved.now))
    told = f"{moved.now.unit_name}{moved.now.title}"
    if moved.before.value is None:
        return f"{told}以前不知道，现在是{stands}。"
    if moved.now.value is None:
        return f"{told}以前是{was}，现在不知道。"
    difference = moved.difference or Decimal(0)
    more = "个百分点" if measure == "%" else measure
    return f"{told}由{was}变为{stands}，{'增加' if difference > 0 else '减少'}{shown(abs(difference))}{more}。"


def last_issued(report: ReportVersion, unit: Unit, before: datetime) -> Issued | None:
    """The report of the same code about the same unit that was issued last before an instant."""
    rows = Issued.objects.select_related("report").filter(report__code=report.code, unit=unit, issued_at__lt=before)
    return rows.order_by("-issued_at", "-pk").first()
