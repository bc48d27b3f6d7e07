"""Publicity, disclosure, the law column and the sites."""

from bihuan.cli.demo.bureaus.book import Book, somewhere
from bihuan.cli.demo.bureaus.urban_people import CLERK, LAWS, LEGAL


def publicity(book: Book) -> None:
    """Publicity, disclosure, the column and the sites."""
    _events(book)
    _disclosure(book)
    _column(book)
    _sites(book)


def _events(book: Book) -> None:
    types = ("street", "community_visit", "handing_out", "key_date", "online", "law_education", "window", "display")
    channels = ("on_site", "on_site", "on_site", "on_site", "social_media", "on_site", "service_window", "screen")
    for number, day in enumerate(book.days(8, about="publicity")):
        rng, which = book.rng("publicity", number), number % len(types)
        is_night = types[which] == "law_education"
        book.enter(
            "urban.publicity",
            day,
            CLERK,
            type=types[which],
            channel=channels[which],
            held_on=day,
            section=LEGAL,
            topic=("urban_law", "electricity_fire_safety", "penalty_law", "safety_month")[number % 4],
            eight_places="community" if types[which] == "community_visit" else None,
            place=f"示范社区{number % 12 + 1}",
            copies=rng.randint(40, 400),
            person_times=rng.randint(20, 160) if is_night else None,
            campaign="night_city_look" if is_night else None,
        )


def _disclosure(book: Book) -> None:
    for number, day in enumerate(book.days(5, about="disclosure")):
        book.enter(
            "urban.disclosure",
            day,
            CLERK,
            title=f"{day:%Y年%m月%d日} 城市管理信息第 {number + 1} 条",
            section=LEGAL,
            channel=("website", "official_account")[number % 3 == 1],
            published_on=day,
            kind=("decision", "execution", "management", "service", "result")[number % 5],
        )


def _column(book: Book) -> None:
    for number, day in enumerate(book.days(28, start=6, about="column")):
        book.enter(
            "urban.law_column",
            day,
            CLERK,
            law=LAWS[number % len(LAWS)],
            published_on=day,
            channel="website",
            kind=("text", "explanation")[number % 2],
            explanation="结合城市管理案例解读。",
        )


def _sites(book: Book) -> None:
    for number, kind in enumerate(("screen", "column", "park", "corridor")):
        book.enter(
            "urban.law_site",
            book.since,
            CLERK,
            title=f"法治文化阵地{number + 1}",
            kind=kind,
            place=f"人民路{number + 10}号",
            position=somewhere(book, "site", number),
            section=LEGAL,
            content="行政处罚法要点",
            built_on=book.since,
        )
