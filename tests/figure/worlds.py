"""Small random worlds: a ledger with a loop, records with corrections, late news and moves, written by the one door."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from bihuan.base import clock
from bihuan.figure.names import LedgerView
from bihuan.ledger.append import Draft, append, moment
from bihuan.ledger.definitions import install_definition
from bihuan.ledger.models import Ledger
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.definitions import install_loop
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import system_actor
from bihuan.org.models import Unit

SPEC = LedgerSpec.model_validate(
    {
        "code": "thing",
        "title": "事情台账",
        "fields": [
            {"code": "name", "title": "名称", "kind": "text"},
            {
                "code": "level",
                "title": "层级",
                "kind": "choice",
                "choices": [{"code": "city", "title": "市级"}, {"code": "county", "title": "县级"}],
            },
            {"code": "amount", "title": "金额", "kind": "money", "measure": "万元"},
            {"code": "area", "title": "面积", "kind": "number", "measure": "亩", "scale": 1},
            {"code": "steps", "title": "次数", "kind": "integer"},
            {"code": "done", "title": "完成", "kind": "yesno"},
            {"code": "day", "title": "日期", "kind": "date"},
            {"code": "at", "title": "时刻", "kind": "datetime"},
            {"code": "month", "title": "月份", "kind": "month"},
            {"code": "year", "title": "年度", "kind": "integer"},
            {
                "code": "tags",
                "title": "标签",
                "kind": "choices",
                "choices": [{"code": "a", "title": "甲"}, {"code": "b", "title": "乙"}],
            },
        ],
    }
)
_OTHERWISE: dict[str, dict[str, Any]] = {
    "level": {"choices": [{"code": "county", "title": "县级"}, {"code": "city", "title": "市级"}]},
    "amount": {"kind": "number", "scale": 3},
}
OTHER = LedgerSpec.model_validate(
    {
        "code": "other",
        "title": "另一个台账",
        "fields": [
            field.model_dump(by_alias=True, exclude_defaults=True) | _OTHERWISE.get(field.code, {})
            for field in SPEC.fields
        ],
    }
)
"""The same fields held otherwise: choices in another order, amounts with another place, no loop."""
LOOP = LoopSpec.model_validate(
    {
        "code": "simple",
        "title": "简单",
        "steps": [{"code": "open", "title": "在办"}, {"code": "closed", "title": "已销号", "closed": True}],
        "colours": [
            {"valid_from": "2020-01-01", "yellow_within": 10},
            {"valid_from": "2026-03-01", "yellow_within": 3, "count": "working"},
        ],
        "verbs": [
            {
                "code": "finish",
                "title": "销号",
                "from": ["open"],
                "to": "closed",
                "who": [{"role": ["reviewer"], "unit": "owner"}],
            }
        ],
    }
)
START = datetime(2026, 1, 1, tzinfo=UTC)
VIEW = LedgerView("demo.thing", SPEC, LOOP)


@dataclass(frozen=True)
class Change:
    """What happens to a record, hours after the start: when it was so, when it was recorded."""

    record: int
    effective: int
    recorded: int
    set: dict[str, Any]
    system: dict[str, Any]


def _day(dice: Random) -> str:
    return (date(2025, 11, 15) + timedelta(days=dice.randint(0, 180))).isoformat()


def _moment(dice: Random) -> str:
    return moment(START + timedelta(hours=dice.randint(-400, 3_000))) or ""


FIELDS: dict[str, Callable[[Random], Any]] = {
    "name": lambda dice: dice.choice(["甲村", "乙村", "甲", ""]),
    "level": lambda dice: dice.choice(["city", "county"]),
    "amount": lambda dice: dice.choice([0, 50, 100.01, dice.randint(-300, 10**5) / 100, 10**7]),
    "area": lambda dice: dice.randint(0, 10**6) / 10,
    "steps": lambda dice: dice.randint(-2, 9),
    "done": lambda dice: dice.random() < 0.5,
    "day": _day,
    "at": _moment,
    "month": lambda dice: _day(dice)[:7],
    "year": lambda dice: dice.randint(2025, 2027),
    "tags": lambda dice: dice.sample(["a", "b"], dice.randint(1, 2)),
}
SYSTEM: dict[str, Callable[[Random], Any]] = {
    "due_at": _moment,
    "closed_at": _moment,
    "state": lambda dice: dice.choice(["open", "closed"]),
}


def history(seed: int, units: Sequence[int], records: int = 24) -> list[Change]:
    """What happens in a world: news in any order, some of it late, some ahead; now and then the clock is set back."""
    dice = Random(seed)
    found: list[Change] = []
    known = 0
    made: dict[int, int] = {}
    for _ in range(records * 3):
        known += -50 if dice.random() < 0.05 else dice.randint(0, 60)
        record = len(made) if (len(made) < records and dice.random() < 0.4) or not made else dice.randrange(len(made))
        is_new = record not in made
        made[record] = made.get(record, 0) + 1
        effective = known - dice.choice([0, 0, 0, 5, 200, 900, -300])
        codes = dice.sample(sorted(FIELDS), dice.randint(6, len(FIELDS)) if is_new else dice.randint(0, 3))
        data = {code: None if dice.random() < 0.2 and not is_new else FIELDS[code](dice) for code in codes}
        found.append(Change(record, effective, known, data, _system(dice, units, effective, is_new=is_new)))
    return found


def _system(dice: Random, units: Sequence[int], effective: int, *, is_new: bool) -> dict[str, Any]:
    system: dict[str, Any] = {}
    if is_new:
        system = {"state": "open", "opened_at": moment(START + timedelta(hours=effective))}
    for code, value in SYSTEM.items():
        if dice.random() < (0.5 if is_new and code == "due_at" else 0.15):
            system[code] = value(dice)
    if dice.random() < (0.9 if is_new else 0.2):
        system["unit"] = dice.choice([*units, None])
    if not is_new and dice.random() < 0.06:
        system["deleted"] = dice.random() < 0.8
    return system


def make_ledger(owner: Unit) -> Ledger:
    """The ledger of the world, with its loop."""
    ledger = install_definition(code="demo.thing", spec=SPEC, owner=owner, origin="pack", valid_from=date(2020, 1, 1))
    install_loop(ledger=ledger, spec=LOOP)
    return ledger


def make_other(owner: Unit) -> Ledger:
    """The other ledger of the world, in which the same values may occur again."""
    return install_definition(code="demo.other", spec=OTHER, owner=owner, origin="pack", valid_from=date(2020, 1, 1))


class Writer:
    """Writes changes as events, each at its own time."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.records: dict[int, int] = {}

    def write(self, history: Sequence[Change]) -> None:
        for change in history:
            with clock.fixed(START + timedelta(hours=change.recorded)):
                self._write(change)

    def _write(self, change: Change) -> None:
        pk = self.records.get(change.record)
        system = change.system if pk else {**change.system, "number": f"S{change.record}"}
        draft = Draft(
            "created" if pk is None else "edited",
            pk,
            dict(change.set),
            system,
            effective_at=START + timedelta(hours=change.effective),
        )
        self.records[change.record] = append(actor=system_actor(), ledger=self.ledger, drafts=[draft])[0].pk
