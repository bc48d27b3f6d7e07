"""The people of the demo county at work: each act is done by its own person, through the same actions as the pages."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.cli.demo.evidence import papers
from bihuan.cli.demo.findings import Finding
from bihuan.cli.demo.last_year import CloseOut
from bihuan.cli.demo.people import CLERK
from bihuan.cli.demo.plan import Intake, Step
from bihuan.cli.demo.sheet import write_project
from bihuan.ledger.append import Draft, append, moment
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.values import key_text
from bihuan.loop import intake
from bihuan.loop.actions import Said, perform
from bihuan.loop.definitions import loop_of
from bihuan.loop.intake import Source
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Person


class Players:
    """Does the acts of a plan; the clock is already held at the moment of each."""

    def __init__(self, ledger: Ledger, folder: Path, renamed_on: date) -> None:
        self.ledger, self.folder, self.renamed_on = ledger, folder, renamed_on
        self.spec, loop = spec_of(ledger), loop_of(ledger)
        self.criteria = {verb.code: tuple(point.code for point in verb.criteria) for verb in loop.verbs} if loop else {}
        self.closed_step = loop.closed_steps[0] if loop else ""
        self.persons = {person.username: person for person in Person.objects.all()}
        self.actors: dict[tuple[str, bool], Actor] = {}
        self.records: dict[str, int] = {}

    def take_in(self, act: Intake) -> None:
        """Import a project's findings from a workbook."""
        path = self.folder / "project.xlsx"
        write_project(act.project, act.findings, path)
        source = Source(path, f"{act.project.title}问题清单.xlsx")
        table = intake.open_table(source)
        target = intake.existing(self.ledger)
        columns = intake.match(table, target.spec)
        found, _ = intake.import_file(
            actor=self._actor(act.login), source=source, target=target, table=table, columns=columns
        )
        if found.problems:
            first = found.problems[0]
            raise BihuanError(f"示范县的数据与业务包不符：{act.project.title} {first.cell} {first.message}")
        keys = [_key(finding) for finding in act.findings]
        rows = Record.objects.filter(ledger=self.ledger, key__in=keys, deleted=False)
        self.records |= {key: pk for key, pk in rows.values_list("key", "pk") if key}

    def do(self, step: Step) -> None:
        """Do a verb to a matter."""
        actor = self._actor(step.login)
        said = Said(self._fields(step, actor), step.reason, self.criteria.get(step.verb, ()))
        perform(actor=actor, pk=self.records[_key(step.finding)], verb=step.verb, said=said)

    def close_out(self, act: CloseOut) -> None:
        """Close a project's findings as last year's own ledger says, with what was put right."""
        drafts = [
            Draft(
                "closed_in_file",
                self.records[_key(finding)],
                self._put_right(finding, at),
                {"state": self.closed_step, "closed_at": moment(at)},
                effective_at=at,
                reason="随上年台账带入的办结",
            )
            for finding, at in act.closed
        ]
        append(actor=self._actor(CLERK), ledger=self.ledger, drafts=drafts)

    @staticmethod
    def _put_right(finding: Finding, at: datetime) -> dict[str, Any]:
        fixed = {} if finding.amount is None else {"amount_fixed": float(finding.amount)}
        return {"measures": finding.measures(at), **fixed}

    def _actor(self, login: str) -> Actor:
        """The person as of today. Posts and units stay the whole year, but for one renaming."""
        known = (login, clock.today() >= self.renamed_on)
        if known not in self.actors:
            self.actors[known] = actor_of(self.persons[login])
        return self.actors[known]

    def _fields(self, step: Step, actor: Actor) -> dict[str, Any]:
        if step.verb == "assign":
            due_on = {"due_on": step.due_on.isoformat()} if step.due_on else {}
            return {"responsible_unit": step.unit, **due_on}
        if step.verb == "submit":
            fixed = {} if step.amount_fixed is None else {"amount_fixed": str(step.amount_fixed)}
            return {"measures": step.measures, **fixed, "evidence": self._evidence(step, actor)}
        return {}

    def _evidence(self, step: Step, actor: Actor) -> list[int]:
        finding = step.finding
        about = f"{finding.project.title} 问题 {finding.number} 第 {step.serial} 次报送"
        unit = actor.tree.name(actor.home_unit)
        handed_in = papers(finding.title, unit, f"{clock.today():%Y%m%d}", step.measures, about)
        files = (ContentFile(paper.content, paper.name) for paper in handed_in)
        return [keep_file(actor=actor, ledger=self.ledger, upload=file).pk for file in files]


def _key(finding: Finding) -> str:
    return key_text([finding.project.title, finding.number])
