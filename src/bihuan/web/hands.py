"""In whose hands a matter is, and what is open about it: holder, signers, a request, an exception, a re-check."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.models import Record, Tie
from bihuan.ledger.rules import scope_everywhere
from bihuan.loop.colour import Colour
from bihuan.loop.course import Stretch, course_of, turned_red
from bihuan.loop.deadline import due_after
from bihuan.loop.effects.holders import holder_of
from bihuan.loop.effects.pauses import is_paused
from bihuan.loop.effects.signers import votes_needed
from bihuan.loop.expiry import expiring
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor
from bihuan.org.models import Person
from bihuan.web import showing

_TIES = {
    "recurs": ("再犯自", "后来再犯"),
    "merged": ("已并入", "并入的"),
    "joined": ("并办于", "并到这里办的"),
    "cites": ("引用佐证自", "佐证被引用于"),
}
_VOTES = {"yes": "同意", "no": "不同意"}


def hands(record: Record, loop: LoopSpec) -> list[dict[str, str]]:
    """Lines of a title and a text, those that are open first."""
    return [{"title": title, "text": text} for title, text in _lines(record, loop) if text]


def _lines(record: Record, loop: LoopSpec) -> Iterator[tuple[str, str]]:
    log, holder = record.loop, holder_of(record)
    if is_paused(record):
        yield "暂停", f"{showing.stamp(log['paused']['at'])} {log['paused']['by']}：{log['paused']['reason']}"
    if "asked" in log:
        asked = log["asked"]
        yield "申请延期", f"{asked['by']} 申请延至 {asked['until']}：{asked['reason']}"
    if "exception" in log:
        exception = log["exception"]
        yield "例外", f"{exception['by']} 批准，有效至 {exception['until']}：{exception['reason']}"
    if holder:
        given = f"（{holder['for']['name']} 委派）" if "for" in holder else ""
        yield "承办人", f"{holder['name']}{given}"
    if "round" in log:
        yield "会签", _votes(log["round"])
    if log.get("copies"):
        yield (
            "抄送",
            "、".join(Person.objects.filter(pk__in=log["copies"]).order_by("pk").values_list("name", flat=True)),
        )
    if log.get("urges"):
        last = log["urges"][-1]
        yield "催办", f"{len(log['urges'])} 次，最近 {showing.stamp(last['at'])} {last['by']}"
    if "recheck" in log:
        yield "抽查复核", _recheck(log["recheck"])
    for item in expiring(record):
        yield "佐证有效期", f"{item.file} 至 {item.expires}{'，已过期' if item.is_over else ''}"
    yield "环节用时", _step_time(record, loop)


def _votes(told: dict[str, Any]) -> str:
    signers = told["signers"]
    agreed = sum(signer.get("vote") == "yes" for signer in signers)
    people = "、".join(f"{signer['name']}{_VOTES.get(signer.get('vote', ''), '未签')}" for signer in signers)
    return f"{people}；{agreed} 票，要 {votes_needed(told['need'], len(signers))} 票"


def _recheck(drawn: dict[str, Any]) -> str:
    results = {"pass": "通过", "fail": "不通过"}
    if "result" in drawn:
        return f"{drawn['done']['by']} {showing.stamp(drawn['done']['at'])} 复核{results[drawn['result']]}"
    return f"{showing.stamp(drawn['at'])} 抽到（种子 {drawn['seed']}），等待复核"


def _step_time(record: Record, loop: LoopSpec) -> str:
    """How long the matter has stood at its step, and whether that is longer than the step may take."""
    step, since = loop.step.get(record.state), record.loop.get("since")
    if step is None or since is None or record.closed_at:
        return ""
    begun = showing.instant_of(since)
    told = showing.elapsed(clock.now() - begun)
    if step.days is None:
        return told
    unit = "个工作日" if step.count == "working" else "天"
    late = clock.today() > due_after(clock.local_date(begun), step.days, step.count).day
    return f"{told}，限 {step.days} {unit}" + ("，已超时" if late else "")


def ties(actor: Actor, record: Record) -> list[dict[str, str]]:
    """The matters that this one follows or was merged with, as far as the actor may see them."""
    seen = Record.objects.filter(scope_everywhere(actor))
    found = [
        (_TIES[tie.kind][0], tie.other)
        for tie in Tie.objects.filter(record=record, other__in=seen).select_related("other")
        if tie.kind in _TIES
    ]
    found += [
        (_TIES[tie.kind][1], tie.record)
        for tie in Tie.objects.filter(other=record).select_related("record")
        if tie.kind in _TIES and (tie.kind == "merged" or seen.filter(pk=tie.record_id).exists())
    ]
    return [
        {"title": f"{kind} {other.number}", "url": reverse("record", args=[other.pk]), "note": ""}
        for kind, other in found
    ]


def blame(actor: Actor, record: Record, loop: LoopSpec) -> dict[str, Any] | None:
    """With whom the matter lay when it turned red, and to which level its red days are charged."""
    stretches = course_of(record, loop, actor.tree, record.closed_at or clock.now())
    red = [stretch for stretch in stretches if stretch.colour is Colour.RED]
    if not red:
        return None
    titles = {level.code: level.title for level in loop.levels}
    by_level: dict[str, float] = {}
    for stretch in red:
        by_level[stretch.level] = by_level.get(stretch.level, 0) + stretch.days
    return {
        "turned": [_turned(actor, stretch, loop, titles) for stretch in turned_red(stretches)],
        "levels": [
            {"title": titles.get(level, "未分级"), "days": f"{days:.1f} 天"} for level, days in by_level.items()
        ],
    }


def _turned(actor: Actor, stretch: Stretch, loop: LoopSpec, titles: dict[str, str]) -> str:
    who = " ".join(filter(None, (titles.get(stretch.level, ""), actor.tree.name(stretch.charged), stretch.holder)))
    step = loop.states.get(stretch.state, stretch.state)
    return f"{showing.moment(stretch.start)} 变红，当时在“{step}”，由{who or '未定的人'}办理"
