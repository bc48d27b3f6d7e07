"""A drawing in two steps: commit to lists and seed, then reveal the seed and let the result become matters."""

import secrets
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.loop.actions import create_record
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.draw.models import DrawnObject, DrawRound
from bihuan.loop.draw.queries import pool_of
from bihuan.loop.draw.ranking import Drawn, committed, drawn, result_of
from bihuan.loop.draw.rules import get_draw, require_drawer
from bihuan.loop.draw.spec import DrawSpec
from bihuan.loop.notice.phrasing import phrased
from bihuan.org.actor import Actor

_LONGEST_WITNESS = 200


@transaction.atomic
def commit_draw(*, actor: Actor, code: str) -> DrawRound:
    """Fix the lists and a fresh seed, of which only the hash is told."""
    draw = get_draw(code)
    require_drawer(actor, draw)
    if DrawRound.objects.filter(code=code, revealed_at=None).exists():
        raise Conflict("上一轮还没有开奖，先开奖再抽下一轮")
    pool = pool_of(draw, actor.tree)
    if not pool.objects or not pool.inspectors:
        raise Invalid("抽不了：" + ("没有可抽的对象" if not pool.objects else "没有检查人员"))
    seed = secrets.token_hex(32)
    document = committed(
        title=draw.spec.title,
        seed=seed,
        objects=list(pool.objects),
        inspectors=list(pool.inspectors),
        avoid=pool.avoid,
        count=how_many(draw.spec, len(pool.objects)),
        team=draw.spec.team,
        quota=draw.spec.quota,
    )
    return DrawRound.objects.create(
        code=code,
        title=draw.spec.title,
        document=document,
        names=pool.names,
        seed=seed,
        committed_at=clock.now(),
        committed_by_id=actor.person,
    )


def how_many(spec: DrawSpec, objects: int) -> int:
    """The number that is drawn: as declared, or the share rounded up, so that a few are never none."""
    return min(objects, spec.count or -(-objects * spec.percent // 100))


@transaction.atomic
def reveal_draw(*, actor: Actor, pk: int, witness: str) -> DrawRound:
    """Tell the seed, mix the witness's words in, and open a matter for every object that comes out."""
    found = DrawRound.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise Invalid("没有这一轮抽查")
    draw, witness = get_draw(found.code), " ".join(witness.split())
    require_drawer(actor, draw)
    if found.revealed_at is not None:
        raise Conflict("这一轮已经开奖")
    if not witness or len(witness) > _LONGEST_WITNESS:
        raise Invalid("还不能开奖", {"witness": f"请填写见证人当场说出的一句话，最多 {_LONGEST_WITNESS} 个字"})
    teams = drawn(found.document, found.seed, witness)
    found.witness, found.result = witness, result_of(teams)
    found.revealed_at, found.revealed_by_id = clock.now(), actor.person
    found.save(update_fields=["witness", "result", "revealed_at", "revealed_by"])
    objects = Record.objects.filter(ledger=draw.ledger(draw.spec.objects.ledger), number__in=[t.object for t in teams])
    units = dict(objects.values_list("number", "unit"))
    ledger = draw.ledger(draw.spec.ledger)
    for team in teams:
        fields = _fields(draw, found, ledger, team, units.get(team.object))
        record = create_record(actor=actor, ledger=ledger, fields=fields, reason=f"{draw.spec.title}抽中")
        DrawnObject.objects.create(round=found, number=team.object, year=clock.today().year, record=record)
    return found


def _fields(draw: InForce[DrawSpec], found: DrawRound, ledger: Ledger, team: Drawn, unit: int | None) -> dict[str, Any]:
    spec = spec_of(ledger)
    names = "、".join(found.names.get(number, number) for number in team.inspectors)
    values = {
        "draw": draw.spec.title,
        "object": found.names.get(team.object, team.object),
        "object_number": team.object,
        "team": names,
    }
    fields: dict[str, Any] = {code: phrased(text, values) for code, text in draw.spec.set.items()}
    fields |= {draw.spec.object_field: team.object, draw.spec.team_field: names}
    if spec.unit_field and unit is not None:
        fields[spec.unit_field] = unit
    if spec.opened_field:
        fields.setdefault(spec.opened_field, clock.today().isoformat())
    return fields


def published(found: DrawRound) -> dict[str, Any]:
    """The file that anybody can draw again from; before the revelation without seed and result."""
    told = {**found.document, "names": found.names}
    if found.revealed_at is None:
        return told
    return told | {"seed": found.seed, "witness": found.witness, "result": found.result}
