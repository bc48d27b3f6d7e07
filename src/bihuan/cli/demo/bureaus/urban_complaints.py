"""Complaints: every one is answered; some go to the wrong squad, some are late."""

from bihuan.cli.demo.bureaus.book import Book, Paper, days_later, somewhere, that_day
from bihuan.cli.demo.bureaus.urban_people import CLERK, LOGIN, OFFICE, SQUADS

_CHANNELS = ("service_platform", "urban_hotline", "service_platform", "leader_mailbox", "urban_hotline", "petition")
_TOPICS = (
    ("street", "店外经营占道"),
    ("noise", "烧烤油烟扰民"),
    ("ad", "招牌破损"),
    ("building", "楼顶搭建"),
    ("sanitation", "垃圾未清"),
    ("parking", "电动车乱停"),
)


def complaints(book: Book) -> None:
    """Complaints: every one is answered; some are handed to the wrong squad, some answered late."""
    for number, day in enumerate(book.days(9, start=1, about="complaints")):
        topic, words = _TOPICS[number % len(_TOPICS)]
        squad = SQUADS[number % 2]
        login = LOGIN[squad]
        thread = book.open(
            "urban.complaint",
            day,
            CLERK,
            title=f"反映{words}（{number + 1}）",
            channel=_CHANNELS[number % len(_CHANNELS)],
            topic=topic,
            detail=f"市民反映人民路 {number % 60 + 1} 号附近{words}，影响通行。",
            place=f"人民路 {number % 60 + 1} 号",
            position=somewhere(book, "complaint", number),
            citizen=f"市民{number + 1}",
            received_on=day,
        )
        thread.then(0, CLERK, "assign", "请依法办理并按期答复", section=squad)
        if number % 17 == 4:
            thread.then(0, login, "refuse", "不属于本中队辖区")
            squad = SQUADS[(number + 1) % 2]
            login = LOGIN[squad]
            thread.then(0, CLERK, "assign", "改派", section=squad)
        thread.then((0, 1), login, "receive", "收到")
        if number % 13 == 7:
            thread.then(0, login, "ask_extension", "需要现场核实", do_until=days_later(90))
            thread.then(0, OFFICE, "grant_extension", "同意")
        if number % 19 == 1:
            thread.then(3, OFFICE, "supervise", "临近期限，请抓紧").then(0, login, "acknowledge", "正在办理")
        handled = {"handling": "已到现场处理。", "reply": f"您反映的{words}问题已处理，感谢监督。"}
        thread.then(
            (4, 9) if number % 12 == 5 else (1, 3),
            login,
            "submit",
            "请审核",
            evidence=Paper(f"现场照片{number + 1}"),
            **handled,
        )
        if number % 10 == 3:
            thread.then(0, OFFICE, "send_back", "没有回应诉求").then((0, 1), login, "submit", "已补充", **handled)
        thread.then(
            0,
            OFFICE,
            "reply",
            "同意答复",
            replied_on=that_day,
            satisfaction=("satisfied", "satisfied", "basically", "dissatisfied")[number % 4],
        )
