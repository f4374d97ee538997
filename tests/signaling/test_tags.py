"""Tags name calls without telling anybody who calls, and cannot be taken for a number."""

import itertools

from mediaserver.logs import PERSONAL
from signaling.tags import call_tag


def test_no_tag_looks_like_a_phone_number() -> None:
    """One in 280 did, and then it was masked in logs, and a test failed now and then."""
    tags = [call_tag(str(number)) for number in range(3000)]
    assert not any(map(PERSONAL.search, tags))
    assert len(set(tags)) == len(tags)
    assert all(len(tag) == 12 for tag in tags)


def test_a_tag_is_always_the_same() -> None:
    assert len({call_tag("wacid.x") for _ in itertools.repeat(None, 3)}) == 1
