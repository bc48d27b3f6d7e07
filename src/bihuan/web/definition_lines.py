r"""Choices and rules as lines of text, one each, their parts between upright strokes; and read back.

What would be taken for a stroke, a comma or the end of the line is written behind a backslash: \| \、 \n.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_SEPARATOR = "|"
_COMMAS = "、，,"
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PIECES = re.compile(r"\\.|.", re.DOTALL)


def choice_line(choice: Mapping[str, Any]) -> str:
    """A choice as a line of text: code, title, aliases, what it comes from, the rule; the last blanks left out."""
    parts = [_told(choice["code"]), _told(choice["title"])]
    parts += [words_told(choice.get("aliases", ())), words_told(choice.get("was", ())), _told(choice.get("when", ""))]
    while len(parts) > 2 and not parts[-1]:
        parts.pop()
    return f" {_SEPARATOR} ".join(parts)


def choice_of(line: str) -> dict[str, Any]:
    """The line read back. A lone word is code and title."""
    parts = [*_split(line, _SEPARATOR), "", "", "", ""]
    code, title, when = (_meant(part.strip()) for part in (parts[0], parts[1], _SEPARATOR.join(parts[4:]).strip(" |")))
    aliases, was = words_of(parts[2]), words_of(parts[3])
    found: dict[str, Any] = {"code": code, "title": title or code}
    found |= {"aliases": aliases} if aliases else {}
    found |= {"was": was} if was else {}
    return found | ({"when": when} if when else {})


def words_told(words: Iterable[str]) -> str:
    """Words with commas between them."""
    return "、".join(_told(word, _COMMAS) for word in words)


def words_of(text: str) -> list[str]:
    """Words between commas of either kind."""
    return [_meant(word.strip()) for word in _split(text, _COMMAS) if word.strip()]


def number_of(text: str) -> Any:
    """A number, or the text as it is where it is none: the definition's shape will say so."""
    try:
        return int(text) if text.removeprefix("-").isdecimal() else float(text) if text else None
    except ValueError:
        return text


def check_line(check: Mapping[str, Any]) -> str:
    """A rule as a line: condition, message, and a mark where it only points out."""
    mark = f" {_SEPARATOR} 提醒" if check.get("level") == "warning" else ""
    return f"{_told(check['when'])} {_SEPARATOR} {_told(check['message'])}{mark}"


def check_of(line: str) -> dict[str, Any]:
    """The line read back."""
    when, message, mark = ([_meant(part.strip()) for part in _split(line, _SEPARATOR)] + ["", ""])[:3]
    level = {"level": "warning"} if mark == "提醒" else {}
    return {"when": when, "message": message, **level}


def _told(text: str, apart: str = "") -> str:
    """A text of which no character is taken for a separator."""
    for mark in ("\\", _SEPARATOR, *apart):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _split(text: str, separators: str) -> list[str]:
    """The parts of a text between the separators that no backslash stands before."""
    parts = [""]
    for piece in _PIECES.findall(text):
        if piece in separators:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _meant(text: str) -> str:
    """A part as it was before its marks were written behind backslashes; a lone backslash is one."""
    return _ESCAPED.sub(lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), text)
