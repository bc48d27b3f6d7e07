"""What is asked of other departments, and the campaigns done with them."""

from bihuan.cli.demo.bureaus.book import Book, Ref
from bihuan.cli.demo.bureaus.urban_people import CLERK, LOGIN, OFFICE, SQUADS
from bihuan.cli.demo.bureaus.urban_violations import ROADS


def cooperation(book: Book, operations: list[Ref]) -> None:
    """What is asked of other departments and done with them."""
    partners = (
        "traffic_police",
        "police",
        "housing",
        "environment",
        "food_drug",
        "court",
        "legal_affairs",
        "establishment",
    )
    for number, day in enumerate(book.days(50, start=18, about="cooperation")):
        squad = SQUADS[number % 2]
        thread = book.open(
            "urban.cooperation",
            day,
            CLERK,
            title=f"商请协作事项（{number + 1}）",
            partner=partners[number % 8],
            kind=("joint_action", "consultation", "case_execution")[number % 3],
            requested_on=day,
            section=squad,
        )
        if number % 6 == 5:
            thread.then((8, 12), OFFICE, "decline", "对方无法安排")
            continue
        thread.then((2, 5), LOGIN[squad], "agree", "同意配合")
        thread.then(
            (4, 12),
            LOGIN[squad],
            "submit",
            "已完成",
            result="联合行动已开展。",
            operation=operations[number % len(operations)],
        )
        thread.then((1, 3), OFFICE, "accept", "同意")


_CAMPAIGNS = ("street_order", "night_city_look", "traffic_order", "ad_cleaning", "scenic_area", "muck_truck")


def campaigns(book: Book) -> list[Ref]:
    """The operations, each by type and place."""
    made = []
    for number, day in enumerate(book.days(15, start=4, about="campaigns")):
        kind = _CAMPAIGNS[number % len(_CAMPAIGNS)]
        made.append(
            book.enter(
                "urban.campaign",
                day,
                CLERK,
                at_once=True,
                title=f"{day:%m月%d日}整治行动",
                type=kind,
                held_on=day,
                place=ROADS[number % len(ROADS)],
                partner="traffic_police" if kind == "traffic_order" else None,
                section=SQUADS[number % 2],
                officers=8 + number % 9,
                is_standing=number % 2 == 0,
            )
        )
    return made
