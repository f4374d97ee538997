"""Owns single key presses of a terminal, without Enter."""

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def key_presses() -> Iterator[asyncio.Queue[str]]:
    """Keys as they are pressed; the terminal is as before afterwards."""
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    keys: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    tty.setcbreak(descriptor)
    loop.add_reader(descriptor, _read, descriptor, keys)
    try:
        yield keys
    finally:
        loop.remove_reader(descriptor)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read(descriptor: int, keys: asyncio.Queue[str]) -> None:
    # Past Python's own buffer, which would keep the second of two quick keys to itself.
    for key in os.read(descriptor, 64).decode(errors="replace"):
        keys.put_nowait(key)
