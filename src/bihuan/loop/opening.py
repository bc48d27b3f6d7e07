"""How a row becomes a matter: where it stands, when it was found and is due; how a row with a past comes in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from bihuan.base import clock
from bihuan.expression import Kind, compile_check, evaluate
from bihuan.ledger.append import Draft, moment
from bihuan.ledger.fresh_block import Openings
from bihuan.ledger.lifecycle import Lifecycle, Opening
from bihuan.ledger.models import Record
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.ledger.values import key_of, status_word
from bihuan.loop.deadline import due_after
from bihuan.loop.look_back import LookBack, linked, release
from bihuan.loop.spec import DeadlineSpec, LoopSpec

_LONGEST_TERM = 3_650


def lifecycle(
    spec: LedgerSpec, loop: LoopSpec | None, version: int = 1, look_back: LookBack | None = None
) -> Lifecycle:
    """How a ledger's rows open and change, with this version of its loop or without one."""
    open_row = opener(spec, loop, version, look_back)
    looks_at = _looked_at(spec, loop, look_back)
    many = _opener_of_many(spec, loop, version)
    alone = look_back or spec.closed_field or spec.status_field or looks_at is None
    again = _reopener(spec, open_row, look_back)
    change = _changer(spec, loop)
    return Lifecycle(open_row, change, again, looks_at) if alone else Lifecycle(open_row, change, again, looks_at, many)


def _looked_at(spec: LedgerSpec, loop: LoopSpec | None, look_back: LookBack | None) -> frozenset[str] | None:
    """The fields by which a row opens; a term that is an expression may read any."""
    deadline = loop.deadline if loop else None
    if deadline and deadline.days_by:
        return None
    own = (spec.unit_field, spec.opened_field, spec.due_field, spec.assignee_field, spec.closed_field)
    counted = (spec.status_field, deadline.field if deadline else "", *(look_back.rule.match if look_back else ()))
    return frozenset({*own, *counted}) - {""}


def _reopener(
    spec: LedgerSpec, open_row: Callable[[dict[str, Any]], Opening], look_back: LookBack | None
) -> Callable[[Record, dict[str, Any]], Opening | None]:
    """A row that was found after its matter's close-out, within the look-back period, is the same problem again."""

    def again(record: Record, data: dict[str, Any]) -> Opening | None:
        found_at = instant(data.get(spec.opened_field))
        if look_back is None or found_at is None or not look_back.runs(record.closed_at, found_at):
            return None
        if record.opened_at and found_at <= record.opened_at:
            return None
        opening = open_row(data)
        system = {**opening.system, "loop": linked({"v": opening.system["loop"]["v"]}, record.pk, record.number)}
        doubts = (*opening.doubts, f"与已销号的“{record.number}”相同，按再犯另开一件")
        return replace(opening, system=system, doubts=doubts, before=(release(record),))

    return again


def opener(
    spec: LedgerSpec, loop: LoopSpec | None, version: int = 1, look_back: LookBack | None = None
) -> Callable[[dict[str, Any]], Opening]:
    """A function that opens a row's data, for a ledger with or without a loop. The matter keeps the loop's version."""

    def open_row(data: dict[str, Any]) -> Opening:
        opened = instant(data.get(spec.opened_field))
        system = system_columns(spec, loop, data, opened)
        if loop is None:
            return Opening(system, effective_at=opened)
        system |= {"state": loop.steps[0].code, "loop": {"v": version}}
        repeated = look_back.matching(data, opened) if look_back else None
        if repeated:
            system["loop"] = linked(system["loop"], repeated[0], repeated[1])
        closing, doubts = _closing(spec, loop, data, opened)
        closing = tuple(_with_log(draft, system["loop"]) for draft in closing)
        return Opening(system, closing, opened, doubts)

    return open_row


def _opener_of_many(
    spec: LedgerSpec, loop: LoopSpec | None, version: int
) -> Callable[[Mapping[str, Sequence[Any]], int], Openings]:
    """`opener` for rows by column, in a ledger whose rows bring no close-out with them and repeat no closed matter."""
    counted_from = loop.deadline.field if loop and loop.deadline and loop.deadline.start == "field" else ""

    def open_all(values: Mapping[str, Sequence[Any]], count: int) -> Openings:
        blank: list[Any] = [None] * count
        opened = values.get(spec.opened_field, blank)
        began = {day: moment(instant(day)) for day in set(opened)}
        effective = list(map(began.__getitem__, opened))
        now = moment(clock.now()) or ""
        days = values.get(counted_from, blank) if counted_from else opened
        by_term = cache(lambda day: _due_by_term(loop, day, spec))
        own_dues = values.get(spec.due_field, blank)
        ends = {day: moment(instant(day, end=True)) for day in set(own_dues) if day}
        due = [ends[own] if own else by_term(day) for own, day in zip(own_dues, days, strict=True)]
        return Openings(
            values.get(spec.unit_field, blank),
            values.get(spec.assignee_field, blank),
            effective,
            [at or now for at in effective],
            due,
            loop.steps[0].code if loop else None,
            {"v": version} if loop else None,
        )

    return open_all


def _due_by_term(loop: LoopSpec | None, day: str | None, spec: LedgerSpec) -> str | None:
    """When what is counted from a stored day is due by the loop's own term, if it counts from such a day."""
    if loop is None or loop.deadline is None or loop.deadline.start not in ("opened", "field"):
        return None
    at = instant(day) or (clock.now() if loop.deadline.start == "opened" else None)
    return start_clock(loop, clock.local_date(at), {}, spec).get("due_at") if at else None


def _changer(spec: LedgerSpec, loop: LoopSpec | None) -> Callable[[Record, dict[str, Any]], Opening | str]:
    def change(record: Record, changes: dict[str, Any]) -> Opening | str:
        if loop and record.closed_at:
            return f"“{record.number}”已销号，不能再从表格修改"
        system = moved_columns(spec, loop, record, changes)
        if loop is None:
            return Opening(system)
        data = {**record.data, **changes}
        closing, doubts = _closing(spec, loop, data, instant(data.get(spec.opened_field)))
        closing = tuple(_with_log(draft, {**record.loop, **system.get("loop", {})}) for draft in closing)
        return Opening(system, closing, None, doubts)

    return change


def moved_columns(spec: LedgerSpec, loop: LoopSpec | None, record: Record, changes: dict[str, Any]) -> dict[str, Any]:
    """The system columns that move because fields did.

    A deadline that is taken away from a matter under way is counted anew from today: none is left without one.
    """
    counted_from = loop.deadline.field if loop and loop.deadline else ""
    parts = (spec.unit_field, spec.opened_field, spec.due_field, spec.assignee_field, counted_from)
    data = {name: value for name, value in {**record.data, **changes}.items() if value is not None}
    system: dict[str, Any] = {"key": key_of(spec, data) or None} if set(spec.key) & set(changes) else {}
    if not any(part and part in changes for part in parts):
        return system
    fresh = system_columns(spec, loop, data, instant(data.get(spec.opened_field)) or record.opened_at)
    if spec.unit_field in changes:
        fresh.setdefault("unit", None)
    if spec.assignee_field in changes:
        fresh.setdefault("assignee", None)
    if spec.due_field in changes:
        under_way = loop is not None and record.state != loop.steps[0].code
        again = start_clock(loop, clock.today(), data, spec) if loop and under_way else {}
        fresh = {"due_at": None, **again, **fresh}
    elif not {spec.opened_field, counted_from} & set(changes) or spec.due_field in data or _was_moved(record):
        fresh.pop("due_at", None)
    return system | _put_away(record, fresh)


def _was_moved(record: Record) -> bool:
    """Whether the deadline was moved by hand since it was counted: then it is not counted anew."""
    return any(name in record.loop for name in ("extensions", "pauses", "paused", "exception"))


def _put_away(record: Record, fresh: dict[str, Any]) -> dict[str, Any]:
    """While the clock stands still, a new deadline waits with it."""
    if "paused" not in record.loop or not fresh.get("due_at"):
        return fresh
    paused = {**record.loop["paused"], "due": fresh["due_at"]}
    return {**fresh, "due_at": None, "loop": {**record.loop, "paused": paused}}


def system_columns(
    spec: LedgerSpec, loop: LoopSpec | None, data: dict[str, Any], opened: datetime | None
) -> dict[str, Any]:
    """The columns that follow from a record's fields: unit, when it opened, when it is due."""
    system: dict[str, Any] = {"opened_at": moment(opened or clock.now())}
    if spec.unit_field and data.get(spec.unit_field) is not None:
        system["unit"] = data[spec.unit_field]
    if spec.assignee_field and data.get(spec.assignee_field) is not None:
        system["assignee"] = data[spec.assignee_field]
    due = instant(data.get(spec.due_field), end=True)
    if due:
        system["due_at"] = moment(due)
    elif loop and loop.deadline and loop.deadline.start == "opened":
        start = clock.local_date(opened or clock.now())
        system |= start_clock(loop, start, data, spec)
    elif loop and loop.deadline and loop.deadline.start == "field":
        counted_from = instant(data.get(loop.deadline.field))
        system |= start_clock(loop, clock.local_date(counted_from), data, spec) if counted_from else {}
    return system


def start_clock(loop: LoopSpec, start: date, data: dict[str, Any], spec: LedgerSpec) -> dict[str, Any]:
    """The due date that the loop's own term gives, counted from a day."""
    if loop.deadline is None:
        return {}
    due = due_after(start, term_of(loop.deadline, data, spec), loop.deadline.count)
    return {"due_at": moment(due.at)}


def term_of(deadline: DeadlineSpec, data: dict[str, Any], spec: LedgerSpec) -> int:
    """How many days the term has for a record of these data."""
    if not deadline.days_by:
        return deadline.days
    checked = compile_check(deadline.days_by, names_of(spec, {}), expect=Kind.INTEGER)
    values = {
        field.code: None if data.get(field.code) is None else BY_CODE[field.kind].python(data[field.code])
        for field in spec.fields
    }
    days = evaluate(checked, values, today=clock.today(), now=clock.now())
    return min(days, _LONGEST_TERM) if isinstance(days, int) and days > 0 else deadline.days


@lru_cache(maxsize=8_192)
def instant(value: str | None, *, end: bool = False) -> datetime | None:
    """A stored date or datetime as an instant; a bare date means its start, or its end for a deadline."""
    if not value:
        return None
    if "T" in value:
        return datetime.fromisoformat(value)
    day = date.fromisoformat(value)
    return clock.end_of_day(day) if end else clock.start_of_day(day)


def _closing(
    spec: LedgerSpec, loop: LoopSpec, data: dict[str, Any], opened: datetime | None
) -> tuple[tuple[Draft, ...], tuple[str, ...]]:
    """The closing that a row brings with it, as an event when it happened; a doubtful one is only pointed out."""
    if not (spec.closed_field or spec.status_field):
        return (), ()
    status = status_word(spec, data)
    closed = instant(data.get(spec.closed_field))
    is_closed = status in spec.closed_values if spec.status_field else closed is not None
    doubts: list[str] = []
    if closed and opened and closed < opened:
        doubts.append(f"办结时间 {_shown(closed)} 早于发现时间 {_shown(opened)}，不计入时长和按期率")
    if closed and not is_closed:
        doubts.append(f"已有办结时间 {_shown(closed)}，状态却是“{status}”，按未办结处理")
    if not is_closed:
        return (), tuple(doubts)
    if closed is None or (opened and closed < opened):
        if closed is None:
            doubts.append("状态为已办结，却没有办结时间，不计入时长和按期率")
        return (_closed_on(loop, opened, {"doubtful": True}),), tuple(doubts)
    return (_closed_on(loop, closed, {}),), ()


def _closed_on(loop: LoopSpec, at: datetime | None, mark: dict[str, Any]) -> Draft:
    system: dict[str, Any] = {"state": loop.closed_steps[0], "closed_at": moment(at or clock.now())}
    if mark:
        system["loop"] = mark
    return Draft("closed_in_file", system=system, effective_at=at, reason="随表格带入的办结")


def _with_log(draft: Draft, log: dict[str, Any]) -> Draft:
    """A closing that marks the matter keeps what its log holds; a clock that stood still gives its deadline back."""
    system = dict(draft.system)
    if "paused" in log:
        system["due_at"] = log["paused"].get("due")
    if "loop" in system or "paused" in log:
        kept = {name: value for name, value in log.items() if name not in ("paused", "people")}
        system["loop"] = {**kept, **system.get("loop", {})}
    return replace(draft, system={name: value for name, value in system.items() if name != "due_at" or value})


def _shown(at: datetime) -> str:
    return f"{at.astimezone(clock.COUNTY_TIME):%Y-%m-%d %H:%M}"
