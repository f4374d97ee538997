"""Key presses come one by one, without Enter, and the terminal is restored."""

import asyncio
import os
import sys
import termios

import pytest

from benchmarks.keyboard import key_presses


async def test_keys_come_at_once_and_the_terminal_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    controller, terminal = os.openpty()
    with os.fdopen(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        before = termios.tcgetattr(terminal)
        with key_presses() as keys:
            os.write(controller, b" q")
            pressed = [await asyncio.wait_for(keys.get(), 5) for _ in range(2)]
        assert pressed == [" ", "q"], "no key may wait for Enter, or for the next one"
        assert termios.tcgetattr(terminal) == before
    os.close(controller)
