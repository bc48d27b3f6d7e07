"""People of the demo county at the real pages: a form is opened, filled in as it is offered, and sent."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.org.models import Person
from tests.packs.conftest import Bureaus
from tests.packs.plays import Act, Play

Sent = dict[str, Any]
_DIALOG = {"HX-Request": "true"}


@dataclass
class Screens:
    """Each login at a screen of its own."""

    bureaus: Bureaus
    clients: dict[tuple[str, date], Client] = field(default_factory=dict)

    def at(self, login: str) -> Client:
        """Their screen of the day; who comes back after weeks signs in again."""
        seat = login, clock.today()
        if seat not in self.clients:
            self.clients[seat] = Client()
            self.clients[seat].force_login(Person.objects.get(username=login))
        return self.clients[seat]

    def open(self, play: Play) -> Record:
        """The matter's form filled in by the bureau's office."""
        login = "jingban" if play.ledger.startswith("audit.") else "chengguanke"
        url = f"/ledgers/{play.ledger}/new/"
        return self._at_record(self._send(login, url, self._ready(play.opening)))

    def do(self, record: Record, act: Act) -> Record:
        """The verb's form in its dialog, its criteria ticked and a reason given."""
        url = f"/records/{record.pk}/do/{act.verb}/"
        return self._at_record(self._send(act.login, url, self._ready(act.fields), **_DIALOG))

    def is_offered(self, record: Record, login: str, verb: str) -> bool:
        """Whether the matter's page has a button for the verb."""
        page = self.at(login).get(f"/records/{record.pk}/")
        return page.status_code == 200 and f"/records/{record.pk}/do/{verb}/" in page.content.decode()

    def refusal(self, record: Record, login: str, verb: str) -> tuple[int, int]:
        """With which statuses the verb's form is not shown, and not taken."""
        url, client = f"/records/{record.pk}/do/{verb}/", self.at(login)
        return client.get(url).status_code, client.post(url, {"reason": "有理由"}).status_code

    def _ready(self, fields: Sent) -> Sent:
        """`@name` as the record's id, `$today` as the day; `$file` is made when the form is sent."""
        known = {code: self.bureaus.base(v[1:]) for code, v in fields.items() if str(v).startswith("@")}
        today = {code: clock.today().isoformat() for code, v in fields.items() if v == "$today"}
        return {**fields, **known, **today}

    def _send(self, login: str, url: str, given: Sent, **headers: str) -> str:
        page = self.at(login).get(url, headers=headers)
        assert page.status_code == 200, (login, url, page.status_code)
        form = next(form for form in html.fromstring(page.content.decode()).forms if "version" in form.fields)
        answer = self.at(login).post(url, filled_in(form, given), headers=headers)
        problems = [p.text_content().strip() for p in _problems(answer.content)] if answer.content else []
        assert answer.status_code in (302, 204), (login, url, answer.status_code, problems)
        return str(answer.headers.get("Location") or answer.headers["HX-Redirect"])

    def _at_record(self, url: str) -> Record:
        return Record.objects.select_related("ledger").get(pk=int(url.strip("/").rpartition("/")[2]))


def _problems(content: bytes) -> list[html.HtmlElement]:
    return list(
        html.fromstring(content.decode()).xpath("//*[contains(@class, 'problem') or contains(@class, 'alert')]")
    )


def filled_in(form: html.FormElement, given: Sent) -> Sent:
    """What a browser would send of the form with these values typed or chosen; every one must have its input."""
    sent: Sent = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    boxes = {box.name: box for box in form.inputs if box.name}
    for code, value in given.items():
        assert code in boxes, f"the form has no input {code}, only {sorted(boxes)}"
        if boxes[code].get("type") == "file":
            sent[code] = SimpleUploadedFile("说明.txt", "说明".encode())
        elif f"{code}_name" in boxes and not isinstance(value, int):
            sent |= {code: "", f"{code}_name": value}
        else:
            sent[code] = value
    if "criteria" in boxes:
        sent["criteria"] = [box.get("value") for box in form.inputs if box.name == "criteria"]
    if "reason" in boxes:
        sent["reason"] = "有理由"
    return sent
