"""Through the one door and absorbing: a saved record until its figure has it; 1,000 corrected until all is right."""

import shutil
import sys
from datetime import date
from typing import Any

import instance
from figure_lake import figures, ledger_spec
from our_figures import forget
from took import HEAD, middle, once, tell

FROM_EVENTS = 50_000


def main() -> None:
    instance.start()
    print(HEAD)
    from bihuan.figure.clocks import clocks
    from bihuan.figure.installing import install_figures
    from bihuan.figure.lake.absorbing import folder_of
    from bihuan.figure.period import parse_period
    from bihuan.figure.queries import ask
    from bihuan.ledger.append import Draft, append, append_many
    from bihuan.ledger.definitions import install_definition
    from bihuan.ledger.models import Record
    from bihuan.org.actor import system_actor

    units = instance.county()
    ledger = install_definition(code="demo.measure", spec=ledger_spec(), owner=units["330999-SJ"], origin="file")
    install_figures(pack="demo", specs=figures(), owner=units["330999-SJ"], origin="file")
    actor = system_actor()
    data = {"category": "c1", "level": "l1", "stage": "s1", "amount": 1.5, "found_on": "2025-03-01"}
    drafts = (Draft("created", None, dict(data), {"number": f"N{n}"}) for n in range(FROM_EVENTS))
    append_many(actor=actor, ledger=ledger, drafts=drafts)
    year = parse_period("2025", date(2025, 12, 31))

    def seen() -> Any:
        return ask(["demo.n1_1_1"], [year], clocks(), None).value("demo.n1_1_1", None, year).number

    before = seen()
    spans = []
    for n in range(6):
        append(actor=actor, ledger=ledger, drafts=[Draft("created", None, dict(data), {"number": f"X{n}"})])
        took, after = once(seen)
        if after != before + n + 1:
            sys.exit("a saved record is not in the figure")
        spans.append(took)
    tell("a saved record seen in its figure", FROM_EVENTS, spans)

    def cells() -> Any:
        found = ask(sorted(figures()), [year], clocks(), None)
        return [found.value(code, None, year).number for code in sorted(figures())]

    few, anew = [], []
    for turn in range(3):
        cells()
        records = Record.objects.filter(ledger=ledger).order_by("pk")[turn * 1_000 : turn * 1_000 + 1_000]
        drafts = (Draft("corrected", record.pk, {"amount": 2.5, "stage": "s2"}) for record in records)
        append(actor=actor, ledger=ledger, drafts=list(drafts))
        took, after = once(cells)
        few.append(took)
        forget()
        shutil.rmtree(folder_of(ledger))
        took, whole = once(cells)
        anew.append(took)
        if after != whole:
            sys.exit("refreshed cells differ from those of a lake made anew")
    tell("1,000 corrected records, events to cells", FROM_EVENTS, few)
    tell("all of it anew, events to cells", FROM_EVENTS, anew, middle(few))


if __name__ == "__main__":
    main()
