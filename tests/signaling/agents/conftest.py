"""Owns the places in which tests of agents play: an office with a desk, and a site with a socket."""

from collections.abc import AsyncIterator

import pytest

from tests.signaling.agents.office import Office
from tests.signaling.agents.site import Site


@pytest.fixture
def office() -> Office:
    """With nobody in it."""
    return Office()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.client.start_server()
    await site.room.start(site.desk.presence_changed)
    yield site
    site.endpoint.close()
    await site.client.close()
    await site.room.close()
