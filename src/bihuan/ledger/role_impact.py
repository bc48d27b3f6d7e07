"""What a setting for a role means, in words and in people, before it is made."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bihuan.base import clock
from bihuan.ledger.data_scopes import BY_DEFAULT, SCOPE_WORDS, Reach, Rule, Scope, reach_of_post, rule_of
from bihuan.ledger.field_rights import RIGHT_WORDS, Right, rights_of
from bihuan.ledger.models import Ledger
from bihuan.org.actor import Actor, Held
from bihuan.org.models import Post
from bihuan.org.roles import role_title
from bihuan.org.tree import Tree

_NAMED = 8


@dataclass
class Impact:
    """Who is touched by a new scope of a role: those who see less, more, the same; and the units gained and lost."""

    less: list[str] = field(default_factory=list)
    more: list[str] = field(default_factory=list)
    same: int = 0
    lost: set[int] = field(default_factory=set)
    gained: set[int] = field(default_factory=set)

    @property
    def people(self) -> int:
        return len(self.less) + len(self.more) + self.same


def holders(role: str) -> list[Post]:
    """The posts of a role that people in use hold today."""
    today = clock.today()
    posts = Post.objects.filter(role=role, valid_from__lte=today, person__is_active=True).exclude(valid_to__lte=today)
    return list(posts.select_related("person").order_by("person", "pk"))


def scope_words(rule: Rule | None, tree: Tree) -> str:
    """A scope as people know it; of a custom one its units."""
    if rule is None:
        return BY_DEFAULT
    words = SCOPE_WORDS[rule.scope]
    return f"{words}（{_names(rule.units, tree)}）" if rule.scope is Scope.CUSTOM else words


def told_scope(actor: Actor, role: str, ledger: Ledger | None, after: Rule | None) -> list[str]:
    """What a new scope of a role in a ledger, or in all, would change: from what to what, and for whom."""
    before, where = rule_of(role, ledger), f"“{ledger.title}”" if ledger else "所有台账（另有设定的除外）"
    title = role_title(role)
    found = _impact(actor, role, ledger, before, after)
    lines = [f"{title} 在{where}：由“{scope_words(before, actor.tree)}”改为“{scope_words(after, actor.tree)}”"]
    lines.append(
        f"影响 {found.people} 人：{len(found.less)} 人看见的变少，{len(found.more)} 人变多，{found.same} 人不变"
        if found.people
        else "现在没有人任这个角色，影响 0 人"
    )
    for word, units, people in (("不再看见", found.lost, found.less), ("新看见", found.gained, found.more)):
        if people:
            of = _names(units, actor.tree) if units else "一部分"
            lines.append(f"{title} 将{word}：{of} 的记录（{_some(people)}）")
    return lines


def _impact(actor: Actor, role: str, ledger: Ledger | None, before: Rule | None, after: Rule | None) -> Impact:
    found, everything = Impact(), frozenset(actor.tree.by_pk)
    by_person: dict[str, tuple[set[int], set[int], bool]] = {}
    for post in holders(role):
        held = Held(post.unit_id, role)
        old, new = (reach_of_post(actor.tree, held, ledger, rule) for rule in (before, after))
        seen, will, own = by_person.get(f"{post.person.name}（{post.person.username}）", (set(), set(), False))
        seen |= everything if old.whole else old.units
        will |= everything if new.whole else new.units
        by_person[f"{post.person.name}（{post.person.username}）"] = (seen, will, own or _narrower(old, new))
    for name, (seen, will, narrowed) in by_person.items():
        found.lost |= seen - will
        found.gained |= will - seen
        if seen - will or narrowed:
            found.less.append(name)
        elif will - seen:
            found.more.append(name)
        else:
            found.same += 1
    return found


def _narrower(old: Reach, new: Reach) -> bool:
    """Whether the whole ledger was seen, with the records of no unit, and will not be."""
    return old.whole and not new.whole


def _names(units: Iterable[int], tree: Tree) -> str:
    names = [node.name for node in tree.nodes if node.pk in set(units)]
    return "、".join(names[:_NAMED]) + (f"等 {len(names)} 个单位" if len(names) > _NAMED else "") or "没有单位"


def _some(people: list[str]) -> str:
    return "、".join(people[:_NAMED]) + (f"等 {len(people)} 人" if len(people) > _NAMED else "")


_WILL = {
    Right.HIDDEN: "将不再看见",
    Right.MASKED: "将只看见遮盖后的",
    Right.READ: "将能看、不能填",
    Right.WRITE: "将能看、能填",
}


def told_right(
    ledger: Ledger, role: str, fields: Iterable[tuple[str, str]], step: tuple[str, str], after: str
) -> list[str]:
    """What a right of a role on fields (code, title) at a step (code, title) would change, and for how many people."""
    rights, (code, step_title) = rights_of(ledger), step
    lines = []
    for field_code, title in fields:
        before = rights.of((role,), field_code, code)
        at = f"（在“{step_title}”环节）" if code else ""
        if after:
            words = f"{role_title(role)} {_WILL[Right(after)]}“{title}”{at}"
            lines.append(f"{words}；现在：{RIGHT_WORDS[before]}")
        else:
            lines.append(f"{role_title(role)} 对“{title}”{at}的权限恢复为业务包的规定；现在：{RIGHT_WORDS[before]}")
    return [*lines, told_people(role)]


def told_people(role: str) -> str:
    """How many people a setting for a role touches, and how many of them have another role that may allow more."""
    people = {post.person_id for post in holders(role)}
    today = clock.today()
    posts = Post.objects.filter(person__in=people, valid_from__lte=today).exclude(valid_to__lte=today)
    others = posts.exclude(role=role).values("person").distinct().count()
    also = f"，其中 {others} 人另有角色，按最宽的算" if others else ""
    return f"影响 {len(people)} 人{also}"
