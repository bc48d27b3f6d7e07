"""Agreements with shops, illegal buildings, roads and their sweeping."""

from datetime import timedelta

from bihuan.cli.demo.bureaus.book import Book, Paper, days_later, that_day
from bihuan.cli.demo.bureaus.urban_force import Force
from bihuan.cli.demo.bureaus.urban_people import CLERK, LOGIN, OFFICE, SQUADS, SWEEPERS
from bihuan.cli.demo.bureaus.urban_violations import ROADS


def agreements(book: Book) -> None:
    for number, day in enumerate(book.days(6, start=1, about="agreements")):
        book.enter(
            "urban.agreement",
            day,
            CLERK,
            type="door_front_three_guarantees",
            shop=f"{ROADS[number % 8]}{number + 1}号示范小店",
            street=ROADS[number % 8],
            agreement_no=f"SB-{day.year}-{number + 1:04d}",
            signed_on=day,
            plate_hung=number % 6 != 2,
            section=SQUADS[number % 2],
        )


def buildings(book: Book, force: Force) -> None:
    """Illegal buildings, from the survey to the demolition."""
    for number, day in enumerate(book.days(26, start=11, about="buildings")):
        squad = SQUADS[number % 2]
        thread = book.open(
            "urban.illegal_building",
            day,
            CLERK,
            compound=f"示范小区{number % 9 + 1}",
            site=f"{number + 1}幢北侧",
            kind=("colour_steel", "iron_sheet", "brick")[number % 3],
            rooms=1 + number % 4,
            area_m2=f"{18 + number * 3 % 60}.5",
            surveyed_on=day,
            section=squad,
        )
        thread.then((1, 3), LOGIN[squad], "notify", "限期拆除", power=force.powers["coercion", "planning"])
        if number % 8 == 2:
            thread.then((3, 6), OFFICE, "accept_exception", "居民生活必需，研究安置后拆除", do_until=days_later(150))
        thread.then(
            (6, 18),
            LOGIN[squad],
            "submit",
            "已拆除",
            demolished_on=that_day,
            measure="机械拆除并清运。",
            evidence=Paper(f"拆除照片{number + 1}"),
        )
        if number % 7 == 5:
            thread.then(1, OFFICE, "send_back", "现场仍有残留").then(
                (1, 4), LOGIN[squad], "submit", demolished_on=that_day, measure="已清理。"
            )
        thread.then((1, 3), OFFICE, "accept", "核实无误")


def sweeping(book: Book) -> None:
    """The roads and the last weeks of their sweeping; some days a road is missed."""
    roads = [
        book.enter(
            "urban.road",
            book.since,
            CLERK,
            at_once=True,
            road_no=f"DL{number + 1:02d}",
            title=road,
            length_km="1.8",
            section=SWEEPERS,
            grade=("first", "second")[number % 2],
            sweeps_a_day=3 - number % 2,
            listed_on=book.since,
        )
        for number, road in enumerate(ROADS)
    ]
    for back in range(45, 0, -1):
        day = book.today - timedelta(days=back)
        for number, road in enumerate(roads):
            rng = book.rng("sweep", day, number)
            if rng.random() < 0.04:
                continue
            needed = 3 - number % 2
            book.enter(
                "urban.sweeping",
                day,
                CLERK,
                road=road,
                swept_on=day,
                section=SWEEPERS,
                vehicle=f"环卫{number % 4 + 1}号",
                required_times=needed,
                times=needed - (rng.random() < 0.1),
                sprayed=rng.random() < 0.7,
            )
