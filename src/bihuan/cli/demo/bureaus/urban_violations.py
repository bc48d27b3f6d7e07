"""What is found in the street and what becomes of it; the same shop is caught again."""

from datetime import date
from typing import Any

from bihuan.cli.demo.bureaus.book import Book, Paper, Ref, Thread, days_later, somewhere, that_day
from bihuan.cli.demo.bureaus.urban_force import Force
from bihuan.cli.demo.bureaus.urban_people import CLERK, LOGIN, OFFICE, SQUADS

ROADS = ("人民路", "解放街", "文昌路", "滨河路", "学府路", "车站路", "古城巷", "迎宾大道")
# Category, campaign, how it is disposed of, which verb closes it.
_KINDS = (
    ("out_of_store_business", "street_order", "corrected", "accept"),
    ("mobile_stall", "street_order", "stopped", "accept"),
    ("leaflet", "street_order", "stopped", "accept_handled"),
    ("ac_outdoor_unit", "street_order", "corrected", "accept"),
    ("non_motor_vehicle", "traffic_order", "towed", "accept_handled"),
    ("muck_truck_spill", "muck_truck", "penalised", "accept_handled"),
    ("wall_ad", "ad_cleaning", "cleared", "accept_cleared"),
    ("banner", "ad_cleaning", "cleared", "accept_cleared"),
    ("leaflet", "ad_cleaning", "stopped", "accept_handled"),
    ("gas_hazard", "gas_safety", "corrected", "accept"),
    ("out_of_store_business", "night_city_look", "corrected", "accept"),
    ("window_ad", "ad_cleaning", "cleared", "accept_cleared"),
)
_WORDS = {
    "out_of_store_business": "店外经营",
    "mobile_stall": "流动摊点占道",
    "leaflet": "散发小广告",
    "ac_outdoor_unit": "空调外挂机过低",
    "non_motor_vehicle": "非机动车乱停",
    "muck_truck_spill": "渣土车抛洒",
    "wall_ad": "墙体广告",
    "banner": "违规条幅",
    "gas_hazard": "气瓶间距不足",
    "window_ad": "橱窗广告",
}


def violations(book: Book, force: Force) -> None:
    """What is found in the street and what becomes of it; the same shop is caught again."""
    for number, day in enumerate(book.days(8, start=2, about="violations")):
        category, campaign, disposal, closing = _KINDS[number % len(_KINDS)]
        thread = _found(book, number, day, category, campaign)
        kind = "coercion" if disposal == "towed" else "penalty"
        power = {"power": force.powers[kind, "city_look"]} if disposal in ("corrected", "towed", "penalised") else {}
        done = {"measure": f"已处理{_WORDS[category]}。", "fixed_on": that_day}
        login = LOGIN[SQUADS[number % 2]]
        if disposal == "corrected":
            thread.then(0, login, "order_correct", "请于三日内整改", disposal=disposal, educated=True, **power)
            _notice(book, thread.ref, number, SQUADS[number % 2], thread.day, campaign)
            _corrected(thread, number, login, done)
        else:
            thread.then(0, login, "settle_now", "当场处理", disposal=disposal, educated=True, **power, **done)
        thread.then((0, 2), OFFICE, closing, "复查通过")
        if number % 29 == 12:
            thread.then((20, 50), OFFICE, "recur", "同一地点再次出现")


def _found(book: Book, number: int, day: date, category: str, campaign: str) -> Thread:
    place = f"{ROADS[number % 8]}{number % 40 + 1}号"
    truck = {"plate_no": f"示A{10000 + number}", "transport_firm": "示范渣土运输有限公司"}
    return book.open(
        "urban.violation",
        day,
        CLERK,
        title=f"{place}{_WORDS[category]}",
        category=category,
        place=place,
        position=somewhere(book, "road", number),
        party=f"商户{number % 40 + 1}",
        found_on=day,
        campaign=campaign,
        section=SQUADS[number % 2],
        **(truck if category.startswith("muck") else {}),
    )


def _corrected(thread: Thread, number: int, login: str, done: dict[str, Any]) -> None:
    """The way of what has to be put right: now and then with more time, a pause, or a second try."""
    if number % 7 == 3:
        thread.then(1, login, "ask_extension", "店铺停业", do_until=days_later(20)).then(
            1, OFFICE, "grant_extension", "同意"
        )
    if number % 11 == 0:
        thread.then(1, OFFICE, "pause", "天气原因无法施工").then((3, 5), OFFICE, "resume", "天气好转")
    evidence = Paper(f"整改照片{number + 1}")
    thread.then((1, 12) if number % 9 == 0 else (1, 4), login, "submit", "已整改", evidence=evidence, **done)
    if number % 6 == 0:
        thread.then((0, 1), OFFICE, "send_back", "复查仍未整改").then((1, 3), login, "submit", "已整改", **done)


def _notice(book: Book, violation: Ref, number: int, squad: str, day: date, campaign: str) -> None:
    """The order to correct that goes with it, registered, backed up and followed."""
    if number % 3:
        return
    thread = book.open(
        "urban.notice",
        day,
        CLERK,
        document_no=f"示城管责改〔{day.year}〕{number + 1}号",
        type="order_to_correct",
        object="shop",
        party=f"商户{number % 40 + 1}",
        section=squad,
        issued_on=day,
        registrar=CLERK,
        backup_no=f"BF{number + 1:05d}",
        violation=violation,
        campaign=campaign if campaign in ("street_order", "night_city_look", "gas_safety") else "daily_patrol",
    )
    thread.then(0, CLERK, "follow", "开始跟踪")
    thread.then((3, 9), LOGIN[squad], "submit", "已改正", outcome="现场复核已改正。")
    if number % 2:
        thread.then((0, 1), OFFICE, "send_back", "现场复核没有改正").then(
            (2, 5), LOGIN[squad], "submit", outcome="再次复核已改正。"
        )
    thread.then((1, 2), OFFICE, "accept", "确认改正")
