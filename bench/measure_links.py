"""Which records point at this one, and what is known of the same person, in a ledger of a million: by the index,
beside a look into every record's JSON."""

import os
import time

import instance

MOST = int(os.environ.get("BIHUAN_MEASURE_LINKS", "1000000"))
CODE = "own.visits"
FIELDS = (
    {"code": "name", "title": "事由", "kind": "text"},
    {"code": "id_card", "title": "身份证号", "kind": "identity"},
    {"code": "matter", "title": "所属事项", "kind": "record", "of": "audit.finding"},
)


def identity(number: int) -> str:
    """The number of a person: a check digit is not what is measured here."""
    return f"330999{19500101 + number % 8000:08d}{number % 1000:03d}X"


def make(office: object) -> None:
    """A ledger of so many records, each about one of 200,000 persons and pointing at one of 100,000 matters."""
    from bihuan.ledger import search
    from bihuan.ledger.append import Draft, append_many
    from bihuan.ledger.definitions import find_ledger, install_definition
    from bihuan.ledger.spec import LedgerSpec
    from bihuan.org.actor import system_actor

    spec = LedgerSpec.model_validate({"code": "visits", "title": "走访", "fields": FIELDS, "name_field": "name"})
    install_definition(code=CODE, spec=spec, owner=office, origin="pack")
    ledger, actor = find_ledger(CODE), system_actor()
    for start in range(0, MOST, 100_000):
        drafts = (
            Draft(
                "created",
                set={"name": f"第{n}次走访", "id_card": identity(n % 200_000), "matter": 1 + n % 100_000},
                system={"number": f"Z{n:07d}"},
            )
            for n in range(start, min(MOST, start + 100_000))
        )
        append_many(actor=actor, ledger=ledger, drafts=drafts)
    began = time.perf_counter()
    search.absorb(ledger)
    print(f"索引 {MOST:,} 条 {time.perf_counter() - began:.0f} s")


def main() -> None:
    instance.start()
    units = instance.county()
    make(units["330999-SJ"])
    from bihuan.ledger import search
    from bihuan.ledger.definitions import find_ledger, spec_of
    from bihuan.ledger.models import Record
    from bihuan.ledger.rules import visible_records
    from bihuan.org.actor import system_actor

    ledger, actor = find_ledger(CODE), system_actor()
    spec = spec_of(ledger)

    def by_index(code: str, value: object) -> list[int]:
        rows = search.holding(visible_records(actor, ledger), ledger, spec, code, value)
        return list(rows.order_by(search.newest_first(rows)).values_list("pk", flat=True)[:11])

    def by_scan(code: str, value: object) -> list[int]:
        rows = Record.objects.filter(ledger=ledger, deleted=False, **{f"data__{code}": value})
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:11])

    for code, value in (("matter", 4711), ("id_card", identity(4711)), ("matter", 200_001)):
        assert by_index(code, value) == by_scan(code, value)
        size = f"{MOST:,} 条"
        instance.tell(f"按索引 {code} = {value}", size, instance.timed(lambda c=code, v=value: by_index(c, v)))
        instance.tell(f"逐条看 {code} = {value}", size, instance.timed(lambda c=code, v=value: by_scan(c, v), 2))


if __name__ == "__main__":
    main()
