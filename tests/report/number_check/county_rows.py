"""Rows of eleven ledgers of two bureaus, and what they amount to, added up by hand and without the figure engine."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from bihuan.installed import KINDS, install_pack, packs_folder
from bihuan.ledger.append import Draft, append_many
from bihuan.ledger.definitions import find_ledger
from bihuan.org.actions import add_unit
from bihuan.org.actor import system_actor
from bihuan.org.models import Unit
from bihuan.pack.reading import read_pack
from tests.cast import FOUNDED, Cast

TODAY = date(2026, 11, 25)
_CHANNELS = ("service_platform", "urban_hotline", "leader_mailbox", "petition")
_AUDITS = ("policy_follow_up", "public_finance", "economic_responsibility")


@dataclass
class Row:
    """A record: its ledger, its values by field, its state, its unit."""

    ledger: str
    values: dict[str, Any]
    state: str = ""
    unit: int = 0

    def day(self, code: str) -> date:
        return date.fromisoformat(self.values[code])


@dataclass
class Rows:
    """All rows, and sums over them."""

    rows: list[Row] = field(default_factory=list)

    def of(self, ledger: str, keep: Callable[[Row], bool] = lambda _: True) -> list[Row]:
        return [row for row in self.rows if row.ledger == ledger and keep(row)]

    def count(
        self,
        ledger: str,
        on: str,
        *,
        first: date = date(2026, 1, 1),
        last: date = TODAY,
        unit: int = 0,
        state: str = "",
        **is_: Any,
    ) -> int:
        """How many fall within the days; `is_` are values that they must have."""
        return len(self._within(ledger, on, first, last, unit, state, is_))

    def sum(
        self, ledger: str, on: str, add: str, *, first: date = date(2026, 1, 1), last: date = TODAY, **is_: Any
    ) -> Any:
        """The sum of a field over the same."""
        state = is_.pop("state", "")
        return sum(row.values[add] for row in self._within(ledger, on, first, last, 0, state, is_))

    def _within(
        self, ledger: str, on: str, first: date, last: date, unit: int, state: str, is_: dict[str, Any]
    ) -> list[Row]:
        return self.of(
            ledger,
            lambda row: (
                first <= row.day(on) <= last
                and (not unit or row.unit == unit)
                and (not state or row.state == state)
                and all(row.values.get(code) == value for code, value in is_.items())
            ),
        )


def _day(dice: Random, year: int = 2026) -> str:
    last = TODAY if year == TODAY.year else date(year, 12, 31)
    return (date(year, 1, 1) + timedelta(days=dice.randrange((last - date(year, 1, 1)).days + 1))).isoformat()


def _findings(dice: Random, units: Sequence[int]) -> Iterator[Row]:
    for year, many in ((2026, 43), (2025, 37)):
        for _ in range(many):
            values = {"level": "city", "audit_type": dice.choice(_AUDITS), "found_on": _day(dice, year)}
            yield Row("audit.finding", values, dice.choice(("cleared", "cleared", "rectifying")), dice.choice(units))


def _complaints(dice: Random) -> Iterator[Row]:
    for year, many in ((2026, 74), (2025, 61)):
        for _ in range(many):
            replied = _day(dice, year)
            values = {"channel": dice.choice(_CHANNELS), "received_on": replied, "replied_on": replied}
            yield Row("urban.complaint", values, "replied")


def _street(dice: Random) -> Iterator[Row]:
    kinds = (
        ("out_of_store_business", 31, "rectified"),
        ("mobile_stall", 23, "rectified"),
        ("ac_outdoor_unit", 17, "rectified"),
    )
    for category, many, state in (*kinds, ("muck_truck_spill", 13, "handled")):
        for _ in range(many):
            day = _day(dice)
            yield Row("urban.violation", {"category": category, "found_on": day, "fixed_on": day}, state)
    for _ in range(14):
        day, area = _day(dice), dice.randrange(1_000, 90_000) / 100
        values = {"surveyed_on": day, "demolished_on": day, "rooms": dice.randint(1, 6), "area_m2": area}
        yield Row("urban.illegal_building", values, "demolished")


def _counter(dice: Random) -> Iterator[Row]:
    for _ in range(26):
        day = _day(dice)
        kind = dice.choice(("outdoor_ad", "muck_transport"))
        yield Row("urban.permit", {"permit_type": kind, "applied_on": day, "decided_on": day}, "handled")
    for _ in range(19):
        day = _day(dice)
        yield Row("urban.case", {"filed_on": day, "decided_on": day, "outcome": "penalty"}, "closed")
    for _ in range(28):
        yield Row(
            "urban.disclosure", {"channel": dice.choice(("website", "official_account")), "published_on": _day(dice)}
        )
    for _ in range(16):
        values = {"type": "door_front_three_guarantees", "plate_hung": True, "signed_on": _day(dice)}
        yield Row("urban.agreement", values)
    for _ in range(11):
        yield Row("urban.notice", {"type": "order_to_correct", "issued_on": _day(dice)})


def _law(dice: Random) -> Iterator[Row]:
    for kind in ("head_lecture", "video_lecture", "case_review_meeting", "quarterly_class"):
        for _ in range(dice.randint(3, 9)):
            values = {"group": "law_training", "type": kind, "held_on": _day(dice), "attendance": dice.randint(20, 120)}
            yield Row("urban.training", values)
    for _ in range(12):
        values = {"type": "street", "topic": "urban_law", "held_on": _day(dice), "copies": dice.randint(300, 2_400)}
        yield Row("urban.publicity", values)
    for _ in range(9):
        values = {
            "plan_year": 2026,
            "status": "completed",
            "completed_date": _day(dice),
            "rules_revised": dice.randint(1, 4),
        }
        yield Row("audit.internal_project", values)
    for _ in range(4):
        yield Row("audit.internal_project", {"plan_year": 2026, "status": "running"})


def install_ledgers() -> None:
    """The ledgers and figures of both bureaus; what else is in their packs is not counted here."""
    add_unit(
        code="330999-CG", name="城市管理局", kind="bureau", parent=Unit.objects.get(code="330999"), valid_from=FOUNDED
    )
    for folder in ("audit", "urban"):
        pack = read_pack(packs_folder() / folder, KINDS)
        kept = {
            kind: found if kind in ("ledgers", "loops", "figures") else {} for kind, found in pack.definitions.items()
        }
        install_pack(replace(pack, definitions=kept))


def make_rows(cast: Cast) -> Rows:
    """Write the rows into their ledgers, through the one door."""
    install_ledgers()
    dice = Random(20)
    units = (cast.town.pk, cast.other_town.pk, cast.units["330999-CZ"].pk)
    rows = Rows([*_findings(dice, units), *_complaints(dice), *_street(dice), *_counter(dice), *_law(dice)])
    for code in dict.fromkeys(row.ledger for row in rows.rows):
        drafts = [_draft(row, number) for number, row in enumerate(rows.of(code), start=1)]
        append_many(actor=system_actor(), ledger=find_ledger(code), drafts=drafts)
    return rows


_OPENED = (
    "found_on",
    "received_on",
    "surveyed_on",
    "applied_on",
    "filed_on",
    "published_on",
    "signed_on",
    "issued_on",
    "held_on",
)
_CLOSED = ("cleared", "replied", "rectified", "handled", "demolished", "closed")


def _draft(row: Row, number: int) -> Draft:
    system: dict[str, Any] = {"number": f"T{number:04d}"}
    opened = next((row.values[code] for code in _OPENED if code in row.values), "2026-02-01")
    if row.state:
        system |= {"state": row.state, "opened_at": f"{opened}T01:00:00Z", "due_at": "2027-06-30T15:59:59Z"}
    if row.state in _CLOSED:
        system["closed_at"] = f"{opened}T02:00:00Z"
    if row.unit:
        system["unit"] = row.unit
    return Draft("created", None, row.values, system, effective_at=datetime.fromisoformat(f"{opened}T01:00:00+00:00"))


def truths(rows: Rows, cast: Cast) -> dict[str, Any]:
    """What the county's figures are, by the names that the drafts use."""
    told = _of_findings(rows, cast) | _of_complaints(rows) | _of_the_street(rows) | _of_the_law(rows)
    for name in ("found", "replied"):
        told[f"{name}_up"] = 100 * (told[name] - told[f"{name}25"]) / told[f"{name}25"]
        told[f"{name}_more"] = told[name] - told[f"{name}25"]
    return told


def _of_findings(rows: Rows, cast: Cast) -> dict[str, Any]:
    asked: dict[str, dict[str, Any]] = {
        "found": {},
        "found25": {"first": date(2025, 1, 1), "last": TODAY.replace(year=2025)},
        "qing": {"unit": cast.town.pk},
        "bai": {"unit": cast.other_town.pk},
        "cai": {"unit": cast.units["330999-CZ"].pk},
        **{name: {"audit_type": kind} for name, kind in zip(("policy", "finance", "econ"), _AUDITS, strict=True)},
    }
    told: dict[str, Any] = {}
    for name, limits in asked.items():
        told[name] = rows.count("audit.finding", "found_on", **limits)
        told[f"{name}_cleared"] = rows.count("audit.finding", "found_on", state="cleared", **limits)
        told[f"{name}_rate"] = 100 * told[f"{name}_cleared"] / told[name]
    done = rows.of("audit.internal_project", lambda row: row.values["status"] == "completed")
    inner = len(rows.of("audit.internal_project"))
    told |= {"inner": inner, "inner_done": len(done), "inner_rate": 100 * len(done) / inner}
    return told | {"rules": sum(row.values["rules_revised"] for row in done)}


def _of_complaints(rows: Rows) -> dict[str, Any]:
    def replied(first: int, last: int) -> int:
        days = {"first": date(2026, first, 1), "last": date(2026, last, monthrange(2026, last)[1])}
        return rows.count("urban.complaint", "replied_on", **days)

    spans = {"": (1, 12), "_h1": (1, 6), "_q1": (1, 3), "_q3": (7, 9), "_nov": (11, 11), "_oct": (1, 10)}
    told = {f"replied{name}": replied(*months) for name, months in spans.items()}
    for name, channel in zip(("platform", "hotline", "mailbox", "petition"), _CHANNELS, strict=True):
        told[name] = rows.count("urban.complaint", "replied_on", channel=channel)
    last_year = {"first": date(2025, 1, 1), "last": TODAY.replace(year=2025)}
    return told | {"replied25": rows.count("urban.complaint", "replied_on", **last_year)}


_KINDS = {
    "store": "out_of_store_business",
    "stall": "mobile_stall",
    "ac": "ac_outdoor_unit",
    "muck": "muck_truck_spill",
    "head": "head_lecture",
    "video": "video_lecture",
    "review": "case_review_meeting",
}


def _of_the_street(rows: Rows) -> dict[str, Any]:
    told = {name: rows.count("urban.violation", "fixed_on", category=_KINDS[name]) for name in tuple(_KINDS)[:4]}
    area = rows.sum("urban.illegal_building", "demolished_on", "area_m2")
    permits = rows.count("urban.permit", "decided_on")
    for_ads = rows.count("urban.permit", "decided_on", permit_type="outdoor_ad")
    return told | {
        "site": rows.count("urban.illegal_building", "demolished_on"),
        "room": rows.sum("urban.illegal_building", "demolished_on", "rooms"),
        "area": area,
        "mu": area * 3 / 2000,
        "permit": permits,
        "ad_permit": for_ads,
        "muck_permit": permits - for_ads,
        "ad_share": 100 * for_ads / permits,
        "penalty": rows.count("urban.case", "decided_on"),
        "pledge": rows.count("urban.agreement", "signed_on"),
        "order": rows.count("urban.notice", "issued_on"),
    }


def _of_the_law(rows: Rows) -> dict[str, Any]:
    told = {name: rows.count("urban.training", "held_on", type=_KINDS[name]) for name in tuple(_KINDS)[4:]}
    public = rows.count("urban.disclosure", "published_on")
    website = rows.count("urban.disclosure", "published_on", channel="website")
    copies = rows.sum("urban.publicity", "held_on", "copies")
    return told | {
        "public": public,
        "website": website,
        "account": public - website,
        "session": rows.count("urban.training", "held_on"),
        "attendance": rows.sum("urban.training", "held_on", "attendance"),
        "copies": copies,
        "copies_wan": copies / 10_000,
    }
