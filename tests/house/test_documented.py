"""What can be typed is described: every command, option, environment variable and make target.

Read are docs/*.md, the README in Chinese, and, for what only a developer types, CONTRIBUTING.md and bench/README.md.
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from tests.house.tree import place, repository_files
from tests.outside import REPOSITORY

VARIABLE = re.compile(r"\bBIHUAN_[A-Z][A-Z_]*[A-Z]\b")
TARGET = re.compile(r"^([a-z][a-z-]*):(?!=)", re.MULTILINE)
TYPED = re.compile(
    r"`(?:\.venv/bin/)?(bihuan|make) ([a-z][a-z-]*)|^ *(?:\.venv/bin/)?(bihuan|make) ([a-z][a-z-]*)",
    re.MULTILINE,
)
HEADING = re.compile(r"^#{1,4} ", re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """One command of `bihuan`, by the words that are typed, and its long options."""

    words: tuple[str, ...]
    options: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(("bihuan", *self.words))


def commands_of(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[Command]:
    """Every command that the parser knows, those within others too."""
    options = [
        name
        for action in parser._actions
        for name in action.option_strings
        if name.startswith("--") and name != "--help"
    ]
    within = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if words and (options or not within):
        yield Command(words, tuple(options))
    for action in within:
        for name, inner in action.choices.items():
            yield from commands_of(inner, (*words, name))


def bihuan_commands() -> list[Command]:
    from bihuan.cli.main import build_parser

    return list(commands_of(build_parser()))


@cache
def documentation() -> str:
    pages = [
        *sorted((REPOSITORY / "docs").glob("*.md")),
        REPOSITORY / "README.zh-CN.md",
        REPOSITORY / "CONTRIBUTING.md",
        REPOSITORY / "bench" / "README.md",
    ]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages if page.exists())


def named_in(text: str, word: str) -> bool:
    """Whether the word stands in the text as a whole: --port does not document --port-range."""
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def undocumented(commands: list[Command], text: str) -> list[str]:
    """Commands that no section names, and options that no section which names their command names."""
    sections = HEADING.split(text)
    missing = []
    for command in commands:
        about = [section for section in sections if named_in(section, str(command))]
        if not about:
            missing.append(str(command))
        missing += [
            f"{command} {option}"
            for option in command.options
            if not any(named_in(section, option) for section in about)
        ]
    return missing


def test_every_command_and_option_is_described() -> None:
    missing = undocumented(bihuan_commands(), documentation())
    if missing:
        pytest.fail("not described in docs/:\n" + "\n".join(missing), pytrace=False)


def variables_read() -> dict[str, str]:
    """Each BIHUAN_ variable with one file that reads it."""
    readers = [
        path
        for path in repository_files()
        if path.suffix in {".py", ".sh", ""} and path.name != "LICENSE" and not path.is_relative_to(REPOSITORY / "docs")
    ]
    return {
        name: place(path)
        for path in readers
        for name in VARIABLE.findall(path.read_text(encoding="utf-8", errors="replace"))
    }


def test_every_environment_variable_is_described() -> None:
    read = variables_read()
    missing = [f"{name} ({where})" for name, where in sorted(read.items()) if not named_in(documentation(), name)]
    assert {"BIHUAN_HOME", "BIHUAN_DATABASE_URL"} <= set(read)
    if missing:
        pytest.fail("not described in docs/:\n" + "\n".join(missing), pytrace=False)


def make_targets() -> set[str]:
    return set(TARGET.findall((REPOSITORY / "Makefile").read_text(encoding="utf-8")))


def test_every_make_target_is_described() -> None:
    targets = make_targets()
    missing = sorted(target for target in targets if not named_in(documentation(), f"make {target}"))
    assert {"setup", "demo", "test"} <= targets
    if missing:
        pytest.fail("not described in docs/:\n" + "\n".join(f"make {target}" for target in missing), pytrace=False)


def test_what_the_documentation_says_to_type_exists() -> None:
    known = {("make", target) for target in make_targets()}
    known |= {("bihuan", command.words[0]) for command in bihuan_commands()}
    typed = {(match[1] or match[3], match[2] or match[4]) for match in TYPED.finditer(documentation())}
    assert typed
    wrong = sorted(" ".join(words) for words in typed - known)
    if wrong:
        pytest.fail("described, but not there:\n" + "\n".join(wrong), pytrace=False)


def test_an_option_is_described_only_beside_its_command() -> None:
    parser = argparse.ArgumentParser()
    inner = parser.add_subparsers()
    inner.add_parser("serve").add_argument("--port")
    inner.add_parser("rebuild").add_argument("--check", action="store_true")
    text = "# One\n`bihuan serve --port-range 1`\n# Two\n`--port` belongs to something else\n"
    assert undocumented(list(commands_of(parser)), text) == [
        "bihuan serve --port",
        "bihuan rebuild",
        "bihuan rebuild --check",
    ]
    assert undocumented(list(commands_of(parser)), "`bihuan serve` --port\n`bihuan rebuild` `--check`") == []
