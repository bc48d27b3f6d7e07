"""A roster's import under way: what kind it is, its kept file, what it would do on its day, and doing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotFound
from bihuan.ledger.models import Batch
from bihuan.ledger.roster import person_rows, unit_rows
from bihuan.ledger.roster.deeds import Deed
from bihuan.ledger.roster.person_rows import plan_people, write_people
from bihuan.ledger.roster.table import Roster, RosterField, open_roster
from bihuan.ledger.roster.unit_rows import plan_units, write_units
from bihuan.org.actor import Actor
from bihuan.org.models import Person, Post, UnitKind
from bihuan.org.roles import role_title
from bihuan.org.tree import tree_on
from bihuan.web.importing import OPEN_STATES, upload_path
from bihuan.web.unit_names import unit_label


@dataclass(frozen=True)
class Kind:
    """A kind of roster: units or people."""

    code: str
    title: str
    fields: tuple[RosterField, ...]
    plan: Callable[[Roster, Actor, date], list[Any]]
    write: Callable[[Actor, list[Any], date, str], list[Deed]]
    now: Callable[[], list[tuple[str, ...]]]


def _units_now() -> list[tuple[str, ...]]:
    """The units that stand today, as rows of the blank form."""
    tree = tree_on(clock.today())
    over = {node.pk: node.code for node in tree.nodes}
    return [
        (node.code, node.name, str(UnitKind(node.kind).label), over.get(node.parent or 0, ""), "")
        for node in tree.nodes
    ]


def _people_now() -> list[tuple[str, ...]]:
    """The people in use and their posts of today."""
    tree, today = tree_on(clock.today()), clock.today()
    rows: list[tuple[str, ...]] = []
    posts = Post.objects.filter(person__is_active=True, valid_from__lte=today).exclude(valid_to__lte=today)
    held: dict[tuple[int, int], list[Post]] = {}
    for post in posts.select_related("person").order_by("person__username", "pk"):
        held.setdefault((post.person_id, post.unit_id), []).append(post)
    for (_, unit), some in held.items():
        person: Person = some[0].person
        roles = "、".join(role_title(post.role) for post in some)
        rows.append((person.username, person.name, person.phone, unit_label(tree, unit), roles, ""))
    return rows


KINDS = {
    "units": Kind(
        "units",
        "单位",
        unit_rows.FIELDS,
        lambda roster, _actor, on: plan_units(roster, on),
        lambda actor, rows, on, address: write_units(actor=actor, rows=rows, on=on, address=address),
        _units_now,
    ),
    "people": Kind(
        "people",
        "人员",
        person_rows.FIELDS,
        plan_people,
        lambda actor, rows, _on, address: write_people(actor=actor, rows=rows, address=address),
        _people_now,
    ),
}


def kind_of(code: str) -> Kind:
    """The kind of a code. Raises NotFound."""
    if code not in KINDS:
        raise NotFound("没有这样的名册")
    return KINDS[code]


@dataclass(frozen=True)
class RosterImport:
    """A file on its way in: what it says, and the rows of it that do something."""

    kind: Kind
    batch: Batch
    roster: Roster
    rows: list[Any]
    on: date

    @property
    def why_not(self) -> str:
        """Why it cannot be imported as it stands, or the empty string."""
        if self.roster.absent:
            return f"还没有找到这些列：{'、'.join(self.roster.absent)}；请在“列对应”里指定"
        if failed := sum(bool(line.faults) for line in self.roster.lines):
            return f"有 {failed} 行不能导入，请改好文件再传；一行有错，全部不写"
        return "" if self.rows else "没有新的内容，不需要导入"


def open_import(actor: Actor, batch: Batch) -> RosterImport:
    """Read a batch's file again, and what it would do now. Raises Invalid in words."""
    kind, path = kind_of(batch.kind), upload_path(batch.file_hash)
    if not path.is_file():
        raise Invalid(f"“{batch.file_name}”已不在服务器上，请重新上传")
    on = date.fromisoformat(batch.plan["on"])
    roster = open_roster(path, batch.file_name, kind.fields, batch.plan.get("columns"))
    return RosterImport(kind, batch, roster, [] if roster.absent else kind.plan(roster, actor, on), on)


def choose_columns(found: RosterImport, posted: Mapping[str, str]) -> None:
    """Keep which column each field is taken from, as it was set by hand; a blank one is not taken."""
    known = {str(column.index): column.index for column in found.roster.table.columns}
    said = {one.code: posted.get(f"column-{one.code}", "") for one in found.kind.fields}
    columns = {code: known[index] for code, index in said.items() if index in known}
    if len(set(columns.values())) < len(columns):
        raise Invalid("一列只能对应一个字段")
    if not columns:
        raise Invalid("至少要选一列")
    found.batch.plan |= {"columns": columns}
    found.batch.save(update_fields=["plan"])


def write_import(actor: Actor, found: RosterImport, address: str) -> None:
    """Write an import that has no fault, all of it or nothing, once. Raises Conflict where it was written already."""
    if found.why_not:
        raise Invalid(found.why_not)
    with transaction.atomic():
        taken = Batch.objects.filter(pk=found.batch.pk, state__in=OPEN_STATES)
        if not taken.update(state=Batch.State.DONE, finished_at=clock.now(), result=_result(found.roster)):
            raise Conflict("这个文件已经导入过了")
        done = found.kind.write(actor, found.rows, found.on, address)
        taken = Batch.objects.filter(pk=found.batch.pk)
        taken.update(result={**_result(found.roster), "done": done})


def _result(roster: Roster) -> dict[str, int]:
    return {verdict.value: count for verdict, count in roster.counts.items()}
