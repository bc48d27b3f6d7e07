"""再犯: the same problem after its close-out is a new matter that points at the closed one."""

from datetime import timedelta
from typing import Any

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.append import Draft
from bihuan.ledger.models import Record
from bihuan.ledger.numbering import next_number
from bihuan.ledger.settling import settle
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.loop.definitions import version_of
from bihuan.loop.effects.base import Doing, Effect, Log, Outcome, grown
from bihuan.loop.opening import opener
from bihuan.loop.spec import LoopSpec, VerbSpec

FOUND, RECURS = "do_found", "recurs"


def tied(log: Log, kind: str, record: int) -> Log:
    """The log with one tie more to another record."""
    return grown(log, "ties", [kind, record])


def _recur_inputs(_record: Record, _loop: LoopSpec, _verb: VerbSpec) -> tuple[FieldSpec, ...]:
    return (FieldSpec(code=FOUND, title="再次发现日期", kind="date", hint="不填就是今天"),)


def _recur(doing: Doing) -> Outcome:
    """The same problem again: a new matter, tied to the closed one, which itself stays closed."""
    record, rule = doing.record, doing.loop.look_back
    found = doing.brought.get(FOUND) or clock.local_date(doing.now).isoformat()
    if record.closed_at is None or rule is None:
        raise NotAllowed(f"“{record.number}”还没有销号，不是再犯")
    closed = clock.local_date(record.closed_at)
    if found < closed.isoformat():
        raise Invalid("日期不对", {FOUND: f"早于销号的日期 {closed}"})
    last = closed + timedelta(rule.days)
    if found > last.isoformat():
        raise NotAllowed(f"“{record.number}”的回头看期限到 {last} 为止，之后再出现的按新问题登记")
    return opened_again(doing, found)


def opened_again(doing: Doing, found: str) -> Outcome:
    """The closed matter's event, which gives up its key, and the opening of the new matter that takes it."""
    record, ledger, spec = doing.record, doing.record.ledger, doing.spec
    data = settle(spec, {}, copied(record, spec, doing.loop, found))
    data = {code: value for code, value in data.items() if value is not None}
    opening = opener(spec, doing.loop, version_of(ledger))(data)
    number = next_number(ledger, spec, doing.now)
    log = tied(opening.system.get("loop", {}), RECURS, record.pk)
    system = {**opening.system, "number": number, "loop": {**log, "recurs": record.number}}
    if record.key:
        system["key"] = record.key
    fresh = Draft("recurred", None, data, system, {"of": record.number}, doing.now, doing.reason)
    told = {"recurred": number}
    return Outcome({**doing.log, **told}, {"key": None} if record.key else {}, told, state="", also=(fresh,))


def copied(record: Record, spec: LedgerSpec, loop: LoopSpec, found: str) -> dict[str, Any]:
    """The fields that the new matter takes from the old one; it was found on a day of its own."""
    named = loop.look_back.copy_ if loop.look_back else ()
    left_out = {spec.due_field, spec.closed_field, spec.status_field}
    kept = {
        field.code: record.data[field.code]
        for field in spec.fields
        if field.code in record.data
        and (field.code in named if named else field.kind not in ("file", "date", "datetime", "computed"))
        and field.code not in left_out
    }
    if spec.opened_field:
        day = spec.by_code[spec.opened_field].kind == "date"
        kept[spec.opened_field] = found if day else f"{found}T00:00:00Z"
    return kept


EFFECTS = {"recur": Effect(_recur, _recur_inputs, lambda record: "recurred" not in record.loop)}
