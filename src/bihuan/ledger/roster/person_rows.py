"""People in a spreadsheet, a row for each post: what each row would do, and doing it. No post is ended by a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Q

from bihuan.base.errors import did_you_mean
from bihuan.ledger.roster.deeds import Deed
from bihuan.ledger.roster.table import Line, Roster, RosterField, Verdict, day_of
from bihuan.org.actor import Actor
from bihuan.org.models import Person, Post, Unit
from bihuan.org.person_administration import Card, appoint, card_faults, correct_card, open_account
from bihuan.org.roles import ROLES, role_title
from bihuan.org.separation import ADMINISTRATORS, clash, not_from_the_page
from bihuan.org.tree import Tree, tree_on

_ROLE_TITLES = "、".join(role.title for role in ROLES if role.code not in ADMINISTRATORS)
FIELDS = (
    RosterField(
        "username", "登录名", ("用户名", "帐号", "账号", "登录帐号", "登录账号", "工号"), required=True,
        hint="字母、数字，每人一个，定了不能改；再次导入时靠它认出同一个人", example="zhangsan",
    ),
    RosterField("name", "姓名", ("人员", "人员姓名", "名字"), required=True, example="张三"),
    RosterField("phone", "手机", ("电话", "手机号", "手机号码", "联系电话", "联系方式"), example="13800138000"),
    RosterField(
        "unit", "单位", ("所在单位", "单位名称", "单位代码", "工作单位", "部门", "所属单位"),
        hint="单位的名称或代码；重名的写成“青溪镇 / 新民村”", example="松溪镇",
    ),
    RosterField(
        "role", "角色", ("岗位", "职责", "岗位角色", "权限"), hint=f"可填：{_ROLE_TITLES}；几个用顿号隔开",
        example="承办",
    ),
    RosterField("from_day", "任职日期", ("任职日", "起始日期", "自"), hint="空着按导入时选的日期"),
)  # fmt: skip
_ROLE_WORDS: Mapping[str, str] = {
    **{word: role.code for role in ROLES for word in (role.code, role.title, f"{role.title}人")},
    **dict.fromkeys(("经办人员", "录入"), "handler"),
    **dict.fromkeys(("承办人员", "责任人"), "undertaker"),
    **dict.fromkeys(("分管领导", "主要领导", "县领导", "局领导"), "leader"),
    **dict.fromkeys(("安全保密管理员",), "security_admin"),
    **dict.fromkeys(("安全审计员",), "audit_admin"),
}
_BETWEEN = re.compile(r"[、,，;；/]+")


@dataclass(frozen=True)
class PersonRow:
    """A row that would add or change a person, or give them posts."""

    line: Line
    card: Card
    unit: int | None
    roles: tuple[str, ...]
    day: date


@dataclass
class _Known:
    """What is known of a person so far, from the system and from the rows above."""

    name: str
    phone: str
    is_active: bool = True
    is_new: bool = False
    roles: set[str] = field(default_factory=set)
    posts: set[tuple[int, str]] = field(default_factory=set)


def plan_people(roster: Roster, actor: Actor, on: date) -> list[PersonRow]:
    """Tell each line what it would do as from a day; returns the rows that do something, in the order of the sheet."""
    people, tree = _people(on), tree_on(on)
    own = Person.objects.filter(pk=actor.person).values_list("username", flat=True).first() if actor.person else None
    rows = []
    for line in roster.lines:
        row = _row(line, tree, people, on)
        if not line.faults:
            _judge(row, people, own)
        if line.verdict in (Verdict.CREATE, Verdict.UPDATE):
            rows.append(row)
    return rows


def _people(on: date) -> dict[str, _Known]:
    found = {person.username: _Known(person.name, person.phone, person.is_active) for person in Person.objects.all()}
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    for username, unit, role in Post.objects.filter(lasting).values_list("person__username", "unit", "role"):
        found[username].roles.add(role)
        found[username].posts.add((unit, role))
    return found


def _row(line: Line, tree: Tree, people: Mapping[str, _Known], on: date) -> PersonRow:
    username, name = line.texts.get("username", ""), line.texts.get("name", "")
    known = people.get(username)
    card = Card(username, name, line.texts.get("phone", "") or (known.phone if known else ""))
    for code, words in card_faults(card).items():
        if line.texts.get(code):
            line.refuse(code, words)
    unit, roles = _unit(line, tree), _roles(line)
    if bool(line.texts.get("unit")) != bool(line.texts.get("role")):
        line.refuse("role" if line.texts.get("unit") else "unit", "单位和角色要一起填，或都空着")
    return PersonRow(line, card, unit, roles, day_of(line, "from_day", on))


def _unit(line: Line, tree: Tree) -> int | None:
    text = line.texts.get("unit", "")
    if not text or text in tree.by_code:
        return tree.by_code[text].pk if text else None
    names = [part.strip() for part in text.split("/")]
    found = [node for node in tree.by_name.get(names[-1], ()) if _lies(node.pk, names[:-1], tree)]
    if len(found) == 1:
        return found[0].pk
    hint = did_you_mean(text, [node.name for node in tree.nodes])
    words = f"有 {len(found)} 个单位叫“{text}”，请填代码或写上级" if found else f"没有单位“{text}”。{hint}"
    line.refuse("unit", words)
    return None


def _lies(pk: int, over: list[str], tree: Tree) -> bool:
    """Whether the units of these names stand over a unit."""
    return set(over) <= {node.name for node in tree.above(pk)}


def _roles(line: Line) -> tuple[str, ...]:
    found = []
    for word in filter(None, (part.strip() for part in _BETWEEN.split(line.texts.get("role", "")))):
        if word in _ROLE_WORDS:
            found.append(_ROLE_WORDS[word])
        else:
            hint = did_you_mean(word, list(_ROLE_WORDS))
            line.refuse("role", f"没有角色“{word}”，可用：{_ROLE_TITLES}。{hint}")
    return tuple(dict.fromkeys(found))


def _judge(row: PersonRow, people: dict[str, _Known], own: str | None) -> None:
    line, card = row.line, row.card
    known = people.get(card.username)
    if known is None:
        known = people[card.username] = _Known(card.name, card.phone, is_new=True)
        line.verdict = Verdict.CREATE
    elif known.is_new and (known.name, known.phone) != (card.name, card.phone):
        line.refuse("name", f"登录名“{card.username}”在表里已是“{known.name}”，姓名和手机要一致")
        return
    before = {"name": known.name, "phone": known.phone}
    line.old = {code: before[code] for code in before if before[code] != getattr(card, code)}
    fresh = [role for role in row.roles if row.unit and (row.unit, role) not in known.posts]
    for role in fresh:
        if words := clash(known.roles, role) or not_from_the_page(known.roles, role):
            line.refuse("role", words)
            return
        known.roles.add(role)
        known.posts.add((row.unit or 0, role))
    if fresh:
        line.old |= {"role": _held(known, row.unit, fresh)}
    if line.verdict is not Verdict.CREATE and line.old:
        line.verdict = Verdict.UPDATE
    if line.verdict is Verdict.UPDATE and not known.is_active:
        line.refuse("username", f"{known.name} 已停用，请先在“人员”里启用")
    if line.verdict is Verdict.UPDATE and card.username == own:
        line.refuse("username", "这是您自己的帐号，由另一位系统管理员变更")
    known.name, known.phone = card.name, card.phone


def _held(known: _Known, unit: int | None, fresh: list[str]) -> str:
    """The roles held in the unit before the row."""
    return "、".join(sorted(role_title(role) for place, role in known.posts if place == unit and role not in fresh))


@transaction.atomic
def write_people(*, actor: Actor, rows: list[PersonRow], address: str = "") -> list[Deed]:
    """Add and change the people of a plan and give them their posts: all, or none; returns what was done.

    Raises BihuanError.
    """
    done: list[Deed] = []
    for row in rows:
        person, now = Person.objects.filter(username=row.card.username).first(), [row.card.name, row.card.phone]
        if person is None:
            person = open_account(actor=actor, card=row.card, address=address)
            done.append({"did": "person_added", "person": person.pk, "now": now})
        elif (was := [person.name, person.phone]) != now:
            correct_card(actor=actor, person=person, name=row.card.name, phone=row.card.phone, address=address)
            done.append({"did": "card_changed", "person": person.pk, "was": was, "now": now})
        if row.unit is None:
            continue
        unit, lasting = Unit.objects.get(pk=row.unit), Q(valid_to__isnull=True) | Q(valid_to__gt=row.day)
        held = set(person.posts.filter(lasting, unit=unit).values_list("role", flat=True))
        for role in row.roles:
            if role not in held:
                post = appoint(actor=actor, person=person, unit=unit, role=role, from_day=row.day, address=address)
                done.append({"did": "post_given", "post": post.pk})
    return done
