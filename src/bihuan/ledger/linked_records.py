"""The records of other ledgers that record fields point at: one query a ledger, only those that occur."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import scope
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BadValue, KnownRecords, Lookup, is_blank
from bihuan.ledger.types.base import as_text
from bihuan.org.actor import Actor

_AT_ONCE = 400


def ledger_meant(pack: str, of: str) -> str:
    """The full code of the ledger that FieldSpec.of names in a ledger of a pack."""
    return of if "." in of else f"{pack}.{of}"


def with_records(
    lookup: Lookup,
    *,
    actor: Actor,
    ledger: str,
    spec: LedgerSpec,
    data: Iterable[Mapping[str, Any]] = (),
    raw: Iterable[Mapping[str, Any]] = (),
) -> Lookup:
    """A lookup that also knows the records which the fields of a ledger (its code) point at, in stored or raw data."""
    codes = [field.code for field in spec.fields if field.kind == "record"]
    if not codes:
        return lookup
    rows, words = list(data), list(raw)
    records = known_records(
        actor=actor,
        pack=ledger.partition(".")[0],
        spec=spec,
        raw={code: [row.get(code) for row in words] for code in codes},
        stored={code: [row[code] for row in rows if code in row] for code in codes},
    )
    return replace(lookup, records=records)


def pointing(rows: QuerySet[Record], spec: LedgerSpec) -> list[dict[str, int]]:
    """The ids that the record fields of a query's rows hold, each once, as data: for rows too many to be held."""
    codes = [field.code for field in spec.fields if field.kind == "record"]
    return [
        {code: pk}
        for code in codes
        for pk in rows.order_by().values_list(f"data__{code}", flat=True).distinct().iterator()
        if isinstance(pk, int)
    ]


def known_records(
    *,
    actor: Actor,
    pack: str,
    spec: LedgerSpec,
    raw: Mapping[str, Iterable[object]],
    stored: Mapping[str, Iterable[int]],
) -> dict[str, KnownRecords]:
    """What `Lookup.records` holds, for the raw values and the stored ids of the ledger's record fields, by field code.

    `pack` is that of the ledger itself, in which a bare `of` is looked for. Words find only what the actor may see; a
    record that is already pointed at is told by its number whoever asks.
    """
    words: dict[str, set[str]] = defaultdict(set)
    ids: dict[str, set[int]] = defaultdict(set)
    for field in spec.fields:
        if field.kind == "record":
            words[field.of] |= _words(raw.get(field.code, ()))
            ids[field.of] |= set(stored.get(field.code, ()))
    codes = {of: ledger_meant(pack, of) for of in words if words[of] or ids[of]}
    ledgers = {ledger.code: ledger for ledger in Ledger.objects.filter(code__in=codes.values())} if codes else {}
    return {
        of: _known(actor, ledgers[code], words[of], ids[of])
        if (code := codes.get(of, "")) in ledgers
        else KnownRecords()
        for of in words
    }


def _words(values: Iterable[object]) -> set[str]:
    """Values as they will be looked for; what is no text is left for the field to refuse."""
    found: set[str] = set()
    for value in values:
        try:
            if not is_blank(value):
                found.add(as_text(value))
        except BadValue:
            continue
    return found


def _known(actor: Actor, ledger: Ledger, words: set[str], stored: set[int]) -> KnownRecords:
    seen = _visible(actor, ledger, words)
    numbers = {record.pk: record.number for record in seen}
    rest = sorted(stored - numbers.keys())
    meant: dict[str, set[int]] = defaultdict(set)
    may_see = ExpressionWrapper(scope(actor, ledger), BooleanField())
    for start in range(0, len(rest), _AT_ONCE):
        some = Record.objects.filter(ledger=ledger, pk__in=rest[start : start + _AT_ONCE]).annotate(seen=may_see)
        for pk, number, is_seen in some.values_list("pk", "number", "seen"):
            numbers[pk] = number
            meant[number] |= {pk} if is_seen else set()
    for record in seen:
        for word in (record.number, record.key):
            if word is not None:
                meant[word].add(record.pk)
    ids = {word: min(found) for word, found in meant.items() if found}
    return KnownRecords(ledger.title, ids, numbers, frozenset(word for word in meant if len(meant[word]) > 1))


def _visible(actor: Actor, ledger: Ledger, words: set[str]) -> list[Record]:
    """The records of a ledger that the actor may see and that a word names by number, key or #id."""
    found: dict[int, Record] = {}
    wanted = sorted(words)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        ids = [int(digits) for word in some if (digits := word.rpartition("#")[2]) != word and _is_id(digits)]
        rows: QuerySet[Record] = Record.objects.filter(scope(actor, ledger)).only("pk", "number", "key")
        found |= {row.pk: row for row in rows.filter(Q(number__in=some) | Q(key__in=some) | Q(pk__in=ids))}
    return list(found.values())


def _is_id(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and len(digits) <= 18
