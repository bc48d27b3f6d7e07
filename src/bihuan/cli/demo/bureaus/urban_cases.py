"""Penalty cases, layer by layer, from filing to execution."""

from datetime import date

from bihuan.cli.demo.bureaus.book import Book, Paper, Ref, Thread, that_day
from bihuan.cli.demo.bureaus.urban_force import FIELD_WORDS, FIELDS, Force
from bihuan.cli.demo.bureaus.urban_people import CLERK, HEAD, LOGIN, OFFICE, SQUADS


def cases(book: Book, force_: Force) -> list[Ref]:
    """Penalty cases from filing to execution; some returned, paused or dismissed."""
    made: list[Ref] = []
    for number, day in enumerate(book.days(24, start=5, about="cases")):
        procedure = ("ordinary", "simple", "ordinary", "major")[number % 4] if number % 2 else "ordinary"
        thread = _filed(book, force_, number, day, procedure)
        made.append(thread.ref)
        _reviewed(thread, number, procedure)
        _decided(book, thread, number)
    return made


def _filed(book: Book, force_: Force, number: int, day: date, procedure: str) -> Thread:
    field = FIELDS[number % len(FIELDS)]
    return book.open(
        "urban.case",
        day,
        CLERK,
        title=f"涉嫌违反{FIELD_WORDS[number % 5]}规定案",
        party=f"当事人{number + 1}",
        power=force_.powers["penalty", field],
        field_of_work=field,
        procedure=procedure,
        filed_on=day,
        section=SQUADS[number % 2],
        handler=force_.officers[number % 2 + 2 * (number % 3)],
    )


def _reviewed(thread: Thread, number: int, procedure: str) -> None:
    """From the facts to the opinion of the legal section, and of the meeting where the case is not simple."""
    login = LOGIN[SQUADS[number % 2]]
    if number % 7 == 3:
        thread.then((2, 5), OFFICE, "pause", "检测、检验、鉴定期间").then((8, 15), OFFICE, "resume", "鉴定意见已出")
    given = {
        "facts": "现场检查和询问查明的事实。",
        "proposal": "建议给予行政处罚。",
        "evidence": Paper(f"案卷{number + 1}"),
    }
    thread.then((6, 14), login, "submit", "请审核", **given)
    if number % 5 == 2:
        thread.then((1, 3), OFFICE, "legal_return", "证据不足").then((3, 6), login, "submit", "已补充", **given)
    opinion = {"legal_opinion": "事实清楚，适用法律正确。"}
    if procedure == "simple":
        thread.then((1, 3), OFFICE, "legal_pass_simple", "同意", **opinion)
        return
    thread.then((1, 3), OFFICE, "legal_pass", "同意", **opinion)
    met = {"meeting_opinion": "案件评审会一致同意。", "reviewed_on": that_day}
    thread.then((2, 6), HEAD, "meeting_pass", "一致同意", **met)


def _decided(book: Book, thread: Thread, number: int) -> None:
    """A penalty that is executed, and now and then explained to the public; or none."""
    if number % 9 == 4:
        thread.then((1, 3), HEAD, "dismiss", "情节轻微并及时改正", outcome="no_penalty", decided_on=that_day)
        return
    thread.then((1, 3), HEAD, "decide", "同意", outcome="penalty", fine=200 + number % 9 * 150, decided_on=that_day)
    thread.then((5, 15), OFFICE, "close", "已执行", executed_on=that_day)
    if number % 6 == 0 and not thread.is_over:
        book.enter(
            "urban.case_example",
            thread.day,
            CLERK,
            title=f"以案释法（{number + 1}）",
            linked_case=thread.ref,
            law="行政处罚法",
            explanation="结合本案说明应当怎样做。",
            published_on=thread.day,
            explained_to=3,
        )
