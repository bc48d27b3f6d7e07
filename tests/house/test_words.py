"""Words that do not belong in the project: one machine's paths and hosts, unfinished work, the talk around the work."""

import re
from pathlib import Path

import pytest

from tests.house.tree import place, repository_files

# Each pattern is written so that it does not match itself.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.:>}])/(?:home|root|Users|work|workspace|mnt)/\w[\w.-]*"),
    "a path of one machine (Windows)": re.compile(r"\b[A-Z]:\\\\?(?:Users|Documents)\b"),
    "a package mirror": re.compile(
        r"\bpypi\.(?:org|python|tuna)|pythonhosted\.[a-z]|registry\.(?:npmjs|npmmirror|yarnpkg)|"
        r"mirrors?\.(?:aliyun|tuna|ustc|cloud)|proxy\.golang|deb\.debian|--(?:extra-)?index-url[ =]\S|fil[e]:///",
        re.IGNORECASE,
    ),
    # In capitals: 待办 may well be called a todo.
    "unfinished work": re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|[Nn]ot implemented[ ]yet"),
    "a stand-in for the real thing": re.compile(r"(?<!django-)(?<!django_)(?<!lxml-)\bstub[s]?\b", re.IGNORECASE),
    "the talk around the work": re.compile(
        r"\bsession[ _-]?#?\d|\b(?:issue|pull request|ticket)[ _-]?#?\d", re.IGNORECASE
    ),
}

# Texts of others, kept word for word.
QUOTED = {"LICENSE"}


def text_of(path: Path) -> str | None:
    """The text of a file, or None for one that is not text."""
    content = path.read_bytes()
    if b"\0" in content[:8192]:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def forbidden_words(text: str) -> list[tuple[int, str, str]]:
    """Line, word and why it is forbidden, for each that is found."""
    return [
        (text.count("\n", 0, match.start()) + 1, match.group(), why)
        for why, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]


def test_no_file_holds_a_forbidden_word() -> None:
    found = [
        f"{place(path)}:{line} {word!r} is {why}"
        for path in repository_files()
        if path.name not in QUOTED and (text := text_of(path)) is not None
        for line, word, why in forbidden_words(text)
    ]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_lines_end_alike() -> None:
    written_here = {".py", ".md", ".yaml", ".toml"}
    texts = [(path, path.read_bytes()) for path in repository_files() if path.suffix in written_here]
    found = [place(path) for path, content in texts if b"\r" in content or (content and not content.endswith(b"\n"))]
    if found:
        pytest.fail("lines end in \\n, the last one too:\n" + "\n".join(found), pytrace=False)


@pytest.mark.parametrize(
    "text",
    [
        "open('/ho" + "me/li/a')",
        "C:" + "\\Users\\li",
        "https://py" + "pi.org/simple",
        "--index-" + "url https://a",
        "# TO" + "DO: later",
        "a stu" + "b",
        "as said in session" + " 12",
        "see Issue" + " #3",
    ],
)
def test_forbidden_words_are_found(text: str) -> None:
    assert forbidden_words(f"\n{text}\n")[0][0] == 2


@pytest.mark.parametrize(
    "text",
    [
        "href='/ledger/home/'",
        "django-stubs==5",
        "sessions last 8 hours",
        "{{ base }}/work/1",
        "stubborn",
        "/usr/bin/chromium",
    ],
)
def test_ordinary_words_are_not(text: str) -> None:
    assert forbidden_words(text) == []
