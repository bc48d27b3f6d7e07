"""Typing a command: what it printed, and with which status it ended."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bihuan.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """All that was said, on either stream."""
        return self.out + self.err


Typing = Callable[..., Answer]


@pytest.fixture
def type_in(capsys: pytest.CaptureFixture[str]) -> Typing:
    """Runs `bihuan` with these words in this process."""

    def run(*words: object) -> Answer:
        try:
            status = main([str(word) for word in words])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return run
