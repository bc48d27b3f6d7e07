"""Searches for garbage are as often as before when the last of several works is done, whichever ends first."""

import gc

import pytest

from bihuan.base.collecting import collecting_seldom


def test_the_usual_comes_back() -> None:
    usual = gc.get_threshold()
    first, second = collecting_seldom(), collecting_seldom()
    with first:
        second.__enter__()
    assert gc.get_threshold()[0] > usual[0]
    second.__exit__(None, None, None)
    assert gc.get_threshold() == usual
    with pytest.raises(ZeroDivisionError), collecting_seldom():
        assert gc.get_threshold()[1:] == usual[1:]
        raise ZeroDivisionError
    assert gc.get_threshold() == usual
