"""Sections of the urban management bureau, and who acts for them."""

from datetime import date

from bihuan.cli.demo.bureaus.book import Book, Ref
from bihuan.cli.demo.county import URBAN_BUREAU

CLERK, OFFICE, HEAD = "chengguanke", "chengguanshen", "chengguanzhang"
LEGAL, FIRST, SECOND, WINDOW, SWEEPERS = (f"{URBAN_BUREAU}-{letters}" for letters in ("FZ", "ZA", "ZB", "CK", "HW"))
SQUADS = (FIRST, SECOND)
LOGIN = {LEGAL: "cgfz", FIRST: "cgza", SECOND: "cgzb", WINDOW: "cgck", SWEEPERS: "cghw"}
LAWS = (
    "行政处罚法",
    "行政强制法",
    "行政许可法",
    "城市市容和环境卫生管理条例",
    "宪法",
    "民法典",
    "城镇燃气管理条例",
    "城乡规划法",
)


def staff(book: Book) -> list[Ref]:
    """Everybody of the bureau, by section."""
    sections = (LEGAL, FIRST, FIRST, FIRST, SECOND, SECOND, SECOND, WINDOW, SWEEPERS, SWEEPERS)
    return [
        book.enter(
            "urban.staff",
            book.since,
            CLERK,
            at_once=True,
            staff_no=f"CG{1000 + number}",
            name=f"石城管{number + 1}",
            section=sections[number % len(sections)],
            post="执法" if 0 < number % 10 < 7 else "综合",
            joined_on=date(2019, 7, 1),
        )
        for number in range(30)
    ]
