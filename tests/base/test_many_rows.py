"""The interpreter is set as before when the last of several works is done, whichever ends first."""

import gc
import sys

import pytest

from bihuan.base.many_rows import many_rows


def _set() -> tuple[object, float]:
    return gc.get_threshold(), sys.getswitchinterval()


def test_the_usual_comes_back() -> None:
    usual, (often, *rest), turn = _set(), gc.get_threshold(), sys.getswitchinterval()
    first, second = many_rows(), many_rows()
    with first:
        second.__enter__()
    assert gc.get_threshold()[0] > often
    assert sys.getswitchinterval() < turn
    second.__exit__(None, None, None)
    assert _set() == usual
    with pytest.raises(ZeroDivisionError), many_rows():
        assert gc.get_threshold()[1:] == tuple(rest)
        raise ZeroDivisionError
    assert _set() == usual
