"""Owns the one library that all tests of this folder listen to; clips never change, so it is built once."""

import pytest

from hold_audio.library import Library
from hold_audio.ringback import ZONES


@pytest.fixture(scope="session")
def library() -> Library:
    return Library(zone.zone for zone in ZONES)
