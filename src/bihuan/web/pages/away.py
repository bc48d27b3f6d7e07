"""Being away: who acts in my posts meanwhile."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid
from bihuan.org.absences import name_deputy, recall_deputy
from bihuan.org.actor import Actor
from bihuan.org.models import Absence, Person
from bihuan.web.access import go, signed_in
from bihuan.web.middleware import status_of


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """My deputies, those for whom I stand in, and a form to name one; posting `recall` ends one."""
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            messages.success(request, _do(request, actor))
            return go(request, reverse("away"))
        except BihuanError as error:
            problem = error
    today = clock.today()
    mine = Absence.objects.filter(person=actor.person or 0, valid_to__gt=today).select_related("deputy")
    lent = Absence.objects.filter(deputy=actor.person or 0, valid_to__gt=today).select_related("person")
    context = {
        "title": "外出代办",
        "crumbs": [{"title": "工作台", "url": reverse("desk")}, {"title": "外出代办"}],
        "problem": told(problem) if problem else "",
        "mine": [_line(absence, absence.deputy.name) for absence in mine.order_by("valid_from")],
        "lent": [_line(absence, absence.person.name) for absence in lent.order_by("valid_from")],
        "today": today.isoformat(),
        "typed": {name: request.POST.get(name, "") for name in ("deputy", "start", "end", "reason")},
    }
    return render(request, "away.html", context, status=status_of(problem) if problem else 200)


def _do(request: HttpRequest, actor: Actor) -> str:
    if "recall" in request.POST:
        recall_deputy(actor=actor, pk=int(request.POST["recall"]) if request.POST["recall"].isdecimal() else 0)
        return "代办已取消"
    deputy = named_person(request.POST.get("deputy", "").strip(), "deputy", "代办人")
    try:
        start, end = (date.fromisoformat(request.POST.get(name, "")) for name in ("start", "end"))
    except ValueError as error:
        raise Invalid("日期不对", {"start": "起止日期要写成 2026-03-05 这样"}) from error
    name_deputy(actor=actor, deputy=deputy, start=start, end=end, reason=request.POST.get("reason", ""))
    return f"{start} 至 {end} 由 {deputy.name} 代办"


def named_person(word: str, field: str, title: str) -> Person:
    """The person of a login, or of a name that only one has. Raises Invalid for the field."""
    found = list(Person.objects.filter(username=word)) or list(Person.objects.filter(name=word)[:2])
    if len(found) != 1:
        told = f"有几个人叫“{word}”，请写登录名" if found else f"没有叫“{word}”的人员"
        raise Invalid(f"{title}不对", {field: told})
    return found[0]


def told(error: BihuanError) -> str:
    problems = error.problems.values() if isinstance(error, Invalid) else ()
    return "；".join((error.message, *problems))


def _line(absence: Absence, name: str) -> dict[str, Any]:
    last = date.fromordinal(absence.valid_to.toordinal() - 1)
    return {"pk": absence.pk, "name": name, "from": absence.valid_from, "to": last, "reason": absence.reason}
