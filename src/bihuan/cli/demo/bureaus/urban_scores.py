"""What officers are scored by, and the faults that were pursued."""

from datetime import date, timedelta

from bihuan.cli.demo.bureaus.book import Book, Ref, that_day
from bihuan.cli.demo.bureaus.urban_force import Force
from bihuan.cli.demo.bureaus.urban_people import CLERK, HEAD, OFFICE, SQUADS


def scores(book: Book, force_: Force) -> None:
    """Scoring items, checks that take points away, and each officer's month."""
    items = _items(book)
    month = book.since
    while (following := (month + timedelta(days=40)).replace(day=1)) < book.today:
        for number, officer in enumerate(force_.officers):
            _score(book, officer, number, (month, following), items[1])
        month = following


def _items(book: Book) -> list[Ref]:
    return [
        book.enter(
            "urban.duty_item",
            book.since,
            CLERK,
            at_once=True,
            title=title,
            part=part,
            points=points,
            rule="按次扣分",
            valid_from=book.since,
        )
        for title, part, points in (
            ("巡查到位", "duty", 40),
            ("文书规范", "supervision", 30),
            ("群众评议", "appraisal", 30),
        )
    ]


def _score(book: Book, officer: Ref, number: int, months: tuple[date, date], item: Ref) -> None:
    """One officer's month, and the check that took points away if one did."""
    month, following = months
    rng, squad = book.rng("score", month, number), SQUADS[number % 2]
    deducted = rng.choice((0, 0, 0, 2, 4))
    if deducted:
        book.enter(
            "urban.supervision_check",
            month + timedelta(days=12),
            CLERK,
            officer=officer,
            section=squad,
            title="文书填写不规范",
            checked_on=month + timedelta(days=12),
            item=item,
            deducted=deducted,
        )
    book.enter(
        "urban.duty_score",
        following,
        CLERK,
        officer=officer,
        section=squad,
        month=f"{month:%Y-%m}",
        scored_on=following,
        duty_points=rng.randint(80, 100),
        deducted=deducted,
        appraisal_score=rng.randint(78, 99),
    )


def faults(book: Book, force_: Force, cases_: list[Ref]) -> None:
    """What counts as a fault, and the few that there were."""
    scopes = [
        book.enter(
            "urban.liability_scope",
            book.since,
            CLERK,
            at_once=True,
            fault_class=kind,
            title=title,
            basis="过错责任追究办法",
            valid_from=date(2020, 1, 1),
        )
        for kind, title in (
            ("inaction", "应当查处而未查处"),
            ("wrong_case", "主要事实不清"),
            ("exempt", "当事人隐瞒致误"),
        )
    ]
    for number, day in enumerate(book.days(110, start=50, about="faults")):
        squad = SQUADS[number % 2]
        thread = book.open(
            "urban.fault",
            day,
            CLERK,
            title=f"案卷评查发现问题（{number + 1}）",
            source="review",
            section=squad,
            linked_case=cases_[number],
            officer=force_.officers[number % 8],
            reported_on=day,
        )
        thread.then((1, 3), OFFICE, "investigate", "立项")
        found = {
            "investigation": "经核查，文书日期有误。",
            "fault_class": ("inaction", "wrong_case", "exempt")[number % 3],
            "scope": scopes[number % 3],
        }
        thread.then((10, 20), CLERK, "propose", "请决定", **found)
        if number % 3 == 1:
            thread.then(2, HEAD, "send_back", "事实不清，请补充调查").then((3, 6), CLERK, "propose", "已补充", **found)
        thread.then((2, 5), HEAD, "decide", "同意", decision="批评教育。", decided_on=that_day)
