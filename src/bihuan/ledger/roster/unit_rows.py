"""Units in a spreadsheet: what each row would do to the tree of a day, and doing it. No file removes anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import did_you_mean
from bihuan.ledger.roster.deeds import Deed, as_it_is
from bihuan.ledger.roster.table import Line, Roster, RosterField, Verdict, day_of, refuse_repeats
from bihuan.org.actor import Actor
from bihuan.org.models import Unit, UnitKind, UnitVersion
from bihuan.org.tree import Node, Tree, tree_on
from bihuan.org.unit_administration import MOST_CODE, MOST_NAME, Place, alter_unit, found_unit

_KIND_LABELS = "、".join(str(label) for label in UnitKind.labels)
FIELDS = (
    RosterField(
        "code", "代码", ("单位代码", "编码", "单位编码", "行政区划代码", "区划代码", "机构代码"), required=True,
        hint="每个单位一个，定了不能改；再次导入时靠它认出同一个单位", example="330999103",
    ),
    RosterField("name", "名称", ("单位名称", "单位", "机构名称", "全称"), required=True, example="松溪镇"),
    RosterField(
        "kind", "类别", ("单位类别", "类型", "单位类型", "性质", "级别"), required=True, hint=f"可填：{_KIND_LABELS}",
        example="乡镇街道",
    ),
    RosterField(
        "parent", "上级代码", ("上级", "上级单位", "上级单位代码", "隶属单位", "主管单位", "所属单位"), expected=True,
        hint="上级单位的代码或名称；只有最上级留空", example="330999",
    ),
    RosterField("from_day", "成立日期", ("生效日", "起始日期", "成立日", "自"), hint="新单位从哪天起；空着按导入日期"),
)  # fmt: skip
_KIND_WORDS: Mapping[str, str] = {
    **{word: kind for kind, label in UnitKind.choices for word in (kind, str(label))},
    **dict.fromkeys(("县区", "区", "市"), "county"),
    **dict.fromkeys(("部门", "县直部门", "局委办", "委", "办"), "bureau"),
    **dict.fromkeys(("科", "股室", "内设机构", "处室"), "section"),
    **dict.fromkeys(("乡镇", "镇", "乡", "街道", "乡镇（街道）"), "town"),
    **dict.fromkeys(("村", "社区", "行政村", "村（社区）"), "village"),
    **dict.fromkeys(("公司", "国企"), "enterprise"),
}


@dataclass(frozen=True)
class UnitRow:
    """A row that would add or change a unit."""

    line: Line
    name: str
    kind: str
    parent: str
    day: date

    @property
    def code(self) -> str:
        return self.line.texts["code"]


def plan_units(roster: Roster, on: date) -> list[UnitRow]:
    """Tell each line what it would do to the tree as from a day; returns the rows that do something, parents first."""
    tree = tree_on(on)
    refuse_repeats(roster.lines, lambda line: line.texts.get("code"), "code", "代码")
    names = _Names(tree, roster.lines)
    rows = [_row(line, names, on) for line in roster.lines]
    _refuse_circles(rows, tree)
    standing = set(Unit.objects.values_list("code", flat=True))
    started = dict(UnitVersion.objects.filter(valid_to__isnull=True).values_list("unit__code", "valid_from"))
    for row in rows:
        if not row.line.faults:
            _judge(row, tree, standing, started, on)
    _refuse_under_failed(rows, tree)
    doing = [row for row in rows if row.line.verdict in (Verdict.CREATE, Verdict.UPDATE)]
    parents = _parents(rows, tree)
    return sorted(doing, key=lambda row: len(_over(row.code, parents)))


class _Names:
    """Which unit a cell means: one of the tree or of the file, by code, or by a name that only one has."""

    def __init__(self, tree: Tree, lines: list[Line]) -> None:
        self.codes = {*tree.by_code, *(line.texts.get("code", "") for line in lines)} - {""}
        named: dict[str, set[str]] = {}
        for node in tree.nodes:
            named.setdefault(node.name, set()).add(node.code)
        for line in lines:
            named.setdefault(line.texts.get("name", ""), set()).add(line.texts.get("code", ""))
        self.named = named
        self.roots = {node.code: node.name for node in tree.nodes if node.depth == 0}
        if not self.roots:
            first = next((line for line in lines if not line.texts.get("parent")), None)
            self.roots = {first.texts.get("code", ""): first.texts.get("name", "")} if first else {}

    def parent(self, line: Line) -> str:
        """The code of the unit over the line's, or the empty string at the top."""
        text = line.texts.get("parent", "")
        if not text:
            if line.texts.get("code") not in self.roots and self.roots:
                line.refuse("parent", f"“上级代码”必须填写：最上级是“{'、'.join(self.roots.values())}”")
            return ""
        if text in self.codes:
            return text
        found = self.named.get(text, set())
        if len(found) != 1:
            hint = did_you_mean(text, [*self.codes, *self.named])
            words = (
                f"有 {len(found)} 个单位叫“{text}”，请填代码"
                if found
                else f"上级“{text}”不存在，系统和表里都没有。{hint}"
            )
            line.refuse("parent", words)
            return ""
        return next(iter(found))


def _row(line: Line, names: _Names, on: date) -> UnitRow:
    name, kind = line.texts.get("name", ""), line.texts.get("kind", "")
    if len(name) > MOST_NAME:
        line.refuse("name", f"名称有 {len(name)} 个字，最多 {MOST_NAME} 个")
    code = line.texts.get("code", "")
    if len(code) > MOST_CODE or " " in code:
        line.refuse("code", f"代码最多 {MOST_CODE} 个字符，中间没有空格")
    if kind and kind not in _KIND_WORDS:
        line.refuse("kind", f"单位类别“{kind}”不存在，可用：{_KIND_LABELS}")
    parent = names.parent(line)
    return UnitRow(line, name, _KIND_WORDS.get(kind, kind), parent, day_of(line, "from_day", on))


def _parents(rows: list[UnitRow], tree: Tree) -> dict[str, str]:
    """Which unit every unit would hang under, by code."""
    over = {node.code: tree.by_pk[node.parent].code if node.parent else "" for node in tree.nodes}
    return over | {row.code: row.parent for row in rows if row.line.texts.get("code")}


def _over(code: str, parents: Mapping[str, str]) -> list[str]:
    """The units over one, nearest first; it ends where it comes round again."""
    found: list[str] = []
    while (code := parents.get(code, "")) and code not in found:
        found.append(code)
    return found


def _refuse_circles(rows: list[UnitRow], tree: Tree) -> None:
    parents = _parents(rows, tree)
    for row in rows:
        if row.line.texts.get("code") and row.code in _over(row.code, parents):
            row.line.refuse("parent", f"“{row.name}”挂在自己或它的下级之下")


def _judge(row: UnitRow, tree: Tree, known: set[str], started: Mapping[str, date], on: date) -> None:
    node = tree.by_code.get(row.code)
    if node is None:
        if row.code in known:
            row.line.refuse("code", f"代码“{row.code}”的单位在 {on} 不存在或已撤销，不能再用")
        else:
            row.line.verdict = Verdict.CREATE
        return
    row.line.old = _differences(row, node, tree)
    if not row.line.old:
        return
    row.line.verdict = Verdict.UPDATE
    since = started.get(row.code)
    if since is None:
        row.line.refuse("code", "这个单位已定于以后撤销，不能变更")
    elif on < since or (on == since and on < clock.today()):
        row.line.refuse(next(iter(row.line.old)), f"现在的名称和上级自 {since} 起，变更日期要晚于它；请换一个导入日期")


def _differences(row: UnitRow, node: Node, tree: Tree) -> dict[str, str]:
    over = tree.by_pk[node.parent].code if node.parent else ""
    before = {"name": node.name, "kind": str(UnitKind(node.kind).label), "parent": over}
    same = {"name": node.name == row.name, "kind": node.kind == row.kind, "parent": over == row.parent}
    return {code: before[code] for code in before if not same[code]}


def _refuse_under_failed(rows: list[UnitRow], tree: Tree) -> None:
    """A unit whose parent cannot be added cannot be added either."""
    failed = {row.code for row in rows if row.line.verdict is Verdict.FAIL and row.line.texts.get("code")}
    failed -= set(tree.by_code)
    parents = _parents(rows, tree)
    for row in rows:
        if row.line.verdict is Verdict.CREATE and failed & set(_over(row.code, parents)):
            row.line.refuse("parent", "它的上级在表里有错，不能导入")


@transaction.atomic
def write_units(*, actor: Actor, rows: list[UnitRow], on: date, address: str = "") -> list[Deed]:
    """Add and change the units of a plan: all of them, or none; returns what was done. Raises BihuanError."""
    done: list[Deed] = []
    for row in rows:
        parent = Unit.objects.get(code=row.parent) if row.parent else None
        place = Place(row.name, row.kind, parent)
        if row.line.verdict is Verdict.CREATE:
            unit = found_unit(actor=actor, code=row.code, place=place, on=row.day, address=address)
            done.append({"did": "unit_added", "unit": unit.pk, "now": as_it_is(unit)})
        else:
            unit = Unit.objects.get(code=row.code)
            was = as_it_is(unit)
            alter_unit(actor=actor, unit=unit, place=place, on=on, address=address)
            done.append({"did": "unit_changed", "unit": unit.pk, "was": was, "now": as_it_is(unit)})
    return done
