"""The audit bureau's own: study, moves, work with universities."""

from datetime import date

from bihuan.cli.demo.bureaus.audit_people import CLERK
from bihuan.cli.demo.bureaus.book import Book
from bihuan.cli.demo.county import AUDIT_BUREAU

_TOPICS = ("审计法条文", "党的创新理论", "廉政纪律", "数字化审计方法", "保密规定")
_FIELDS = ("training_base", "research", "it_project", "staff_training", "quality_audit", "industry")
_MOVES = ("rotation", "promotion", "temporary_post_at_enterprise", "internship", "rotation", "internship")


def study(book: Book) -> None:
    """Weekly or so a study session, monthly or so a theme day."""
    for number, day in enumerate(book.days(9, about="study")):
        is_theme = number % 4 == 3
        rng = book.rng("study", number)
        book.enter(
            "audit.study_session",
            day,
            CLERK,
            kind="theme_day" if is_theme else "collective_study",
            held_on=day,
            topic=f"{_TOPICS[number % len(_TOPICS)]}（第 {number + 1} 次）",
            branch=AUDIT_BUREAU,
            attended=rng.randint(22, 34),
            absent=rng.randint(0, 4),
        )


def moves(book: Book) -> None:
    for number, day in enumerate(book.days(32, start=20, about="moves")):
        kind = _MOVES[number % len(_MOVES)]
        place = {"temporary_post_at_enterprise": "示范县水务集团", "internship": "示范大学"}.get(kind)
        book.enter(
            "audit.staff_move",
            day,
            CLERK,
            person_id=f"GB{number:03d}",
            name=f"高干部{number + 1}",
            kind=kind,
            moved_on=day,
            from_post="原岗位",
            to_post="新岗位",
            place=place,
            basis="示审党〔示例〕3号",
            appraisal="excellent" if kind == "promotion" else None,
        )


def universities(book: Book) -> None:
    """Matters agreed with a university in six fields, and the visits."""
    for year in book.years:
        for number, field in enumerate(_FIELDS):
            agreed, done = date(year, 3, 10), date(year, 6 + number, 15)
            is_done = done < book.today
            matter = book.enter(
                "audit.cooperation",
                done if is_done else agreed,
                CLERK,
                at_once=True,
                title=f"{year} 年合作事项 {number + 1}",
                university="示范大学",
                field=field,
                agreed_on=agreed,
                planned_on=date(year, 11, 30),
                status="done" if is_done else "running",
                done_on=done if is_done else None,
                note="按协议推进。",
            )
            if number < 2 and done < book.today:
                book.enter(
                    "audit.university_visit",
                    done,
                    CLERK,
                    university="示范大学",
                    visited_on=done,
                    kind=("contact", "study_visit")[number],
                    topic="商谈年度合作安排",
                    persons=5,
                    matter=matter,
                )
