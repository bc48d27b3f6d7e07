"""Choices and rules as lines of text, one each, their parts between upright strokes; and read back."""

from collections.abc import Mapping
from typing import Any

_SEPARATOR = "|"


def choice_line(choice: Mapping[str, Any]) -> str:
    """A choice as a line of text: code, title, aliases, what it comes from, the rule; the last blanks left out."""
    parts = [choice["code"], choice["title"], "、".join(choice.get("aliases", ())), "、".join(choice.get("was", ()))]
    parts.append(choice.get("when", ""))
    while len(parts) > 2 and not parts[-1]:
        parts.pop()
    return f" {_SEPARATOR} ".join(parts)


def choice_of(line: str) -> dict[str, Any]:
    """The line read back. A lone word is code and title."""
    parts = [part.strip() for part in line.split(_SEPARATOR, 4)] + [""] * 4
    code, title, aliases, was, when = parts[:5]
    found: dict[str, Any] = {"code": code, "title": title or code}
    found |= {"aliases": words_of(aliases)} if aliases else {}
    found |= {"was": words_of(was)} if was else {}
    return found | ({"when": when} if when else {})


def words_of(text: str) -> list[str]:
    """Words between commas of either kind."""
    return [word.strip() for word in text.replace("，", "、").replace(",", "、").split("、") if word.strip()]


def number_of(text: str) -> Any:
    """A number, or the text as it is where it is none: the definition's shape will say so."""
    try:
        return int(text) if text.removeprefix("-").isdecimal() else float(text) if text else None
    except ValueError:
        return text


def check_line(check: Mapping[str, Any]) -> str:
    """A rule as a line: condition, message, and a mark where it only points out."""
    mark = f" {_SEPARATOR} 提醒" if check.get("level") == "warning" else ""
    return f"{check['when']} {_SEPARATOR} {check['message']}{mark}"


def check_of(line: str) -> dict[str, Any]:
    """The line read back."""
    when, _, rest = line.partition(_SEPARATOR)
    message, _, mark = rest.partition(_SEPARATOR)
    level = {"level": "warning"} if mark.strip() == "提醒" else {}
    return {"when": when.strip(), "message": message.strip(), **level}
