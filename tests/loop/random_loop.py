"""Loops put together at random: so many steps, these effects among the verbs, who may do them."""

from datetime import date
from itertools import pairwise
from typing import Any

from tests.ledger.making import TASK_FIELDS

LOGINS = ("office", "colleague", "town", "village", "other_town", "leader", "outsider", "auditor")
OWNER: dict[str, Any] = {"role": ["reviewer", "supervisor"], "unit": "owner"}
DOER: dict[str, Any] = {"role": ["undertaker"], "unit": "responsible"}
SIGNERS = {"person": "signer"}
FIELDS = (*TASK_FIELDS, {"code": "expert", "title": "专家", "kind": "person"})


def loop_of_parts(middle: int, days: int, count: str, within: int, parts: set[str]) -> dict[str, Any]:
    """A loop with so many steps between the first and the last, and these effects among its verbs."""
    steps = ["open", *(f"s{n}" for n in range(middle)), "closed"]
    verbs: list[dict[str, Any]] = []
    for place, (step, following) in enumerate(pairwise(steps)):
        who = [OWNER] if following == "closed" or place % 2 == 0 else [DOER, {"field": "expert"}]
        verbs.append(
            {
                "code": f"go{place}",
                "title": f"办{place}",
                "from": [step],
                "to": following,
                "who": who,
                "starts_clock": place == 0,
            }
        )
    inner = steps[1:-1]
    verbs.append(
        {"code": "back", "title": "驳回", "from": inner, "to_choices": steps[:-2], "who": [OWNER], "reason": "required"}
    )
    verbs += verbs_of_parts(inner, parts)
    return {
        "code": "random",
        "title": "随机",
        "steps": [{"code": code, "title": code, "closed": code == "closed"} for code in steps],
        "deadline": {"days": days, "count": count, "start": "verb"},
        "colours": [
            {"valid_from": date(2000, 1, 1), "yellow_within": within, "count": count},
            {"valid_from": date(2026, 3, 10), "yellow_within": within // 2, "count": "calendar"},
        ],
        "levels": [{"code": "unit", "title": "责任单位", "unit": "responsible", "colour": "green"}],
        "verbs": verbs,
        "exception": {"days": 90},
        "look_back": {"days": 30},
        "doubles": {"match": ["name"]},
        "extension": {"times": 2, "days": 60},
    }  # fmt: skip


def verbs_of_parts(inner: list[str], parts: set[str]) -> list[dict[str, Any]]:
    """The verbs of these effects, at the inner steps."""
    verbs: list[dict[str, Any]] = []
    for effect, who in EFFECTS.items():
        if effect in parts:
            verbs.append({"code": effect, "title": effect, "from": inner, "effect": effect, "who": who})
    if "countersign" in parts:
        verbs += [
            {"code": "sign", "title": "同意", "from": inner, "effect": "sign", "to": inner[-1], "who": [SIGNERS]},
            {"code": "object", "title": "反对", "from": inner, "effect": "object", "to": "open", "who": [SIGNERS]},
        ]
        verbs.append(
            {"code": "countersign", "title": "会签", "from": inner, "effect": "countersign", "need": 2, "who": [OWNER]}
        )
        verbs.append({"code": "add_signers", "title": "加签", "from": inner, "effect": "add_signers", "who": [OWNER]})
    if "delegate" in parts:
        verbs.append(
            {"code": "hand_back", "title": "交回", "from": inner, "effect": "hand_back", "who": [{"person": "holder"}]}
        )
    if "save" in parts:
        asks = [{"field": "name", "required": True}]
        verbs.append({"code": "save", "title": "暂存", "from": inner, "effect": "save", "asks": asks, "who": [DOER]})
    if "order" in parts:
        verbs += [
            {"code": "order", "title": "督办", "from": inner, "effect": "order", "level": "unit", "who": [OWNER]},
            {"code": "receive", "title": "签收", "from": inner, "effect": "receive", "level": "unit", "who": [DOER]},
        ]
    if "recur" in parts:
        verbs.append({"code": "recur", "title": "再犯", "from": ["closed"], "effect": "recur", "who": [OWNER]})
    return verbs


EFFECTS: dict[str, list[dict[str, Any]]] = {
    "pause": [OWNER],
    "resume": [OWNER],
    "ask_extension": [DOER],
    "grant_extension": [OWNER],
    "deny_extension": [OWNER],
    "except": [OWNER],
    "end_exception": [OWNER],
    "hold": [DOER],
    "copy": [DOER, OWNER],
    "withdraw": [DOER, OWNER],
    "urge": [OWNER],
    "delegate": [DOER],
    "merge": [OWNER],
    "unmerge": [OWNER],
}
PAIRS = [
    {"pause", "resume"},
    {"ask_extension", "grant_extension", "deny_extension"},
    {"except", "end_exception"},
    {"hold"},
    {"copy"},
    {"withdraw"},
    {"urge"},
    {"countersign"},
    {"recur"},
    {"delegate"},
    {"save"},
    {"order"},
    {"merge", "unmerge"},
]
