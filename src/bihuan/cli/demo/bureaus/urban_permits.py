"""Applications, some with the one notice of what is missing, some with time that does not count."""

from datetime import timedelta

from bihuan.cli.demo.bureaus.book import Book, days_later, that_day
from bihuan.cli.demo.bureaus.urban_force import Force
from bihuan.cli.demo.bureaus.urban_people import CLERK, HEAD, OFFICE, WINDOW


def permits(book: Book, force_: Force) -> None:
    """Applications, some with the one notice of what is missing, some with time that does not count."""
    kinds, fields = ("outdoor_ad", "muck_transport"), ("outdoor_ad", "muck")
    for number, day in enumerate(book.days(22, start=3, about="permits")):
        which = number % 2
        power = force_.powers["permit", fields[which]]
        thread = book.open(
            "urban.permit",
            day,
            CLERK,
            title=f"{('户外广告设置', '建筑垃圾处置')[which]}申请{number + 1}",
            permit_type=kinds[which],
            applicant=f"申请单位{number + 1}",
            applied_on=day,
            section=WINDOW,
        )
        if number % 3 == 1:
            thread.then(1, "cgck", "notify", missing="设计图、安全承诺书", notified_on=that_day)
            thread.then(0, OFFICE, "pause", "申请人补正材料").then((3, 6), OFFICE, "resume", "材料已补齐")
        thread.then((1, 2), "cgck", "accept_application", "受理", accepted_on=that_day, power=power)
        if number % 6 == 4:
            thread.then((4, 8), "cgck", "ask_extension", "需专家论证", do_until=days_later(30))
            thread.then(1, OFFICE, "grant_extension", "同意延长十日", do_until=lambda on: on + timedelta(days=28))
        thread.then((4, 10), "cgck", "submit", "请决定", review="符合条件，建议准予。")
        if number % 5 == 3:
            thread.then(1, OFFICE, "send_back", "审查意见没有说明理由").then(
                (1, 3), "cgck", "submit", review="符合设置规划，建议准予。"
            )
        is_refused = number % 11 == 7
        reasons = {"reasons": "不符合设置规划。"} if is_refused else {}
        thread.then(
            (1, 3),
            HEAD,
            "decide",
            "同意",
            outcome="refused" if is_refused else "granted",
            decided_on=that_day,
            **reasons,
        )
