"""Owns the engine that a test runs in."""

from collections.abc import Iterator

import pytest

from tests.support.engine_room import EngineRoom


@pytest.fixture
def room() -> Iterator[EngineRoom]:
    """An engine that declares a source dead only after two seconds, so that a slow machine changes no test."""
    with EngineRoom() as room:
        yield room
