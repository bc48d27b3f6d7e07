"""Friday study, one law a month, the class of the quarter, the lecture of the half-year."""

from datetime import date, timedelta

from bihuan.cli.demo.bureaus.book import Book
from bihuan.cli.demo.bureaus.urban_people import CLERK, LAWS, LEGAL


def training(book: Book) -> None:
    """Friday study, one law a month, the quarter's class, the half-year's lecture, study of the leading team."""
    kinds = (
        "friday_study",
        "video_lecture",
        "friday_study",
        "case_review_meeting",
        "friday_study",
        "case_file_discussion",
    )
    day = book.since + timedelta(days=(4 - book.since.weekday()) % 7)
    number = 0
    while day < book.today:
        kind = "monthly_law" if day.day <= 7 else kinds[number % len(kinds)]
        rng = book.rng("training", number)
        book.enter(
            "urban.training",
            day,
            CLERK,
            group="law_training",
            type=kind,
            held_on=day,
            section=LEGAL,
            law=LAWS[number % len(LAWS)],
            lecturer="法制科长",
            attendance=rng.randint(24, 30),
            original_text=True,
        )
        if number % 13 == 5:
            _of_leaders(book, day - timedelta(days=2), number)
        if number % 6 == 2:
            held = day - timedelta(days=1)
            book.enter(
                "urban.training",
                held,
                CLERK,
                group="leader_study",
                type="leading_team_study",
                held_on=held,
                law=LAWS[(number + 3) % len(LAWS)],
                lecturer="局长",
                attendance=rng.randint(5, 7),
            )
        day, number = day + timedelta(days=7), number + 1


def _of_leaders(book: Book, day: date, number: int) -> None:
    law = LAWS[number % len(LAWS)]
    for group_, kind in (
        ("leader_study", "quarterly_class"),
        ("leader_study", "leading_team_law_training"),
        ("law_training", "head_lecture"),
    ):
        book.enter(
            "urban.training",
            day,
            CLERK,
            group=group_,
            type=kind,
            held_on=day,
            law=law,
            lecturer="局长",
            attendance=7 if group_ == "leader_study" else 28,
        )
    if number % 26 == 5:
        book.enter(
            "urban.training",
            day,
            CLERK,
            group="leader_study",
            type="half_year_lecture",
            held_on=day,
            law=law,
            attendance=7,
        )
