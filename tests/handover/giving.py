"""A clerk of the audit office with her hands full, for the tests of handing over."""

from datetime import timedelta
from typing import Any

from bihuan.base import clock
from bihuan.ledger.models import Batch, Ledger, Record, SavedView
from bihuan.ledger.saved_views import save_view
from bihuan.loop.actions import Said, create_record, perform
from bihuan.org.absences import name_deputy
from bihuan.org.actions import add_person, give_post
from bihuan.org.actor import actor_of
from bihuan.org.models import Person
from tests.cast import FOUNDED, Cast
from tests.ledger.making import SHORT_LOOP, make_ledger

FIELDS: tuple[dict[str, Any], ...] = (
    {"code": "no", "title": "序号代码", "kind": "text", "required": True},
    {"code": "name", "title": "事由", "kind": "text", "personal": "name"},
    {"code": "responsible", "title": "责任单位", "kind": "unit"},
    {"code": "worker", "title": "经手人", "kind": "person"},
    {"code": "registrar", "title": "登记人", "kind": "person"},
)
_OFFICE = [{"role": ["handler", "reviewer"], "unit": "owner"}]
_WORK = ["open", "doing"]
LOOP: dict[str, Any] = {
    **SHORT_LOOP,
    "verbs": [
        {"code": "hold", "title": "指定", "from": _WORK, "to": "doing", "effect": "hold", "who": _OFFICE},
        {"code": "delegate", "title": "委派", "from": _WORK, "effect": "delegate", "who": [{"person": "holder"}]},
        {"code": "return", "title": "交回", "from": _WORK, "effect": "hand_back", "who": [{"person": "holder"}]},
        {"code": "ask", "title": "会签", "from": _WORK, "effect": "countersign", "need": "all", "who": _OFFICE},
        {"code": "sign", "title": "同意", "from": _WORK, "effect": "sign", "who": [{"person": "signer"}]},
        {"code": "do", "title": "办结", "from": ["doing"], "to": "closed", "who": [{"person": "holder"}, {"field": "worker"}]},
        {"code": "finish", "title": "销号", "from": _WORK, "to": "closed", "who": _OFFICE},
    ],
}  # fmt: skip


def make_tasks(cast: Cast) -> Ledger:
    """A ledger of the audit office whose loop names persons in every way there is."""
    parts = {"key": ["no"], "unit_field": "responsible", "assignee_field": "worker", "name_field": "name"}
    return make_ledger(cast.office, code="own.job", fields=FIELDS, loop=LOOP, **parts)


def make_giver(cast: Cast) -> Person:
    """A second handler of the section, who will leave; the colleague is to take over."""
    giver = add_person(username="giver", name="殷离", password=None)
    give_post(person=giver, unit=cast.units["330999-SJ-1"], role="handler", valid_from=FOUNDED)
    return giver


def task(cast: Cast, ledger: Ledger, no: str, **fields: Any) -> Record:
    raw = {"no": no, "name": f"欧阳{no}", "responsible": "青溪镇", **fields}
    return create_record(actor=cast["office"], ledger=ledger, fields=raw)


def do(cast: Cast, record: Record, login: str, verb: str, **said: Any) -> None:
    perform(actor=cast[login] if login != "giver" else actor_of(Person.objects.get(username="giver")),
            pk=record.pk, verb=verb, said=Said(said))  # fmt: skip


def fill_hands(cast: Cast, ledger: Ledger, giver: Person) -> dict[str, Record]:
    """One matter in each way, two that are not hers to hand over, and all that is not a matter."""
    made = {no: task(cast, ledger, no) for no in ("held", "lent", "signing", "both", "shut")}
    made["worker"] = task(cast, ledger, "worker", worker="殷离")
    made["registered"] = task(cast, ledger, "registered", registrar="殷离")
    for no in ("held", "shut"):
        do(cast, made[no], "office", "hold", do_person="殷离")
    do(cast, made["shut"], "giver", "do")
    do(cast, made["lent"], "office", "hold", do_person="殷离")
    do(cast, made["lent"], "giver", "delegate", do_person="沈审")
    do(cast, made["signing"], "office", "ask", do_people="殷离、凌县")
    do(cast, made["both"], "office", "ask", do_people="殷离、童经")
    mine = actor_of(giver)
    save_view(actor=mine, ledger=ledger, title="我的", audience="person", asked={"q": "a"}, is_default=True)
    day = clock.today()
    name_deputy(actor=cast["office"], deputy=giver, start=day, end=day + timedelta(days=18))
    later = day + timedelta(days=3)
    name_deputy(actor=mine, deputy=cast.people["colleague"], start=later, end=later)
    Batch.objects.create(
        ledger=ledger, person=giver, kind="import", file_name="没导完.xlsx", state="checked", created_at=clock.now()
    )
    return made


def kept_views(person: Person) -> list[tuple[str, bool]]:
    return list(SavedView.objects.filter(person=person).values_list("title", "is_default"))
