"""Owns the stage that scenarios play on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.support.stage import Stage, staged


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A server and a simulated WhatsApp, for one scenario."""
    async with staged(tmp_path) as stage:
        yield stage
