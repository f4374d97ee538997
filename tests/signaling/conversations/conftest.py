"""Owns the fixture of a small site."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.signaling.conversations.world import World, world


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as built:
        yield built
