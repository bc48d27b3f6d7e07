"""What citizens said on the public page of late: answered and rated, in hand, doubled, waiting to be sorted."""

from datetime import date, timedelta

from bihuan.cli.demo.bureaus.book import PUBLIC, Book, Thread, that_day
from bihuan.cli.demo.bureaus.urban_people import CLERK, LOGIN, OFFICE, SQUADS
from bihuan.cli.demo.office_hours import workday_back

_SQUAD = SQUADS[0]
_OVEN = "夜里十点以后烧烤摊还在人行道上摆桌，油烟进了三楼的窗户，孩子睡不着。"


def voices(book: Book) -> None:
    """Six petitions of the last weeks."""
    _answered(book, 26, "公园北门的共享单车堆成山", "parking", "北门口的单车堵住了无障碍坡道，轮椅过不去。", 5)
    _answered(book, 19, "菜场门口污水横流", "sanitation", "每天收摊以后污水流到马路上，很滑。", 4)
    late = _said(book, 12, "楼顶在加盖房子", "building", "12 幢楼顶这周开始砌砖，怕是违建。")
    late.then((0, 1), CLERK, "assign", "请到现场核实", section=_SQUAD).then((0, 1), LOGIN[_SQUAD], "receive", "收到")
    outside = _said(book, 8, "公交车班次太少", "other", "早上等了四十分钟。")
    outside.then((0, 1), CLERK, "decline", "公交班次由交通运输局负责，已告知拨打 12328")
    _said(book, 3, "烧烤摊油烟扰民", "noise", _OVEN)
    _said(book, 2, "半夜烧烤摊油烟太大", "noise", f"{_OVEN}请管一管。")


def _said(book: Book, days_ago: int, title: str, topic: str, detail: str) -> Thread:
    day: date = workday_back(book.today - timedelta(days=days_ago))
    return book.open("urban.complaint", day, PUBLIC, title=title, topic=topic, detail=detail, place="文昌路与人民路口")


def _answered(book: Book, days_ago: int, title: str, topic: str, detail: str, rating: int) -> None:
    thread = _said(book, days_ago, title, topic, detail)
    thread.then(0, CLERK, "assign", "请依法办理并按期答复", section=_SQUAD).then(0, LOGIN[_SQUAD], "receive", "收到")
    thread.then(
        (1, 2),
        LOGIN[_SQUAD],
        "submit",
        "请审核",
        handling="已到现场清理。",
        reply="已清理，并安排专人每天巡查，感谢您的反映。",
    )
    thread.then(0, OFFICE, "reply", "同意答复", replied_on=that_day, satisfaction="satisfied")
    thread.then(1, PUBLIC, "rate", "谢谢，已经好多了", rating=rating)
