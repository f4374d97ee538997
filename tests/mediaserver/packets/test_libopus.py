"""What the engine leans on in the libopus that PyAV brings."""

import ctypes

import pytest

from mediaserver.packets import libopus
from mediaserver.packets.libopus import OpusMissing, opus_functions, opus_version
from mediaserver.packets.types import OpusFunctions


def test_it_is_the_version_that_was_measured() -> None:
    """The figures in ARCHITECTURE.md, and the levels in test_audibility.py, are of this one."""
    assert opus_version()[:2] == (1, 6), "measure again, and write down what has changed"


def test_every_function_is_there_once() -> None:
    functions = opus_functions()
    assert all(functions)
    assert len(set(functions)) == len(OpusFunctions._fields), "two names lead to one function"


def test_without_it_the_server_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: _Nothing())
    with pytest.raises(OpusMissing, match="built without libopus"):
        opus_functions()


class _Nothing:
    """A library without any function."""

    def __getitem__(self, name: str) -> object:
        raise AttributeError(name)


def test_too_old_a_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libopus, "OLDEST", (9, 0))
    with pytest.raises(OpusMissing, match=r"9\.0 or newer"):
        opus_functions()
