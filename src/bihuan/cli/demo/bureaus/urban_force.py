"""The officers with their certificates, the powers with their responsibilities."""

from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.cli.demo.bureaus.book import Book, Ref
from bihuan.cli.demo.bureaus.urban_people import CLERK, LEGAL, SQUADS

FIELDS = ("city_look", "outdoor_ad", "planning", "gas", "muck")
FIELD_WORDS = ("市容环境卫生", "户外广告", "城乡规划", "燃气管理", "建筑渣土")


@dataclass(frozen=True)
class Force:
    """The officers, by squad two each, and the powers by (type, field)."""

    officers: list[Ref]
    powers: dict[tuple[str, str], Ref]


def force(book: Book, people: list[Ref]) -> Force:
    """Certificates that run out at different times, and the list of powers with its responsibilities."""
    return Force(_officers(book, people), _powers(book))


def _officers(book: Book, people: list[Ref]) -> list[Ref]:
    officers = []
    for number in range(8):
        issued = book.since - timedelta(days=700 - number * 40)
        valid = issued + timedelta(days=1_826) if number < 7 else book.today + timedelta(days=25)
        officers.append(
            book.enter(
                "urban.officer",
                book.since,
                CLERK,
                at_once=True,
                certificate_no=f"CGZF{330900 + number}",
                staff=people[number + 1],
                name=f"石城管{number + 2}",
                section=SQUADS[number % 2],
                post="执法队员",
                issued_on=issued,
                valid_until=valid,
                fields_of_work="、".join(FIELD_WORDS),
                authority=("ordinary", "major")[number % 2],
            )
        )
    return officers


def _powers(book: Book) -> dict[tuple[str, str], Ref]:
    powers: dict[tuple[str, str], Ref] = {}
    for kind, fields in (
        ("penalty", FIELDS),
        ("coercion", ("city_look", "planning")),
        ("permit", ("outdoor_ad", "muck")),
    ):
        for field in fields:
            words = FIELD_WORDS[FIELDS.index(field)]
            title = f"{words}{({'penalty': '处罚', 'coercion': '强制', 'permit': '许可'})[kind]}"
            powers[kind, field] = book.enter(
                "urban.power",
                book.since,
                CLERK,
                at_once=True,
                power_no=f"330999CG{len(powers) + 1:03d}",
                title=title,
                type=kind,
                field_of_work=field,
                basis="城市市容和环境卫生管理条例等",
                section=LEGAL,
                valid_from=date(2020, 1, 1),
            )
            book.enter(
                "urban.responsibility",
                book.since,
                CLERK,
                title=f"{title}的受理、调查、告知、决定",
                power=powers[kind, field],
                section=LEGAL,
                accountability="不依法履行职责的，依规追责。",
                basis="责任清单",
                valid_from=date(2020, 1, 1),
            )
    return powers
