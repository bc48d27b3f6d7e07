"""Requests at the window: the first who is asked sees them through."""

from datetime import date

from bihuan.cli.demo.bureaus.book import Book, that_day
from bihuan.cli.demo.bureaus.urban_people import CLERK, OFFICE, WINDOW

_TYPES = (("CG-01", "临时占道申请咨询", 3), ("CG-02", "户外招牌备案", 5), ("CG-03", "城市树木修剪申请", 7))


def requests(book: Book) -> None:
    """Requests at the window: the first who is asked sees them through."""
    types = [
        book.enter(
            "urban.matter_type",
            book.since,
            CLERK,
            at_once=True,
            code_no=code,
            title=title,
            limit_days=days,
            materials="申请表、身份证明、现场照片",
            basis="服务承诺制度",
            valid_from=date(2020, 1, 1),
        )
        for code, title, days in _TYPES
    ]
    for number, day in enumerate(book.days(20, start=2, about="requests")):
        _, title, days = _TYPES[number % 3]
        thread = book.open(
            "urban.request",
            day,
            CLERK,
            title=f"{title}（{number + 1}）",
            matter_type=types[number % 3],
            limit_days=days,
            applicant=f"居民{number + 1}",
            received_on=day,
            first_handler="cgck",
            section=WINDOW,
        )
        if number % 4 == 1:
            thread.then(0, "cgck", "notify", missing="现场照片两张", notified_on=that_day)
        thread.then((0, 2), "cgck", "accept_request", "材料齐全")
        if number % 9 == 5:
            thread.then(1, OFFICE, "pause", "等待现场踏勘").then((3, 5), OFFICE, "resume", "已踏勘")
        thread.then((1, 8) if number % 10 == 6 else (1, 3), "cgck", "submit", "请办结", result="已按申请办理。")
        if number % 8 == 3:
            thread.then(0, OFFICE, "send_back", "结果没有答复申请事项").then(1, "cgck", "submit", result="已书面答复。")
        thread.then((0, 1), OFFICE, "accept", "同意办结")
