"""Billboards and stalls, their safety checks, and the notices left there."""

from datetime import date
from typing import Any

from bihuan.cli.demo.bureaus.book import Book, Ref
from bihuan.cli.demo.bureaus.urban_force import Force
from bihuan.cli.demo.bureaus.urban_people import CLERK, LOGIN, OFFICE, SQUADS
from bihuan.cli.demo.bureaus.urban_violations import ROADS


def checks(book: Book, force: Force) -> None:
    """Billboards and stalls, their safety checks, and the notices left at billboards."""
    billboards, stalls = _billboards(book), _stalls(book)
    for number, day in enumerate(book.days(14, start=9, about="checks")):
        hazards = number % 5 == 0
        found: dict[str, Any] = {
            "checked_on": day,
            "section": SQUADS[number % 2],
            "officer": force.officers[number % 7],
            "result": "hazard" if hazards else "sound",
            "hazards": 1 + number % 2 if hazards else 0,
        }
        if number % 3 == 0:
            board = number % len(billboards)
            found |= {"object": "large_billboard", "type": "safety_check", "billboard": billboards[board]}
            book.enter("urban.inspection", day, CLERK, object_no=f"{ROADS[board]}口", **found)
            _notice(book, number, board, day)
        else:
            stall = number * 3 % len(stalls)
            found |= {"object": "barbecue_catering_stall", "type": "gas_safety_check", "stall": stalls[stall]}
            book.enter("urban.inspection", day, CLERK, object_no=f"示范烧烤{stall + 1}", **found)


def _billboards(book: Book) -> list[Ref]:
    return [
        book.enter(
            "urban.billboard",
            book.since,
            CLERK,
            at_once=True,
            place=f"{ROADS[number]}口",
            kind="pole",
            section=SQUADS[number % 2],
            owner_name=f"示范广告公司{number + 1}",
            area_m2=48,
            listed_on=book.since,
        )
        for number in range(6)
    ]


def _stalls(book: Book) -> list[Ref]:
    return [
        book.enter(
            "urban.stall",
            book.since,
            CLERK,
            at_once=True,
            stall_no=f"TD{number + 1:03d}",
            title=f"示范烧烤{number + 1}",
            fuel="bottled_gas",
            place=f"{ROADS[number % 8]}夜市",
            section=SQUADS[number % 2],
            listed_on=book.since,
        )
        for number in range(14)
    ]


def _notice(book: Book, number: int, board: int, day: date) -> None:
    squad = SQUADS[number % 2]
    thread = book.open(
        "urban.notice",
        day,
        CLERK,
        document_no=f"示城管安检〔{day.year}〕{number + 1}号",
        type="safety_check_notice",
        object="large_billboard",
        party=f"示范广告公司{board + 1}",
        section=squad,
        issued_on=day,
        registrar=CLERK,
        backup_no=f"AJ{number + 1:05d}",
        campaign="daily_patrol",
    )
    thread.then(0, CLERK, "follow")
    thread.then((3, 8), LOGIN[squad], "submit", outcome="已加固。")
    thread.then(1, OFFICE, "accept", "确认")
