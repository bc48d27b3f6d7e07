"""The ways that a finding may go, verb by verb. A year of audit work is many of these side by side."""

from dataclasses import dataclass
from typing import Literal

Term = Literal["usual", "short", "long", "stages"]


@dataclass(frozen=True)
class Beat:
    """A verb, so many working days after the one before; `past_due` counts calendar days from the deadline instead."""

    verb: str
    after: tuple[int, int]
    past_due: bool = False


@dataclass(frozen=True)
class Story:
    """What becomes of a finding; how often; and for how old an audit (in days) it can be told."""

    code: str
    weight: int
    ages: tuple[int, int]
    beats: tuple[Beat, ...] = ()
    term: Term = "usual"


def _story(code: str, weight: int, ages: tuple[int, int], text: str, term: Term = "usual") -> Story:
    """A story from words such as `assign:0-2 receive:1 order:+5-9`: working days, or with a plus days past due."""
    return Story(code, weight, ages, tuple(_beat(word) for word in text.split()), term)


def _beat(word: str) -> Beat:
    verb, _, days = word.partition(":")
    least, _, most = days.removeprefix("+").partition("-")
    return Beat(verb, (int(least), int(most or least)), days.startswith("+"))


_FRESH, _RECENT, _NEAR, _LATE, _LATER, _OLD = (0, 9), (20, 40), (48, 56), (75, 999), (105, 999), (75, 260)
_LONG_AGO = (105, 260)

STORIES = (
    # An audit of this week: what waits to be sent out, to be received, and what has just begun.
    _story("found", 6, _FRESH, ""),
    _story("sent", 6, _FRESH, "assign:0"),
    _story("begun", 6, _FRESH, "assign:0 receive:0"),
    _story("sent_to_the_wrong_unit", 2, _FRESH, "assign:0 refuse:0"),
    # Of last month: in term.
    _story("in_term", 10, _RECENT, "assign:0-1 receive:0-2"),
    _story("waits_for_judgement", 6, _RECENT, "assign:0-1 receive:0-2 submit:3-6"),
    _story("sent_back_in_term", 3, _RECENT, "assign:0-1 receive:0-1 submit:3-5 send_back:1-3"),
    _story("submitted_again", 3, _RECENT, "assign:0-1 receive:0-1 submit:2-4 send_back:1-2 submit:2-3"),
    _story("withdrawn", 2, _RECENT, "assign:0-1 receive:0-2 submit:3-5 withdraw:0"),
    _story("at_once", 8, _RECENT, "assign:0-1 receive:0-1 submit:2-5 accept:1-3"),
    # Near the deadline: yellow.
    _story("near_due", 6, _NEAR, "assign:0 receive:0-2"),
    _story("near_due_and_pressed", 4, _NEAR, "assign:0 receive:0-2 supervise:12-18 acknowledge:0-2"),
    _story("near_due_and_submitted", 4, _NEAR, "assign:0 receive:1-2 submit:10-18"),
    _story("near_due_and_sent_back", 3, _NEAR, "assign:0 receive:0-1 submit:10-16 send_back:1-3"),
    _story("cleared_early", 12, _NEAR, "assign:0 receive:0-2 submit:8-15 accept:1-4"),
    # Past one term: most are closed out, and some are red.
    _story("overdue", 5, _OLD, "assign:0-2 receive:0-3"),
    _story("overdue_and_never_received", 1, _OLD, "assign:0-2"),
    _story("overdue_and_pressed", 4, _LONG_AGO, "assign:0-2 receive:0-2 supervise:+1-6 acknowledge:0-2"),
    _story("overdue_and_ordered", 5, _LONG_AGO, "assign:0-2 receive:0-2 supervise:+1-4 order:+9-16 acknowledge:0-2"),
    _story("overdue_and_order_unreceived", 2, _LONG_AGO, "assign:0-2 receive:0-2 order:+9-20"),
    _story("overdue_and_submitted", 3, _LONG_AGO, "assign:0-2 receive:0-2 submit:+2-12"),
    _story("overdue_and_sent_back", 3, _OLD, "assign:0-2 receive:0-1 submit:12-20 send_back:1-3"),
    _story("in_stages", 3, _LATE, "assign:0-2 receive:0-3", term="stages"),
    _story("cleared", 150, _LATE, "assign:0-2 receive:0-3 submit:10-22 accept:1-5"),
    _story("cleared_in_a_short_term", 20, _LATE, "assign:0-2 receive:0-1 submit:6-14 accept:1-3", term="short"),
    _story("cleared_in_a_long_term", 20, _LATER, "assign:0-2 receive:0-3 submit:20-40 accept:1-5", term="long"),
    _story(
        "cleared_at_the_second_try", 34, _LATE, "assign:0-2 receive:0-2 submit:8-16 send_back:1-4 submit:3-8 accept:1-4"
    ),
    _story(
        "cleared_when_pressed",
        16,
        _LATE,
        "assign:0-2 receive:0-2 supervise:18-24 acknowledge:0-2 submit:5-9 accept:1-4",
    ),
    _story("cleared_late", 16, _LATER, "assign:0-2 receive:0-2 supervise:+1-3 submit:3-8 accept:1-3"),
    _story(
        "cleared_on_order", 6, (130, 999), "assign:0-2 receive:0-2 order:+8-12 acknowledge:0-2 submit:3-9 accept:1-3"
    ),
    _story(
        "cleared_by_the_right_unit", 9, _LATE, "assign:0-2 refuse:0-2 assign:1-3 receive:0-2 submit:8-16 accept:1-4"
    ),
)


def stories_for(age: int) -> list[Story]:
    """The stories that an audit of this age allows."""
    return [story for story in STORIES if story.ages[0] <= age <= story.ages[1]]
