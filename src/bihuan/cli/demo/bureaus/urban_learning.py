"""What came of the study: exams by the quarter, essays, the list of laws to know."""

from datetime import date, timedelta

from bihuan.cli.demo.bureaus.book import Book, Ref
from bihuan.cli.demo.bureaus.urban_people import CLERK, LAWS, LEGAL


def learning(book: Book, people: list[Ref]) -> None:
    """What came of the study: exams by the quarter, essays, the list of laws to know."""
    for number, law in enumerate(LAWS):
        book.enter(
            "urban.must_know_law",
            book.since,
            CLERK,
            law=law,
            article=f"第{number + 3}条至第{number + 9}条",
            level=("law", "regulation")[number % 2],
            point="领导干部应知应会要点。",
            handbook_page=number * 6 + 1,
            listed_on=book.since,
        )
    for year in book.years:
        for quarter in (1, 2, 3, 4):
            taken = date(year, quarter * 3, 20)
            if taken >= book.today - timedelta(days=5):
                continue
            for number, person in enumerate(people):
                rng = book.rng("exam", year, quarter, number)
                book.enter(
                    "urban.exam",
                    taken,
                    CLERK,
                    staff=person,
                    section=LEGAL,
                    year=year,
                    quarter=quarter,
                    taken_on=taken,
                    score=rng.randint(52, 100),
                )
                if rng.random() < 0.4:
                    book.enter(
                        "urban.essay",
                        taken + timedelta(days=3),
                        CLERK,
                        staff=person,
                        section=LEGAL,
                        title=f"{year} 年第 {quarter} 季度学法心得（{number + 1}）",
                        written_on=taken + timedelta(days=3),
                        law=LAWS[number % len(LAWS)],
                    )
