"""The rounds go on, whatever one of them meets; a busy database is no fault."""

import logging

import pytest
from django.db import OperationalError

from bihuan.cli.rounds import Round, Rounds


@pytest.mark.parametrize(
    ("error", "level", "words"),
    [
        (OperationalError("database is locked"), logging.INFO, "put off"),
        (OperationalError("disk I/O error"), logging.ERROR, "failed"),
        (ValueError("x"), logging.ERROR, "failed"),
    ],
)
def test_a_round_that_fails_keeps_no_other_from_being_gone(
    error: Exception, level: int, words: str, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    gone = []

    def fails() -> None:
        raise error

    def last() -> None:
        gone.append("last")
        rounds._stop.set()

    rounds = Rounds((Round("first", 60, fails), Round("last", 60, last)))
    with caplog.at_level(logging.INFO, "bihuan.rounds"):
        rounds.start()
        rounds._thread.join(10)
    assert gone == ["last"]
    ((told, said),) = [
        (record.levelno, record.getMessage()) for record in caplog.records if record.name == "bihuan.rounds"
    ]
    assert told == level and said.startswith("round first") and words in said
