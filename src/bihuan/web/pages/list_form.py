"""Dialogs of a list: which columns in which order, how it is sorted and grouped; and its conditions as rows."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import Invalid
from bihuan.expression import ExpressionError, Name
from bihuan.ledger.conditions import Condition, operators_of, read_conditions, write_conditions
from bihuan.ledger.queries import order_words
from bihuan.ledger.spec import LedgerSpec
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, is_part, signed_in
from bihuan.web.asking import Opened, Query, open_ledger

_SORTS = 3
_NOT_BY_WORDS = frozenset({"unit", "person", "record"})
_OWN = ("f", "o", "v", "either", "apply", "more", "less", "page")
_SYSTEM_SORTS = {"number": "编号", "state": "环节", "due": "期限", "opened": "发现时间", "updated": "更新时间"}


@signed_in
def arrange(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The form of columns, order and grouping; with apply=1 the list as it is then asked for."""
    query = Query(open_ledger(request, actor, code), request)
    if request.GET.get("apply"):
        return go(request, query.url(**_arranged(query), **dict.fromkeys((*_sort_names(), "column", "apply"))))
    spec, shown = query.opened.spec, query.fields
    rest = [field for field in spec.fields if field not in shown]
    context = {
        **_frame(query, "列、排序和分组", ("column", "columns", "sort", "group", "apply", "page", *_sort_names())),
        "columns": [
            {"code": field.code, "title": showing.title_of(field, spec), "chosen": field in shown}
            for field in (*shown, *rest)
        ],
        "sorts": _sorts(query),
        "groups": [{"value": "", "title": "不分组", "selected": not query.group}]
        + [{"value": name, "title": title, "selected": name == query.group} for name, title in query.groupings.items()],
    }
    return render(request, "parts/arrange_form.html" if is_part(request) else "arrange.html", context)


def _sort_names() -> tuple[str, ...]:
    return tuple(f"{part}{place}" for place in range(_SORTS) for part in ("by", "way"))


def _arranged(query: Query) -> dict[str, str | None]:
    asked = query.request.GET
    columns = ",".join(asked.getlist("column"))
    declared = ",".join(field.code for field in query.opened.spec.list_columns)
    sorts = [f"{asked.get(f'way{n}', '')[:1]}{asked[f'by{n}']}" for n in range(_SORTS) if asked.get(f"by{n}")]
    plain = "" if query.view else None
    return {
        "columns": columns if columns != declared or query.view else plain,
        "sort": ",".join(sorts) or plain,
        "group": asked.get("group") or plain,
    }


def _sorts(query: Query) -> list[dict[str, Any]]:
    spec, words = query.opened.spec, order_words(query.get("sort"))
    titles = _SYSTEM_SORTS | {
        field.code: showing.title_of(field, spec)
        for field in spec.fields
        if field.code not in query.opened.sight.refused
    }
    found = []
    for place in range(_SORTS):
        word = words[place] if place < len(words) else ""
        by = [{"value": code, "title": title, "selected": code == word.lstrip("-")} for code, title in titles.items()]
        found.append({"place": place, "options": by, "descending": word.startswith("-")})
    return found


def _frame(query: Query, title: str, own: tuple[str, ...]) -> dict[str, Any]:
    """What both forms have: what the address says beside them, to be carried on."""
    given = query.request.GET.lists()
    return {
        "title": title,
        "crumbs": [{"title": query.opened.ledger.title, "url": query.url()}, {"title": title}],
        "action": query.request.path,
        "back": query.url(),
        "keep": [
            {"name": name, "value": value}
            for name, values in given
            for value in values
            if name not in own and not (name[:1] in "fov" and name[1:].isdecimal())
        ],
    }


@signed_in
def conditions(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The conditions as rows; with apply=1 the list for which they hold."""
    query = Query(open_ledger(request, actor, code), request)
    names = _askable(query.opened)
    rows, either, note = _rows(query, names)
    problem = ""
    if request.GET.get("apply"):
        try:
            where = write_conditions([row for row in rows if row.code], names, either=either)
        except Invalid as error:
            problem = error.message
        else:
            own = {name: None for name in request.GET if name[:1] in "fov" and name[1:].isdecimal()}
            said = where or ("" if query.view else None)
            return go(request, query.url(**own, either=None, apply=None, where=said))
    if request.GET.get("more") or not rows:
        rows.append(Condition("", ""))
    context = {
        **_frame(query, "筛选条件", ("where", *_OWN)),
        "rows": [_row(place, row, names, query.opened.spec) for place, row in enumerate(rows)],
        "either": either,
        "note": note,
        "problem": problem,
        "url": reverse("conditions", args=[code]),
    }
    status = 422 if problem else 200
    return render(
        request, "parts/condition_form.html" if is_part(request) else "conditions.html", context, status=status
    )


def _askable(opened: Opened) -> dict[str, Name]:
    """The names that a person can ask for by words; units and persons are ids to an expression."""
    hidden = {field.code for field in opened.spec.fields if field.kind in _NOT_BY_WORDS} | {"unit"}
    if opened.loop is None:
        hidden |= {"state", "due_at", "closed_at"}
    names = opened.sight.names(opened.states)
    return {code: name for code, name in names.items() if code not in hidden and not name.refused}


def _rows(query: Query, names: dict[str, Name]) -> tuple[list[Condition], bool, str]:
    """The rows as sent, else those of the list's expression; and what is to be said of one that has none."""
    asked = query.request.GET
    if "f0" in asked:
        places = [place for place in range(40) if f"f{place}" in asked and asked.get("less") != str(place)]
        sent = [Condition(asked[f"f{n}"], asked.get(f"o{n}", ""), tuple(asked.getlist(f"v{n}"))) for n in places]
        return sent, asked.get("either") == "1", ""
    note = "现在的条件式不能拆成一条一条的条件；在这里设的条件会代替它。"
    try:
        found = read_conditions(query.get("where"), query.opened.sight.names(query.opened.states))
    except ExpressionError:
        return [], False, note
    if found is None or any(row.code not in names for row in found[0]):
        return [], False, note
    return found[0], found[1], ""


def _row(place: int, row: Condition, names: dict[str, Name], spec: LedgerSpec) -> dict[str, Any]:
    name = names.get(row.code)
    operators = operators_of(name) if name else ()
    chosen = next((item for item in operators if item.code == row.operator), operators[0] if operators else None)
    values = [*row.values, "", ""]
    count = 0 if chosen is None else 1 if chosen.takes < 0 else chosen.takes
    in_days = chosen is not None and chosen.code.endswith("_days")
    titles = {field.code: showing.title_of(field, spec) for field in spec.fields}
    return {
        "place": place,
        "fields": [
            {"value": code, "title": titles.get(code, item.title), "selected": code == row.code}
            for code, item in names.items()
        ],
        "operators": [{"value": item.code, "title": item.title, "selected": item is chosen} for item in operators],
        "options": [
            {"value": choice.code, "title": choice.title, "selected": choice.code in row.values}
            for choice in (name.choices if name and count else ())
        ],
        "several": chosen is not None and chosen.takes < 0,
        "type": "number" if in_days else _INPUTS.get(name.kind.value, "text") if name else "text",
        "values": values[:count],
    }


_INPUTS = {"date": "date", "datetime": "datetime-local"}
