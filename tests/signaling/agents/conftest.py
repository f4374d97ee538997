"""Owns the office in which tests of the desk play."""

import pytest

from tests.signaling.agents.office import Office


@pytest.fixture
def office() -> Office:
    """With nobody in it."""
    return Office()
