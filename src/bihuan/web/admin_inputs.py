"""Inputs of the administrators' forms, as the field component takes them; and what comes back from them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.org.models import Unit
from bihuan.org.tree import Tree
from bihuan.web.unit_names import unit_label, unit_of

Input = dict[str, Any]
Option = tuple[str, str]


def line(name: str, title: str, value: str = "", **more: Any) -> Input:
    """A line of text."""
    return {"name": name, "title": title, "widget": "text", "value": value, **more}


def day(name: str, title: str, value: str = "", **more: Any) -> Input:
    """A date; today where nothing is typed yet."""
    return {"name": name, "title": title, "widget": "date", "value": value or clock.today().isoformat(), **more}


def choice(name: str, title: str, options: Iterable[Option], value: str = "", **more: Any) -> Input:
    """One of several, in a box."""
    shown = [{"value": code, "title": label, "selected": code == value} for code, label in options]
    return {"name": name, "title": title, "widget": "select", "options": shown, **more}


def ticks(name: str, title: str, options: Iterable[Option], values: Iterable[str] = (), **more: Any) -> Input:
    """Any of several."""
    chosen = set(values)
    shown = [{"value": code, "title": label, "selected": code in chosen} for code, label in options]
    return {"name": name, "title": title, "widget": "ticks", "options": shown, "wide": True, **more}


def unit(name: str, title: str, tree: Tree, pk: int | None = None, text: str = "", **more: Any) -> Input:
    """A unit, typed by its name."""
    return {
        "name": name,
        "title": title,
        "widget": "unit",
        "value": pk or "",
        "text": text or unit_label(tree, pk),
        **more,
    }


def with_problems(inputs: Iterable[Input], problems: Mapping[str, str]) -> list[Input]:
    """The same inputs, each told what is wrong with what it holds."""
    return [{**one, "problem": problems.get(one["name"])} for one in inputs]


def day_of(request: HttpRequest, name: str) -> date:
    """The date that was sent. Raises Invalid."""
    text = request.POST.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("日期不对", {name: f"“{text[:20]}”不是日期，要写成 2026-03-05 这样"}) from None


def unit_sent(request: HttpRequest, name: str, tree: Tree) -> Unit | None:
    """The unit that was sent by id, or typed by name; None where nothing was typed. Raises Invalid."""
    sent, typed = request.POST.get(name, ""), request.POST.get(f"{name}_name", "").strip()
    # What was typed counts: the hidden id is only how the picker tells namesakes apart.
    if sent.isdecimal() and len(sent) < 19 and int(sent) in tree.by_pk and typed in ("", unit_label(tree, int(sent))):
        return Unit.objects.get(pk=int(sent))
    if not typed:
        return None
    node = unit_of(tree, typed)
    if node is None:
        words = "有几个单位叫这个名字，请从列表里选" if len(tree.by_name.get(typed, ())) > 1 else "没有这个单位"
        raise Invalid("单位不对", {name: f"“{typed[:60]}”：{words}"})
    return Unit.objects.get(pk=node.pk)


def required_unit(request: HttpRequest, name: str, tree: Tree) -> Unit:
    """The same where there must be one. Raises Invalid."""
    found = unit_sent(request, name, tree)
    if found is None:
        raise Invalid("单位不对", {name: "请选一个单位"})
    return found
