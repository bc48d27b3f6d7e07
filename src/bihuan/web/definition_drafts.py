"""A definition on its way: what a person has changed so far, kept with their sign-in until it is put in force."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from bihuan.base.errors import Issue, Level, NotAllowed, NotFound
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.rules import may_import
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.definition_check import check_definition
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor
from bihuan.pack.reading import validated
from bihuan.web.access import may_make
from bihuan.web.request_memory import my_ledgers

_POINTING = ("name_field", "unit_field", "opened_field", "due_field", "closed_field", "status_field", "assignee_field")


@dataclass
class Draft:
    """A ledger's definition as plain data; `ledger` is None for one being made, `base` the version it is from."""

    code: str
    ledger: Ledger | None
    base: int
    data: dict[str, Any]

    @property
    def title(self) -> str:
        return str(self.data.get("title", "")) or self.code

    @property
    def fields(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.data["fields"]
        return found

    def field(self, code: str) -> dict[str, Any] | None:
        return next((item for item in self.fields if item["code"] == code), None)

    @property
    def is_changed(self) -> bool:
        return self.ledger is None or {**self.data, "valid_from": None} != {
            **_dumped(spec_of(self.ledger)),
            "valid_from": None,
        }

    def checked(self) -> tuple[LedgerSpec | None, list[Issue]]:
        """The definition and its faults; None where it has no shape yet."""
        spec, issues = validated(self.data, "", LedgerSpec)
        if not isinstance(spec, LedgerSpec):
            return None, issues
        pack = self.code.partition(".")[0]
        loop = loop_of(self.ledger) if self.ledger else None
        old = spec_of(self.ledger) if self.ledger else None
        return spec, check_definition(pack, spec.in_pack(pack), loop, old)

    def errors(self) -> list[str]:
        return [
            f"{issue.message}{f'（{issue.hint}）' if issue.hint else ''}"
            for issue in self.checked()[1]
            if issue.level is Level.ERROR
        ]

    def remove(self, code: str) -> None:
        """Take a field away, and out of whatever named it."""
        self.data["fields"] = [item for item in self.fields if item["code"] != code]
        for part in _POINTING:
            if self.data.get(part) == code:
                del self.data[part]
        for part in ("key", "columns"):
            if code in self.data.get(part, ()):
                self.data[part] = [item for item in self.data[part] if item != code]

    def move(self, code: str, by: int) -> None:
        """Put a field before or behind its neighbour."""
        order = [item["code"] for item in self.fields]
        place = order.index(code) if code in order else 0
        other = place + by
        if code in order and 0 <= other < len(order):
            self.fields[place], self.fields[other] = self.fields[other], self.fields[place]

    def free_code(self) -> str:
        """A code that no field of the draft or of the present definition has."""
        taken = {item["code"] for item in self.fields}
        taken |= set(spec_of(self.ledger).by_code) if self.ledger else set()
        number = len(taken) + 1
        while f"c{number}" in taken:
            number += 1
        return f"c{number}"


def _dumped(spec: LedgerSpec) -> dict[str, Any]:
    """A definition as a draft begins: its day of taking effect is past."""
    found: dict[str, Any] = spec.model_dump(mode="json", exclude_defaults=True, exclude={"valid_from"})
    return found


def _key(code: str) -> str:
    return f"definition:{code}"


def open_draft(request: HttpRequest, actor: Actor, code: str) -> Draft:
    """The person's draft of a ledger that they keep, else its present definition as a fresh one."""
    ledger = next((item for item in my_ledgers(request, actor) if item.code == code), None)
    kept = request.session.get(_key(code))
    if ledger is None and not (kept and kept["base"] == 0 and may_make(actor)):
        raise NotFound(f"没有台账“{code[:80]}”")
    if ledger and not may_import(actor, ledger):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的人员可以改“{ledger.title}”的定义")
    if kept:
        return Draft(code, ledger, kept["base"], kept["data"])
    if ledger is None:
        raise NotFound(f"没有台账“{code[:80]}”")
    return Draft(code, ledger, ledger.version, _dumped(spec_of(ledger)))


def keep_draft(request: HttpRequest, draft: Draft) -> None:
    request.session[_key(draft.code)] = {"base": draft.base, "data": draft.data}


def drop_draft(request: HttpRequest, code: str) -> None:
    request.session.pop(_key(code), None)
